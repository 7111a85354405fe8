/*
 * fuzz_template.c -- libFuzzer: any bytes as the answer of getblocktemplate.
 *
 *     clang-14 -g -O1 -std=gnu17 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -Isrc \
 *         tests/fuzz/fuzz_template.c src/coind/template*.c src/chain/[a-z]*.c src/base/[a-z]*.c \
 *         -ljansson -lm -o fuzz_template
 *     mkdir corpus && cp tests/vectors/coind/[a-z]*gbt*.json corpus
 *     ./fuzz_template -max_total_time=60 corpus
 */
#include <string.h>

#include "base/mem.h"
#include "chain/coin.h"
#include "coind/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct coin_network network = {
		.p2pkh = {1, {60}}, .p2sh = {1, {16}}, .hrp = "tc"};
	struct coin coin = {.title = "x",
		.rules_count = 2,
		.rules = {"mweb", "segwit"},
		.demands_count = 1,
		.demands = {"+guild"},
		.tx_time = len % 2,
		.block_signature = len % 2};
	struct template *t, *empty;
	struct why why;
	json_t *json;

	if (json_read((const char *)data, len, &json, NULL) != OK)
		return 0;
	if (template_parse(json, &coin, &network, "fuzz", 1, &t, &why) == OK) {
		struct block_body body = template_body(t);

		assert(t->height > 0 && t->mintime <= t->curtime);
		assert(!amount_is_negative(t->value));
		assert(body.txs_len <= TEMPLATE_BYTES_MAX && t->flags_len <= TEMPLATE_FLAGS_MAX);
		assert(strlen(t->longpollid) <= TEMPLATE_LONGPOLL_MAX);
		empty = template_without_txs(t);
		assert(!empty || amount_cmp(empty->value, t->value) <= 0);
		template_unref(empty);
		template_unref(t);
	} else {
		assert(why.text[0]);
	}
	json_decref(json);
	return 0;
}
