/* test_miner_job.c -- headers and targets of the miner against block 1 of Bitcoin and plain sums.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/sha256.h"
#include "cli/miner_job.h"

/* Block 1 of Bitcoin's main chain: its coinbase is cut in two around 8 bytes that a pool would
 * fill. */
static const char notify[] =
	"[\"1\", \"0a8ce26f72b3f1b646a2a6c14ff763ae65831e939c085ae10019d66800000000\","
	" \"01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff07\","
	" \"ffffffff0100f2052a0100000043410496b538e853519c726a2c91e61ec11600ae1390813a627c66fb8be79"
	"47be63c"
	"52da7589379515d4e0a604f8141781e62294721166bf621e73a82cbf2342c858eeac00000000\","
	" [], \"00000001\", \"1d00ffff\", \"4966bc61\", true]";

static void builds_block_1(void **state)
{
	static const uint8_t extranonce1[] = {0x04, 0xff, 0xff},
			     extranonce2[] = {0x00, 0x1d, 0x01, 0x04};
	struct buf one = {0}, two = {0};
	struct miner_job job = {0};
	uint8_t header[POW_HEADER_LEN], hash[32];
	char text[65];
	json_t *params;

	assert_int_equal(json_read(notify, strlen(notify), &params, NULL), OK);
	assert_int_equal(miner_job_read(params, &job, NULL), OK);
	assert_true(job.is_clean);
	buf_add(&one, extranonce1, sizeof(extranonce1));
	buf_add(&two, extranonce2, sizeof(extranonce2));
	miner_job_header(&job, &one, &two, job.ntime, header);
	put_le32(header + 76, 2573394689u);
	sha256d(header, sizeof(header), hash);
	hex_encode_reversed(text, hash, 32);
	assert_string_equal(
		text, "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048");
	assert_true(miner_hash_meets(hash, job.block_target));
	miner_target(1, 1, job.share_target);
	assert_true(miner_hash_meets(hash, job.share_target));
	miner_target(1000, 1, job.share_target);
	assert_false(miner_hash_meets(hash, job.share_target));
	buf_free(&one);
	buf_free(&two);
	miner_job_fini(&job);
	json_decref(params);
}

static void target_is(double difficulty, unsigned factor, const char *expected)
{
	uint8_t target[32];
	char text[65];

	miner_target(difficulty, factor, target);
	hex_encode_reversed(text, target, 32);
	assert_string_equal(text, expected);
}

static void targets_follow_difficulty(void **state)
{
	target_is(1, 1, "00000000ffff0000000000000000000000000000000000000000000000000000");
	target_is(2, 1, "000000007fff8000000000000000000000000000000000000000000000000000");
	target_is(1, 65536, "0000ffff00000000000000000000000000000000000000000000000000000000");
	target_is(0.5, 65536, "0001fffe00000000000000000000000000000000000000000000000000000000");
	target_is(0.0000152587890625, 65536, /* 2^-16: every hash but a few */
		"ffff000000000000000000000000000000000000000000000000000000000000");
	target_is(1e-12, 1, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
	target_is(1e80, 1, "0000000000000000000000000000000000000000000000000000000000000000");
}

static void refuses_nonsense(void **state)
{
	static const char *const lines[] = {
		"[]",
		"[\"1\", \"00\", \"\", \"\", [], \"00000001\", \"1d00ffff\", \"4966bc61\", true]",
		"[1, 2, 3, 4, 5, 6, 7, 8, 9]",
		"{\"a\": 1}",
		"null",
	};

	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct miner_job job = {0};
		json_t *params;

		assert_int_equal(json_read(lines[i], strlen(lines[i]), &params, NULL), OK);
		assert_int_equal(miner_job_read(params, &job, NULL), ERR_PROTOCOL);
		miner_job_fini(&job);
		json_decref(params);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_block_1),
		cmocka_unit_test(targets_follow_difficulty),
		cmocka_unit_test(refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
