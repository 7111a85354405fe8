/* test_pack.c -- packed work: what goes in comes out; what nobody has packed is refused. */
#include "fixture.h"
#include "store/pack_priv.h"

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 20;
}

static void decode(const struct buf *data, enum err want, struct pack_slot **out, size_t *out_n)
{
	uint8_t *copy = mem_dup(data->data, data->len); /* of just that size */

	assert_int_equal(pack_decode(copy, data->len, out, out_n, &why), want);
	free(copy);
}

static void refused(enum err want, size_t len, const uint8_t *bytes)
{
	struct pack_slot *slots;
	size_t n;

	assert_int_equal(pack_decode(bytes, len, &slots, &n, &why), want);
}

#define REFUSED(want, ...)                                                                         \
	refused(want, sizeof((uint8_t[]){__VA_ARGS__}), (const uint8_t[]){__VA_ARGS__})

/* Stored: these bytes must mean the same for ever. */
static void the_format(void **state)
{
	static const uint8_t want[] = {1, 3, 7, 40, 0xac, 2, 1, 0, 2, 5, 0, 0x80, 1, 3, 1, 9};
	struct pack_slot slots[] = {{7, 20, 300, 1}, {7, 21, 5, 0}, {135, 19, 1, 9}}, *got;
	struct buf data = {0};
	size_t n;

	pack_encode(slots, 3, &data);
	assert_int_equal(data.len, sizeof want);
	assert_memory_equal(data.data, want, sizeof want);
	decode(&data, OK, &got, &n);
	assert_int_equal(n, 3);
	assert_memory_equal(got, slots, sizeof slots);
	free(got);
	buf_free(&data);
}

static void nothing_and_the_greatest(void **state)
{
	struct pack_slot slots[] = {{0, INT64_MAX, INT64_MAX, 1}, {INT64_MAX, 0, 0, 2}}, *got;
	struct buf data = {0};
	size_t n;

	pack_encode(NULL, 0, &data);
	decode(&data, OK, &got, &n);
	assert_int_equal(n, 0);
	assert_null(got);
	buf_clear(&data);
	pack_encode(slots, 2, &data);
	decode(&data, OK, &got, &n);
	assert_int_equal(n, 2);
	assert_memory_equal(got, slots, sizeof slots);
	free(got);
	buf_free(&data);
}

static void sums_of_the_same_worker(void **state)
{
	struct pack_slot slots[] = {{2, 9, 1, 1}, {1, 5, 10, 2}, {2, 9, 3, 1}, {1, 4, 7, 1}};

	assert_int_equal(pack_sum(slots, 4), 3);
	assert_memory_equal(slots,
		((struct pack_slot[]){{1, 4, 7, 1}, {1, 5, 10, 2}, {2, 9, 4, 2}}),
		3 * sizeof *slots);
	assert_int_equal(pack_sum(slots, 0), 0);
}

/* Any slots, and every cut and many changed bytes of them. */
static void any_slots(void **state)
{
	uint64_t seed = 7;

	for (int round = 0; round < 300; round++) {
		size_t n = next(&seed) % 40, got_n;
		struct pack_slot *slots = NEW_ARRAY(struct pack_slot, n + 1), *got;
		struct buf data = {0};

		for (size_t i = 0; i < n; i++)
			slots[i] = (struct pack_slot){(int64_t)(next(&seed) >> next(&seed) % 44),
				(int64_t)(next(&seed) >> next(&seed) % 44),
				(int64_t)(next(&seed) >> next(&seed) % 44),
				(int64_t)(next(&seed) % 9)};
		n = pack_sum(slots, n);
		pack_encode(slots, n, &data);
		decode(&data, OK, &got, &got_n);
		assert_int_equal(got_n, n);
		assert_memory_equal(n ? got : slots, slots, n * sizeof *slots);
		free(got);
		for (size_t len = 0; len < data.len; len++)
			refused(ERR_CORRUPT, len, data.data);
		data.data[next(&seed) % data.len] ^= (uint8_t)(1 + next(&seed) % 255);
		if (pack_decode(data.data, data.len, &got, &got_n, &why) == OK)
			free(got); /* other numbers; the sum beside it finds out */
		buf_free(&data);
		free(slots);
	}
}

static void what_nobody_has_packed(void **state)
{
	refused(ERR_CORRUPT, 0, (const uint8_t *)"");
	REFUSED(ERR_VERSION, 2, 0);
	REFUSED(ERR_CORRUPT, 1, 0, 0);                            /* more than there are */
	REFUSED(ERR_CORRUPT, 1, 2, 1, 2, 1, 1);                   /* fewer */
	REFUSED(ERR_CORRUPT, 1, 0x80, 0);                         /* longer than needed */
	REFUSED(ERR_CORRUPT, 1, 1, 1, 1, 1, 1);                   /* a worker below zero */
	REFUSED(ERR_CORRUPT, 1, 2, 1, 2, 1, 1, 0, 0, 1, 1);       /* twice the same */
	REFUSED(ERR_CORRUPT, 1, 2, 1, 4, 1, 1, 0, 1, 1, 1);       /* not in order */
	REFUSED(ERR_CORRUPT, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 1); /* as many as fit nowhere */
	REFUSED(ERR_CORRUPT, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 2, 1,
		1); /* 65 bits */
	REFUSED(ERR_CORRUPT, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 1,
		1); /* 64 */
	REFUSED(ERR_CORRUPT, 1, 2, 1, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 1,
		2, 1, 1); /* a sum beyond 63 bits */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_format),
		cmocka_unit_test(nothing_and_the_greatest),
		cmocka_unit_test(sums_of_the_same_worker),
		cmocka_unit_test(any_slots),
		cmocka_unit_test(what_nobody_has_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
