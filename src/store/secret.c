/* secret.c -- see store_secret.h. */
#include "store/store_secret.h"

#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/sql_priv.h"

struct secret {
	char hex[2 * STORE_SECRET_LEN + 1];
};

static void read_secret(const struct sql *q, void *row)
{
	struct secret *secret = row;

	str_copy(secret->hex, sizeof(secret->hex), sql_str(q, 0));
}

static const struct sql_type secret_row = {sizeof(struct secret), read_secret, NULL};

static enum err find(struct store *st, const char *name, struct secret *out, struct why *why)
{
	return sql_get(st, &secret_row, "SELECT value FROM secret WHERE name = ?",
		BINDS(TEXT(name)), out, why);
}

static enum err add(struct store *st, const char *name, struct why *why)
{
	char hex[2 * STORE_SECRET_LEN + 1];
	uint8_t bytes[STORE_SECRET_LEN];
	bool is_new;

	random_bytes(bytes, sizeof(bytes));
	hex_encode(hex, bytes, sizeof(bytes));
	return sql_add(st, "INSERT INTO secret (name, value) VALUES (?, ?)",
		BINDS(TEXT(name), TEXT(hex)), &is_new, why);
}

/* Of two that draw at once one is stored, and read by both. */
enum err store_secret(
	struct store *st, const char *name, uint8_t out[STORE_SECRET_LEN], struct why *why)
{
	struct secret secret = {""};
	uint8_t bytes[STORE_SECRET_LEN];
	enum err err = find(st, name, &secret, why);

	if (err == ERR_NOT_FOUND) {
		err = add(st, name, why);
		if (err == OK)
			err = find(st, name, &secret, why);
	}
	if (err != OK)
		return err;
	if (!hex_decode(bytes, sizeof(bytes), secret.hex, strlen(secret.hex)))
		return err_fail(
			why, ERR_CORRUPT, "the secret \"%s\" in the database is damaged", name);
	memcpy(out, bytes, sizeof(bytes));
	return OK;
}
