#include "chain/script.h"

#include <assert.h>
#include <string.h>

enum { OP_0 = 0x00, OP_1 = 0x51, OP_DUP = 0x76, OP_EQUAL = 0x87, OP_EQUALVERIFY = 0x88 };
enum { OP_HASH160 = 0xa9, OP_CHECKSIG = 0xac };

struct script script_p2pkh(const uint8_t hash[20])
{
	struct script s = {25, {OP_DUP, OP_HASH160, 20}};

	memcpy(s.bytes + 3, hash, 20);
	s.bytes[23] = OP_EQUALVERIFY;
	s.bytes[24] = OP_CHECKSIG;
	return s;
}

struct script script_p2sh(const uint8_t hash[20])
{
	struct script s = {23, {OP_HASH160, 20}};

	memcpy(s.bytes + 2, hash, 20);
	s.bytes[22] = OP_EQUAL;
	return s;
}

struct script script_witness(unsigned version, const uint8_t *program, size_t len)
{
	struct script s = {(uint8_t)(2 + len), {0}};

	assert(version <= 16 && len >= 2 && len <= 40);
	s.bytes[0] = (uint8_t)(version == 0 ? OP_0 : OP_1 + version - 1);
	s.bytes[1] = (uint8_t)len;
	memcpy(s.bytes + 2, program, len);
	return s;
}

bool script_of(const uint8_t *bytes, size_t len, struct script *out)
{
	if (len > SCRIPT_MAX)
		return false;
	*out = (struct script){.len = (uint8_t)len};
	if (len > 0)
		memcpy(out->bytes, bytes, len);
	return true;
}

bool script_equals(const struct script *a, const struct script *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

size_t script_put_number(uint8_t p[SCRIPT_NUMBER_MAX], int64_t n)
{
	size_t len = 0;

	assert(n >= 0);
	if (n <= 16) {
		p[0] = (uint8_t)(n == 0 ? OP_0 : OP_1 + n - 1);
		return 1;
	}
	for (; n > 0; n >>= 8)
		p[++len] = (uint8_t)n;
	if (p[len] & 0x80) /* the top bit is the sign */
		p[++len] = 0;
	p[0] = (uint8_t)len;
	return 1 + len;
}
