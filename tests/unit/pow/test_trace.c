/* test_trace.c -- the values inside yescrypt, step by step, so that a wrong hash tells where. */
#include "vectors.h"

#include "base/bytes.h"
#include "base/sha256.h"
#include "pow/yescrypt_priv.h"

#define N     2048
#define R     8
#define CELLS (2 * R)
#define ROW   (128 * R)

/* One hash in slow motion: each shape does a little more of the whole. */
struct trace {
	unsigned version;
	uint8_t key0[32], first[ROW];
	struct yescrypt_lane lane;
	unsigned seen;
};

static void begin(struct trace *t, const uint8_t *input)
{
	sha256(input, 80, t->key0);
	if (t->version == ALGO_05)
		pbkdf2_sha256(t->key0, 32, input, 80, 1, t->first, ROW);
	else
		pbkdf2_sha256(t->key0, 32, NULL, 0, 1, t->first, 128);
}

static void run(struct trace *t, uint32_t n, uint32_t r, uint32_t rw, uint32_t ro)
{
	struct yescrypt_shape shape = {t->version, n, r, rw, ro};

	for (unsigned c = 0; c < CELLS; c++)
		for (unsigned k = 0; k < CELL_WORDS; k++)
			t->lane.row[c * CELL_WORDS + k] =
				get_le32(t->first + 64 * c + 4 * (5 * k % 16));
	yescrypt_smix_c(&shape, &t->lane);
}

static void plain_row(const struct trace *t, uint8_t *out)
{
	for (unsigned c = 0; c < CELLS; c++)
		for (unsigned k = 0; k < CELL_WORDS; k++)
			put_le32(out + 64 * c + 4 * (5 * k % 16), t->lane.row[c * CELL_WORDS + k]);
}

static void memory_image(uint8_t *out, const uint32_t *words, size_t from, size_t bytes)
{
	for (size_t i = 0; i < bytes / 4; i++)
		put_le32(out + 4 * i, words[from / 4 + i]);
}

static void digest(const uint32_t *words, size_t bytes, uint8_t out[32])
{
	uint8_t *image = mem_alloc(bytes);

	memory_image(image, words, 0, bytes);
	sha256(image, bytes, out);
	free(image);
}

/* What the step named `name` yields; returns false for a name that is tested elsewhere. */
static bool value_of(struct trace *t, const char *name, uint8_t *out)
{
	bool is_05 = t->version == ALGO_05;
	size_t s = is_05 ? S_BYTES_05 : S_BYTES_10;
	uint32_t rw = is_05 ? 682 : 684;

	if (strcmp(name, "key0") == 0) {
		memcpy(out, t->key0, 32);
	} else if (strcmp(name, "B_after_pbkdf2_1") == 0) {
		memcpy(out, t->first, ROW);
	} else if (strcmp(name, "B_after_sbox_init") == 0) {
		run(t, 0, 1, 0, 0);
		plain_row(t, out);
	} else if (name[0] == 'S') {
		run(t, 0, 1, 0, 0);
		if (strcmp(name, "S_sha256") == 0)
			digest(t->lane.s, s, out);
		else
			memory_image(
				out, t->lane.s, strcmp(name, "S_first64") == 0 ? 0 : s - 64, 64);
	} else if (name[0] == 'V') {
		run(t, N, R, 0, 0);
		if (strcmp(name, "V_sha256") == 0)
			digest(t->lane.v, (size_t)N * ROW, out);
		else
			memory_image(out, t->lane.v, ROW, 64);
	} else if (strncmp(name, "B_after_", 8) == 0) {
		bool all = strcmp(name, "B_after_stir_all") == 0;

		run(t, N, R, strcmp(name, "B_after_fill") == 0 ? 0 : rw, all && is_05 ? 2 : 0);
		plain_row(t, out);
	} else {
		return false;
	}
	return true;
}

static void check(const struct vector *v, void *arg)
{
	struct trace *t = arg;
	uint8_t got[VECTOR_BYTES_MAX];

	if (strcmp(v->what, t->version == ALGO_05 ? "trace05" : "trace10") != 0)
		return;
	begin(t, v->input);
	if (!value_of(t, v->params, got))
		return;
	if (memcmp(got, v->output, v->output_len) != 0)
		fail_msg("%s %s differs", v->what, v->params);
	t->seen++;
}

static void trace(unsigned version)
{
	struct trace t = {.version = version};

	t.lane.v = mem_alloc((size_t)N * ROW);
	t.lane.s = mem_alloc(S_BYTES_10);
	t.lane.row = mem_alloc(ROW);
	vectors_each(check, &t);
	assert_int_equal(t.seen, 11);
	free(t.lane.v);
	free(t.lane.s);
	free(t.lane.row);
}

static void test_yescrypt_05(void **state)
{
	trace(ALGO_05);
}

static void test_yespower_10(void **state)
{
	trace(ALGO_10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yescrypt_05),
		cmocka_unit_test(test_yespower_10),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
