/* test_vectors.c -- every known hash, by every variant that this CPU has, in every lane. */
#include "vectors.h"

#include "base/json.h"

static struct pow_algo *algo_of(const struct vector *v)
{
	struct pow_param params[4];
	unsigned n = 0;
	const char *name = v->what;
	struct pow_algo *algo;
	struct why why = {0};
	char text[512], *save = NULL;
	const char *pers = NULL;

	str_copy(text, sizeof(text), v->params);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *value = strchr(word, '=');

		if (!value || strncmp(word, "note=", 5) == 0)
			continue;
		*value++ = '\0';
		if (strcmp(word, "pershex") == 0)
			pers = value;
		else
			params[n++] = (struct pow_param){word, value};
	}
	if (pers && strcmp(pers, "none") == 0)
		params[n++] = (struct pow_param){"pers", "none"};
	else if (pers)
		params[n++] = (struct pow_param){"pers_hex", pers};
	if (strcmp(name, "yescrypt05") == 0)
		name = "yescrypt";
	else if (strcmp(name, "yespower10") == 0)
		name = "yespower";
	else if (strcmp(name, "scrypt1024_1_1") == 0)
		name = "scrypt";
	if (pow_algo_new(name, params, n, &algo, &why) != OK)
		fail_msg("%s %s: %s", v->what, v->params, why.text);
	return algo;
}

/* Two full batches and each smaller number of inputs, so that every kernel and lane is used. */
static void in_every_lane(struct pow_ctx *ctx, const struct vector *v)
{
	static uint8_t headers[32][POW_HEADER_LEN], hashes[32][POW_HASH_LEN];
	unsigned batch = pow_ctx_batch(ctx);

	for (unsigned i = 0; i < 32; i++)
		memcpy(headers[i], v->input, POW_HEADER_LEN);
	for (unsigned n = batch; n > 0; n = n > 3 ? n / 2 : n - 1) {
		memset(hashes, 0, sizeof(hashes));
		pow_hash(ctx, n, (const uint8_t(*)[POW_HEADER_LEN])headers, hashes);
		for (unsigned i = 0; i < n; i++)
			assert_memory_equal(hashes[i], v->output, POW_HASH_LEN);
	}
}

static void check_vector(const struct vector *v, void *arg)
{
	struct pow_variant_info info;
	struct pow_algo *algo;
	uint8_t hash[POW_HASH_LEN];

	if (strncmp(v->what, "trace", 5) == 0)
		return; /* test_trace.c */
	algo = algo_of(v);
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++) {
		struct pow_ctx *ctx;
		struct why why = {0};

		if (!info.usable)
			continue;
		if (pow_ctx_new(algo, info.name, &ctx, &why) != OK)
			fail_msg("%s", why.text);
		pow_hash_bytes(ctx, v->input, v->input_len, hash);
		if (memcmp(hash, v->output, POW_HASH_LEN) != 0)
			fail_msg("%s %s by variant %s is wrong", v->what, v->params, info.name);
		if (v->input_len == POW_HEADER_LEN)
			in_every_lane(ctx, v);
		pow_ctx_free(ctx);
	}
	pow_algo_free(algo);
}

static void test_all_vectors(void **state)
{
	assert_int_equal(vectors_each(check_vector, NULL), 96);
}

