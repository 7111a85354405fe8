/* token.c -- see token.h. Stored in miners' memories: version | pool | extranonce1 | since | work,
 * then the first bytes of their HMAC-SHA256. */
#include "stratum/token.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/sha256.h"

enum {
	VERSION = 1,
	BODY_LEN = 1 + 2 + 4 + 4 + 8,
	MAC_LEN = 13,
	TOKEN_LEN = BODY_LEN + MAC_LEN,
	CLOCKS_APART_S = 3600, /* of two nodes */
};

static const char prefix[] = "n-";

_Static_assert(sizeof(prefix) + 2 * TOKEN_LEN == TOKEN_TEXT_MAX, "a token's text");

static void sign(const uint8_t key[TOKEN_KEY_LEN], const uint8_t *body, uint8_t out[SHA256_LEN])
{
	hmac_sha256(key, TOKEN_KEY_LEN, body, BODY_LEN, out);
}

static bool is_same(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint8_t differs = 0;

	for (size_t i = 0; i < len; i++)
		differs |= (uint8_t)(a[i] ^ b[i]);
	return differs == 0;
}

void token_write(const uint8_t key[TOKEN_KEY_LEN], const struct token *t, char text[TOKEN_TEXT_MAX])
{
	uint8_t bytes[TOKEN_LEN], mac[SHA256_LEN];

	bytes[0] = VERSION;
	put_le16(bytes + 1, t->pool);
	put_le32(bytes + 3, t->extranonce1);
	put_le32(bytes + 7, t->since_s);
	put_le64(bytes + 11, (uint64_t)t->work);
	sign(key, bytes, mac);
	memcpy(bytes + BODY_LEN, mac, MAC_LEN);
	memcpy(text, prefix, sizeof(prefix));
	hex_encode(text + sizeof(prefix) - 1, bytes, sizeof(bytes));
}

bool token_read(
	const uint8_t key[TOKEN_KEY_LEN], const char *text, uint32_t now_s, struct token *out)
{
	uint8_t bytes[TOKEN_LEN], mac[SHA256_LEN];
	struct token t;

	if (strncmp(text, prefix, sizeof(prefix) - 1) != 0 ||
		!hex_decode(bytes, sizeof(bytes), text + sizeof(prefix) - 1,
			strlen(text) - (sizeof(prefix) - 1)))
		return false;
	sign(key, bytes, mac);
	if (!is_same(bytes + BODY_LEN, mac, MAC_LEN) || bytes[0] != VERSION)
		return false;
	t = (struct token){get_le16(bytes + 1), get_le32(bytes + 3), get_le32(bytes + 7),
		(int64_t)get_le64(bytes + 11)};
	if ((int64_t)now_s - t.since_s > TOKEN_LIFE_S ||
		(int64_t)t.since_s - now_s > CLOCKS_APART_S)
		return false;
	*out = t;
	return true;
}
