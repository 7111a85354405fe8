/* check.h -- what the tests of chain/ share: bytes from hex, coins made by hand. */
#ifndef TEST_CHAIN_CHECK_H
#define TEST_CHAIN_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "chain/coin.h"
#include "chain/u256.h"

static inline struct u256 hex_u256(const char *text)
{
	uint8_t bytes[32];

	assert_true(hex_decode(bytes, 32, text, strlen(text)));
	return u256_from_be(bytes);
}

static inline void assert_u256_equal(struct u256 v, const char *expected)
{
	uint8_t bytes[32];
	char text[65];

	u256_to_be(v, bytes);
	hex_encode(text, bytes, 32);
	assert_string_equal(text, expected);
}

static inline void assert_hex_equal(const uint8_t *bytes, size_t len, const char *expected)
{
	char *text = mem_alloc(2 * len + 1);

	hex_encode(text, bytes, len);
	assert_string_equal(text, expected);
	free(text);
}

/* Bytes of a hex text; the caller frees them. */
static inline uint8_t *hex_bytes(const char *text, size_t *len)
{
	uint8_t *bytes;

	*len = strlen(text) / 2;
	bytes = mem_alloc(*len + 1);
	assert_true(hex_decode(bytes, *len, text, strlen(text)));
	return bytes;
}

#endif
