/*
 * pow_vectors.c -- a known hash for every proof of work and its parameters by every variant, in
 * every lane of a batch; without the libraries that a foreign machine may lack. See aarch64.
 */
#include "vectors.h"

#define BATCH_MAX 16

struct counts {
	unsigned vectors, hashes;
	char last[64]; /* algorithm, N and r of the last vector: one of each is enough here */
};

static bool is_new(struct counts *counts, const struct vector *v)
{
	char key[sizeof(counts->last)];

	snprintf(key, sizeof(key), "%s %.*s", v->what, (int)strcspn(v->params, "p"), v->params);
	if (strcmp(key, counts->last) == 0)
		return false;
	memcpy(counts->last, key, sizeof(key));
	return true;
}

static struct pow_algo *algo_of(const struct vector *v)
{
	static const char *const names[][2] = {{"yescrypt05", "yescrypt"},
		{"yespower10", "yespower"}, {"scrypt1024_1_1", "scrypt"}, {"sha256d", "sha256d"}};
	struct pow_param params[3] = {{"N", NULL}, {"r", NULL}, {"pers_hex", NULL}};
	char pers[2 * VECTOR_BYTES_MAX + 1], n[16], r[16];
	struct pow_algo *algo;
	struct why why = {""};
	const char *key;
	unsigned count = 0, i = 0;

	while (strcmp(names[i][0], v->what) != 0)
		assert_true(++i < 4);
	if (sscanf(v->params, "N=%15[0-9] r=%15[0-9]", n, r) == 2) {
		params[0].value = n;
		params[1].value = r;
		count = 3;
		key = strstr(v->params, "pershex=") + strlen("pershex=");
		snprintf(pers, sizeof(pers), "%.*s", (int)strcspn(key, " "), key);
		params[2].value = pers;
		if (strcmp(pers, "none") == 0)
			params[2].name = "pers";
	}
	if (pow_algo_new(names[i][1], params, count, &algo, &why) != OK)
		fail_msg("%s %s: %s", v->what, v->params, why.text);
	return algo;
}

static void check(const struct vector *v, void *arg)
{
	static uint8_t headers[BATCH_MAX][POW_HEADER_LEN];
	uint8_t hashes[BATCH_MAX][POW_HASH_LEN];
	struct counts *counts = arg;
	struct pow_variant_info info;
	struct pow_algo *algo;
	struct pow_ctx *ctx;
	struct why why = {""};

	if (strncmp(v->what, "trace", 5) == 0 || v->input_len != POW_HEADER_LEN ||
		!is_new(counts, v))
		return;
	algo = algo_of(v);
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++) {
		if (!info.usable)
			fail_msg("variant %s is not usable here", info.name);
		if (pow_ctx_new(algo, info.name, &ctx, &why) != OK)
			fail_msg("%s", why.text);
		for (unsigned k = 0; k < info.batch; k++)
			memcpy(headers[k], v->input, POW_HEADER_LEN);
		pow_hash(ctx, info.batch, (const uint8_t(*)[POW_HEADER_LEN])headers, hashes);
		for (unsigned k = 0; k < info.batch; k++)
			if (memcmp(hashes[k], v->output, POW_HASH_LEN) != 0)
				fail_msg("%s %s by %s, lane %u, is wrong", v->what, v->params,
					info.name, k);
		counts->hashes += info.batch;
		pow_ctx_free(ctx);
	}
	counts->vectors++;
	pow_algo_free(algo);
}

int main(void)
{
	struct counts counts = {0};

	vectors_each(check, &counts);
	assert_true(counts.vectors >= 15);
	printf("%u vectors, %u hashes by all variants: right\n", counts.vectors, counts.hashes);
	return 0;
}
