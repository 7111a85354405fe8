/* miner_job.c -- a miner's view of a job: from the words of mining.notify to headers to be hashed.
 */
#include "cli/miner_job.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/sha256.h"

#define COINBASE_MAX 100000 /* [bytes] of one half */

static enum err read_hex(const json_t *value, struct buf *out, struct why *why)
{
	const char *text = json_string_value(value);
	size_t len = text ? strlen(text) : 0;

	buf_clear(out);
	if (!text || len % 2 || len / 2 > COINBASE_MAX)
		return err_fail(why, ERR_PROTOCOL, "mining.notify: a coinbase half is not hex");
	if (!hex_decode(buf_reserve(out, len / 2 + 1), len / 2, text, len))
		return err_fail(why, ERR_PROTOCOL, "mining.notify: a coinbase half is not hex");
	out->len = len / 2;
	return OK;
}

static bool read_word(const json_t *value, uint32_t *out)
{
	const char *text = json_string_value(value);
	uint8_t bytes[4];

	if (!text || !hex_decode(bytes, 4, text, strlen(text)))
		return false;
	*out = get_be32(bytes);
	return true;
}

static bool read_hash(const json_t *value, uint8_t out[32])
{
	const char *text = json_string_value(value);

	return text && hex_decode(out, 32, text, strlen(text));
}

static enum err read_branch(const json_t *list, struct miner_job *out, struct why *why)
{
	size_t len = json_array_size(list);

	if (!json_is_array(list) || len > MINER_BRANCH_MAX)
		return err_fail(why, ERR_PROTOCOL, "mining.notify: no merkle branch");
	for (size_t i = 0; i < len; i++) {
		if (!read_hash(json_array_get(list, i), out->branch[i]))
			return err_fail(
				why, ERR_PROTOCOL, "mining.notify: branch %zu is no hash", i);
	}
	out->branch_len = (unsigned)len;
	return OK;
}

/* The compact form of a target, as nbits has it; a target of zero when it makes no sense. */
static void target_from_compact(uint32_t nbits, uint8_t out[32])
{
	unsigned size = nbits >> 24;
	uint32_t word = nbits & 0x7fffff;

	memset(out, 0, 32);
	for (unsigned i = 0; i < 3; i++) {
		unsigned at = size - 3 + i; /* wraps below zero: skipped */

		if (at < 32)
			out[at] = (uint8_t)(word >> (8 * i));
	}
}

enum err miner_job_read(const json_t *params, struct miner_job *out, struct why *why)
{
	const char *id = json_string_value(json_array_get(params, 0));
	enum err e;

	if (json_array_size(params) < 9 || !id || !str_copy(out->id, sizeof(out->id), id))
		return err_fail(why, ERR_PROTOCOL, "mining.notify: not nine parameters");
	if (!read_hash(json_array_get(params, 1), out->prev))
		return err_fail(why, ERR_PROTOCOL, "mining.notify: no previous hash");
	for (unsigned i = 0; i < 32; i += 4)
		put_be32(out->prev + i, get_le32(out->prev + i));
	if ((e = read_hex(json_array_get(params, 2), &out->coinb1, why)) ||
		(e = read_hex(json_array_get(params, 3), &out->coinb2, why)) ||
		(e = read_branch(json_array_get(params, 4), out, why)))
		return e;
	if (!read_word(json_array_get(params, 5), &out->version) ||
		!read_word(json_array_get(params, 6), &out->nbits) ||
		!read_word(json_array_get(params, 7), &out->ntime))
		return err_fail(
			why, ERR_PROTOCOL, "mining.notify: version, bits or time is not 8 digits");
	out->is_clean = json_is_true(json_array_get(params, 8));
	target_from_compact(out->nbits, out->block_target);
	return OK;
}

void miner_job_fini(struct miner_job *job)
{
	buf_free(&job->coinb1);
	buf_free(&job->coinb2);
}

void miner_job_header(const struct miner_job *job, const struct buf *extranonce1,
	const struct buf *extranonce2, uint32_t ntime, uint8_t out[POW_HEADER_LEN])
{
	struct buf coinbase = {0};
	uint8_t pair[64];

	buf_add(&coinbase, job->coinb1.data, job->coinb1.len);
	buf_add(&coinbase, extranonce1->data, extranonce1->len);
	buf_add(&coinbase, extranonce2->data, extranonce2->len);
	buf_add(&coinbase, job->coinb2.data, job->coinb2.len);
	sha256d(coinbase.data, coinbase.len, pair);
	buf_free(&coinbase);
	for (unsigned i = 0; i < job->branch_len; i++) {
		memcpy(pair + 32, job->branch[i], 32);
		sha256d(pair, 64, pair);
	}
	put_le32(out, job->version);
	memcpy(out + 4, job->prev, 32);
	memcpy(out + 36, pair, 32);
	put_le32(out + 68, ntime);
	put_le32(out + 72, job->nbits);
	put_le32(out + 76, 0);
}

void miner_target(double difficulty, unsigned factor, uint8_t out[32])
{
	int exponent, shift;
	double fraction = frexp(65535.0 * factor / difficulty, &exponent); /* target / 2^208 */
	uint64_t bits = (uint64_t)ldexp(fraction, 53);

	memset(out, 0, 32);
	shift = exponent - 53 + 208; /* target = bits * 2^shift */
	if (shift + 53 > 256) {
		memset(out, 0xff, 32);
		return;
	}
	if (shift < 0) {
		bits = shift > -64 ? bits >> -shift : 0;
		shift = 0;
	}
	bits <<= shift % 8;
	for (unsigned i = 0; i < 8 && shift / 8 + i < 32; i++)
		out[shift / 8 + i] = (uint8_t)(bits >> (8 * i));
}

bool miner_hash_meets(const uint8_t hash[32], const uint8_t target[32])
{
	for (int i = 31; i >= 0; i--) {
		if (hash[i] != target[i])
			return hash[i] < target[i];
	}
	return true;
}