/* A name is the generic algorithm with its parameters filled in. */
static void test_named_algorithms(void **state)
{
	static const struct {
		const char *name, *generic;
		struct pow_param params[4];
	} names[] = {
		{"yescryptr8", "yescrypt", {{"N", "2048"}, {"r", "8"}, {"pers", "Client Key"}}},
		{"yescryptr8", "yespower",
			{{"N", "2048"}, {"r", "8"}, {"pers", "Client Key"}, {"version", "0.5"}}},
		{"yescryptr8g", "yescrypt", {{"N", "2048"}, {"r", "8"}, {"pers", "header"}}},
		{"yescryptr16", "yescrypt", {{"N", "4096"}, {"r", "16"}, {"pers", "Client Key"}}},
		{"yescryptr32", "yescrypt", {{"N", "4096"}, {"r", "32"}, {"pers", "WaviBanana"}}},
		{"yespower", "yescrypt",
			{{"version", "1.0"}, {"N", "2048"}, {"r", "32"}, {"pers", "none"}}},
		{"yespowerr16", "yespower", {{"N", "4096"}, {"r", "16"}}},
		{"scrypt", "scrypt", {{"N", "1024"}, {"r", "1"}, {"p", "1"}}},
	};
	static const uint8_t header[POW_HEADER_LEN] = {1, 2, 3};
	uint8_t hash[2][POW_HASH_LEN];

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		unsigned n = 0;

		while (n < 4 && names[i].params[n].name)
			n++;
		for (unsigned k = 0; k < 2; k++) {
			struct pow_algo *algo;
			struct pow_ctx *ctx;

			assert_int_equal(
				pow_algo_new(k ? names[i].generic : names[i].name,
					k ? names[i].params : NULL, k ? n : 0, &algo, NULL),
				OK);
			assert_int_equal(pow_ctx_new(algo, NULL, &ctx, NULL), OK);
			pow_hash_bytes(ctx, header, sizeof(header), hash[k]);
			pow_ctx_free(ctx);
			pow_algo_free(algo);
		}
		assert_memory_equal(hash[0], hash[1], POW_HASH_LEN);
	}
}

/* Koto keys the hash with all of its 112-byte header, of which 80 bytes are hashed. */
static void check_long_key(const struct vector *v, void *arg)
{
	const char *pers = strstr(v->params, "pershex=");
	uint8_t key[VECTOR_BYTES_MAX], hash[POW_HASH_LEN];
	struct pow_algo *algo;
	struct pow_ctx *ctx;
	size_t len;

	if (!pers || strcmp(v->what, "yescrypt05") != 0 || !strstr(v->params, "N=2048"))
		return;
	len = vector_bytes(key, pers + strlen("pershex="));
	if (len < POW_HEADER_LEN)
		return;
	assert_memory_equal(key, v->input, POW_HEADER_LEN);
	assert_int_equal(pow_algo_new("yescryptr8g", NULL, 0, &algo, NULL), OK);
	assert_int_equal(pow_ctx_new(algo, NULL, &ctx, NULL), OK);
	pow_hash_bytes(ctx, key, len, hash);
	assert_memory_equal(hash, v->output, POW_HASH_LEN);
	pow_ctx_free(ctx);
	pow_algo_free(algo);
	*(unsigned *)arg += len > POW_HEADER_LEN ? 100 : 1;
}

static void test_keyed_with_header(void **state)
{
	unsigned seen = 0;

	vectors_each(check_long_key, &seen);
	assert_int_equal(seen, 104);
}

/* Headers that BitZeny nodes accepted, with the id that they gave the block. */
static void test_bitzeny_headers(void **state)
{
	json_t *list = json_load_file(VECTORS_DIR "/pow/bitzeny.json", 0, NULL), *item;
	struct pow_algo *yescrypt, *sha256d;
	struct pow_ctx *y, *s;
	unsigned ids = 0;
	size_t i;

	assert_non_null(list);
	assert_int_equal(pow_algo_new("yescryptr8", NULL, 0, &yescrypt, NULL), OK);
	assert_int_equal(pow_algo_new("sha256d", NULL, 0, &sha256d, NULL), OK);
	assert_int_equal(pow_ctx_new(yescrypt, NULL, &y, NULL), OK);
	assert_int_equal(pow_ctx_new(sha256d, NULL, &s, NULL), OK);
	json_array_foreach(list, i, item)
	{
		const char *header = json_string_value(json_object_get(item, "header"));
		uint8_t bytes[1][POW_HEADER_LEN], hash[1][POW_HASH_LEN];
		char text[2 * POW_HASH_LEN + 1];
		const char *id;

		assert_true(hex_decode(bytes[0], POW_HEADER_LEN, header, strlen(header)));
		pow_hash(y, 1, (const uint8_t(*)[POW_HEADER_LEN])bytes, hash);
		hex_encode(text, hash[0], POW_HASH_LEN);
		assert_string_equal(
			text, json_string_value(json_object_get(item, "yescrypt_internal")));
		hex_encode_reversed(text, hash[0], POW_HASH_LEN);
		id = json_string_value(json_object_get(item, "node_block_hash"));
		if (id)
			assert_string_equal(text, id);
		ids += id != NULL;
		pow_hash(s, 1, (const uint8_t(*)[POW_HEADER_LEN])bytes, hash);
		hex_encode_reversed(text, hash[0], POW_HASH_LEN);
		assert_string_equal(
			text, json_string_value(json_object_get(item, "sha256d_display")));
	}
	assert_int_equal(i, 23);
	assert_true(ids >= 10);
	pow_ctx_free(y);
	pow_ctx_free(s);
	pow_algo_free(yescrypt);
	pow_algo_free(sha256d);
	json_decref(list);
}

