#include "chain/target.h"

#include <assert.h>

#define SIGN_BIT      0x00800000u /* of the compact form's 24-bit mantissa */
#define MANTISSA_BITS 0x007fffffu

enum err target_from_bits(uint32_t bits, struct u256 *out)
{
	unsigned size = bits >> 24; /* [bytes] of the number that is meant */
	uint32_t mantissa = bits & MANTISSA_BITS;
	struct u256 target;

	if (size < 3) {
		target = u256_of(mantissa >> 8 * (3 - size));
	} else {
		target = u256_shift_left(u256_of(mantissa), 8 * (size - 3));
		if (u256_cmp(u256_shift_right(target, 8 * (size - 3)), u256_of(mantissa)) != 0)
			return ERR_RANGE;
	}
	if (u256_is_zero(target) || bits & SIGN_BIT)
		return ERR_INVALID;
	*out = target;
	return OK;
}

uint32_t target_to_bits(struct u256 target)
{
	unsigned size = (u256_bit_length(target) + 7) / 8;
	uint32_t mantissa;

	if (size <= 3)
		mantissa = (uint32_t)target.w[0] << 8 * (3 - size);
	else
		mantissa = (uint32_t)u256_shift_right(target, 8 * (size - 3)).w[0];
	if (mantissa & SIGN_BIT) {
		mantissa >>= 8;
		size++;
	}
	return size << 24 | mantissa;
}

bool target_is_met(const struct u256 *target, const uint8_t hash[32])
{
	return u256_cmp(u256_from_le(hash), *target) <= 0;
}

struct u256 target_from_work(int64_t work, unsigned work_bits)
{
	assert(work > 0 && work_bits <= TARGET_WORK_BITS_MAX);
	return u256_reciprocal(u256_shift_left(u256_of((uint64_t)work), work_bits));
}

struct u256 target_hashes(struct u256 target)
{
	struct u256 below = u256_add(target, u256_of(1)); /* how many hashes meet it */

	return u256_is_zero(below) ? u256_of(1) : u256_reciprocal(below);
}

static int64_t saturate(struct u256 v)
{
	return u256_bit_length(v) > 63 ? INT64_MAX : (int64_t)v.w[0];
}

int64_t target_to_work(struct u256 target, unsigned work_bits)
{
	struct u256 hashes = target_hashes(target);
	struct u256 units = u256_shift_right(hashes, work_bits);

	assert(work_bits <= TARGET_WORK_BITS_MAX);
	if (u256_cmp(u256_shift_left(units, work_bits), hashes) != 0)
		units = u256_add(units, u256_of(1));
	return saturate(units);
}

int64_t target_work_of_hash(const uint8_t hash[32], unsigned work_bits)
{
	struct u256 h = u256_from_le(hash);

	assert(work_bits <= TARGET_WORK_BITS_MAX);
	if (u256_is_zero(h))
		return INT64_MAX;
	return saturate(u256_shift_right(u256_reciprocal(h), work_bits));
}
