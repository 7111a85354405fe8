/*
 * fuzz_address.c -- addresses from anybody. The first byte chooses coin and network, the rest is
 * the text. What is taken has one spelling that stands for the same script; what is refused is
 * refused in words.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_address.c LIBRARIES
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/chain/coins.h"
#include "base/mem.h"
#include "chain/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const struct coin *coin;
	enum coin_chain chain;
} pools[] = {{&litecoin, COIN_MAIN}, {&litecoin, COIN_TEST}, {&litecoin, COIN_REGTEST},
	{&bitcoin, COIN_MAIN}, {&bitzeny, COIN_MAIN}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct coin_network *network;
	const struct coin *coin;
	struct address a, again;
	struct why why = {""};
	char *text;

	if (size == 0)
		return 0;
	coin = pools[data[0] % ARRAY_LEN(pools)].coin;
	network = &coin->networks[pools[data[0] % ARRAY_LEN(pools)].chain];
	text = mem_dup(data + 1, size - 1);
	if (address_decode(coin, network, text, &a, &why) != OK) {
		assert(why.text[0]);
	} else {
		enum err err = address_decode(coin, network, a.text, &again, NULL);

		assert(err == OK && again.kind == a.kind);
		assert(strcmp(again.text, a.text) == 0);
		assert(script_equals(&again.script, &a.script));
	}
	free(text);
	return 0;
}
