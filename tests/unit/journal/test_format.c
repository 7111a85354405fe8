/* test_format.c -- records survive the way to bytes and back, and nothing else passes. */
#include "fixture.h"

static void check_roundtrip(const struct record *in)
{
	uint8_t bytes[RECORD_BYTES], again[RECORD_BYTES];
	struct record out;

	record_encode(in, bytes);
	assert_true(record_decode(bytes, &out));
	assert_int_equal(out.type, in->type);
	assert_int_equal(out.seq, in->seq);
	record_encode(&out, again);
	assert_memory_equal(bytes, again, RECORD_BYTES);
	for (unsigned i = 0; i < RECORD_BYTES * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(record_decode(bytes, &out));
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}

static void roundtrip(void **state)
{
	struct record share = {.type = RECORD_SHARE, .seq = UINT64_MAX - 1};
	struct record head = {.type = RECORD_SEGMENT, .seq = 9};
	struct record part = {.type = RECORD_WORKER, .seq = 3};
	struct record height = {.type = RECORD_HEIGHT, .seq = 4};

	share.share = (struct journal_share){.worker = 0xfffffffe,
		.pool = 0xffff,
		.height = 0xfffffffd,
		.work = INT64_MAX,
		.job = 0xfffffffc,
		.hash_top = 1,
		.time_ms = 1,
		.is_block = true,
		.is_apart = true};
	check_roundtrip(&share);
	head.head = (struct segment_head){4095, 1ull << 39, 9, 8, 1700000000000};
	check_roundtrip(&head);
	part.part = (struct worker_part){.worker = 1,
		.part = 3,
		.parts = 4,
		.address_len = 127,
		.worker_len = 32,
		.text = "0123456789"};
	check_roundtrip(&part);
	height.height.pool = 2;
	height.height.height = 800000;
	check_roundtrip(&height);
}

static void zeroes_are_no_record(void **state)
{
	uint8_t bytes[RECORD_BYTES] = {0};
	struct record out;

	assert_false(record_decode(bytes, &out));
}

static void a_share_without_work_is_refused(void **state)
{
	struct record r = {.type = RECORD_SHARE, .seq = 1, .share = {.worker = 1, .work = 0}};
	uint8_t bytes[RECORD_BYTES];

	record_encode(&r, bytes);
	assert_false(record_decode(bytes, &r));
}

static void parts(void **state)
{
	assert_int_equal(worker_parts(1, 0), 1);
	assert_int_equal(worker_parts(40, 0), 1);
	assert_int_equal(worker_parts(40, 1), 2);
	assert_int_equal(worker_parts(JOURNAL_ADDRESS_MAX, JOURNAL_WORKER_MAX), NAME_PARTS_MAX);
}

static void names_of_files(void **state)
{
	const char *dir = *state;
	struct segment_name want[] = {{1, 1, 5}, {1, 0x10, 5}, {0x12, 2, 5}}, *got;
	const char *others[] = {
		"x", "0000000001-0000000000000001-0005.journal.tmp", "1-1-5.journal"};
	size_t n;

	for (int i = 2; i >= 0; i--) {
		char *path = segment_path(dir, &want[i]);

		assert_int_equal(path_write(path, "", 0, NULL), OK);
		free(path);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		char *path = path_join(dir, others[i]);

		assert_int_equal(path_write(path, "", 0, NULL), OK);
		free(path);
	}
	assert_int_equal(segment_list(dir, &got, &n, NULL), OK);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(got[i].epoch, want[i].epoch);
		assert_int_equal(got[i].first_seq, want[i].first_seq);
		assert_int_equal(got[i].node_id, want[i].node_id);
	}
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roundtrip),
		cmocka_unit_test(zeroes_are_no_record),
		cmocka_unit_test(a_share_without_work_is_refused),
		cmocka_unit_test(parts),
		TEST(names_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