/* hash <= the target that the header's `bits` stand for; for all but equal leading bytes. */
static bool meets_bits(const uint8_t hash[POW_HASH_LEN], const uint8_t bits[4])
{
	unsigned size = bits[3];

	for (unsigned i = POW_HASH_LEN; i > size; i--)
		if (hash[i - 1] != 0)
			return false;
	return (hash[size - 1] << 16 | hash[size - 2] << 8 | hash[size - 3]) <
	       (bits[2] << 16 | bits[1] << 8 | bits[0]);
}

/* Blocks 50000, 150000, 250000, 290000 of LuckyPepe, whose proof of work is yescryptr32 and whose
 * block ids are the double SHA-256 of the header. A wrong hash meets the easiest once in 2^22. */
static void test_yescryptr32_blocks(void **state)
{
	static const struct {
		const char *header, *id;
	} blocks[] = {
		{"00000020a419cf6d7de2ff1a1b7ba71eff178699e6c46bf3d01360c1a9109a1f"
		 "29bd7ea079cfb3e7ee991412508e1f4fd74eabddbf762926ee659d108660c879"
		 "01e2a22b9bb5bf69dd11071d0001f664",
			"552dcd6f2ee5600626a162ee9874997d4dc6f0d90639f5d8cf3093070ba91f2a"},
		{"00000020c967b126bce48f80f8f6edce90d74dcba79a26f68cf52bf5428e617a"
		 "b7e6085bcbcc8e06bb7996bfd826bdc679910a0346113db8ede7f93ba511c8f6"
		 "0b29d089a8ae2b6abb1e011e9b030000",
			"6072a4a3114284fc7a6053cd995344d050a67f93e0da9018fddad720ab7a912e"},
		{"00000020ee8b35b316fce3a29e8d6ece63641caa52d382775744369ff997e997"
		 "14ddba178650da7953aeaf9632fca67af77d67b2bafae0714a90148001e5dfb0"
		 "0bb999cbb20e8d6a8c18011e7c0000d0",
			"2888869051bfb3bc0afc25077180ed56d9c41a31f6736652c365fefeb149f0bb"},
		{"00000020004a5f73359c8d62d8c8f64e4aeeaf242be57b029a75d0d56bc3d2a6"
		 "63265002ce921cbd4e32210f5f628052eb339075cfe202652c6b6557eb63ab8c"
		 "dd619165e14cb36a65b6021e23060000",
			"0e2a600a0b52c5b54834e4f025d4cdf15b16e435f581ea3482e4173d95fb3d8b"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(blocks); i++) {
		uint8_t header[1][POW_HEADER_LEN], hash[POW_HASH_LEN];
		char id[2 * POW_HASH_LEN + 1];
		static const char *const names[] = {"sha256d", "yescryptr32"};

		assert_int_equal(vector_bytes(header[0], blocks[i].header), POW_HEADER_LEN);
		for (unsigned k = 0; k < ARRAY_LEN(names); k++) {
			struct pow_algo *algo;
			struct pow_ctx *ctx;

			assert_int_equal(pow_algo_new(names[k], NULL, 0, &algo, NULL), OK);
			assert_int_equal(pow_ctx_new(algo, NULL, &ctx, NULL), OK);
			pow_hash_bytes(ctx, header[0], POW_HEADER_LEN, hash);
			pow_ctx_free(ctx);
			pow_algo_free(algo);
			hex_encode_reversed(id, hash, POW_HASH_LEN);
			if (k == 0)
				assert_string_equal(id, blocks[i].id);
			else
				assert_true(meets_bits(hash, header[0] + 72));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_vectors),
		cmocka_unit_test(test_named_algorithms),
		cmocka_unit_test(test_keyed_with_header),
		cmocka_unit_test(test_bitzeny_headers),
		cmocka_unit_test(test_yescryptr32_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
