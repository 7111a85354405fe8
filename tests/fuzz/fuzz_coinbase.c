/*
 * fuzz_coinbase.c -- coinbases from templates of any shape. The input fills a specification; what
 * is built keeps the limits, and its txid is that of its bytes.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_coinbase.c LIBRARIES
 */
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "chain/coinbase.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUTPUTS_MAX 8

/* Takes bytes from the input; zeroes after its end. */
struct input {
	const uint8_t *at;
	size_t left;
};

static void take(struct input *in, void *out, size_t len)
{
	size_t n = len < in->left ? len : in->left;

	memset(out, 0, len);
	if (n > 0)
		memcpy(out, in->at, n);
	in->at += n;
	in->left -= n;
}

static uint8_t take_byte(struct input *in)
{
	uint8_t v;

	take(in, &v, 1);
	return v;
}

static struct script take_script(struct input *in)
{
	struct script s = {.len = take_byte(in) % (SCRIPT_MAX + 1)};

	take(in, s.bytes, s.len);
	return s;
}

/* The halves and the nonce are the transaction without witness, and the script has its limit. */
static void check(const struct coinbase *cb, const uint8_t *nonce)
{
	size_t script_len = cb->head.data[41], head_len = 42;
	uint8_t txid[32], expected[32];
	struct buf plain = {0}, whole = {0};

	assert(script_len >= 2 && script_len <= COINBASE_SCRIPT_MAX);
	assert(cb->head.len + cb->nonce_len == head_len + script_len);
	buf_add(&plain, cb->head.data, cb->head.len);
	buf_add(&plain, nonce, cb->nonce_len);
	buf_add(&plain, cb->tail.data, cb->tail.len);
	sha256d(plain.data, plain.len, expected);
	coinbase_txid(cb, nonce, txid);
	assert(memcmp(txid, expected, 32) == 0);
	coinbase_add_to(cb, nonce, &whole);
	assert(whole.len == plain.len + (cb->has_witness ? 36 : 0));
	buf_free(&plain);
	buf_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct coinbase_output outputs[OUTPUTS_MAX];
	uint8_t number[8], flags[255], nonce[COINBASE_NONCE_MAX];
	char tag[COINBASE_TAG_MAX + 5] = "";
	struct coinbase_spec spec = {.flags = flags, .tag = tag, .outputs = outputs};
	struct script commitment;
	struct coinbase cb;
	struct why why = {""};

	take(&in, number, 8);
	spec.height = (int64_t)get_le64(number);
	spec.flags_len = take_byte(&in);
	take(&in, flags, spec.flags_len);
	take(&in, tag, take_byte(&in) % sizeof(tag));
	tag[sizeof(tag) - 1] = '\0';
	spec.nonce_len = take_byte(&in) % (COINBASE_NONCE_MAX + 2);
	take(&in, nonce, sizeof(nonce));
	if (take_byte(&in) & 1) {
		commitment = take_script(&in);
		spec.commitment = &commitment;
	}
	spec.outputs_count = take_byte(&in) % (OUTPUTS_MAX + 1);
	for (unsigned i = 0; i < spec.outputs_count; i++) {
		take(&in, number, 8);
		outputs[i].value = amount_of((int64_t)get_le64(number));
		outputs[i].script = take_script(&in);
	}
	if (coinbase_init(&cb, &spec, &why) != OK) {
		assert(why.text[0]);
		return 0;
	}
	check(&cb, nonce);
	coinbase_fini(&cb);
	return 0;
}
