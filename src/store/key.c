/* key.c -- see store_key.h. */
#include "store/store_key.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"

#define KEY_COLUMNS "id, user_id, kind, hash, name, scopes, created_ms, used_ms"

static void read_key(const struct sql *q, void *row)
{
	struct store_key *k = row;

	k->id = sql_int(q, 0);
	k->user = sql_int(q, 1);
	k->kind = (enum store_key_kind)sql_int(q, 2);
	str_copy(k->hash, sizeof(k->hash), sql_str(q, 3));
	str_copy(k->name, sizeof(k->name), sql_str(q, 4));
	k->scopes = sql_int(q, 5);
	k->created_ms = sql_int(q, 6);
	k->used_ms = sql_int(q, 7);
}

static const struct sql_type key_row = {sizeof(struct store_key), read_key, NULL};

enum err store_key_add(struct store *st, struct store_key *key, struct why *why)
{
	enum err err = sql_run(st,
		"INSERT INTO user_key (user_id, kind, hash, name, scopes, created_ms, used_ms)"
		" VALUES (?, ?, ?, ?, ?, ?, 0)",
		BINDS(INT(key->user), INT(key->kind), TEXT(key->hash), TEXT(key->name),
			INT(key->scopes), INT(clock_wall_ms())),
		why);

	if (err == OK)
		key->id = sql_new_id(st);
	return err;
}

enum err store_key_find(struct store *st, enum store_key_kind kind, const char *hash,
	struct store_key *out, struct why *why)
{
	return sql_get(st, &key_row,
		"SELECT " KEY_COLUMNS " FROM user_key WHERE hash = ? AND kind = ?",
		BINDS(TEXT(hash), INT(kind)), out, why);
}

enum err store_key_used(struct store *st, int64_t id, int64_t now_ms, struct why *why)
{
	return sql_run(st, "UPDATE user_key SET used_ms = ? WHERE id = ?",
		BINDS(INT(now_ms), INT(id)), why);
}

enum err store_key_list(struct store *st, int64_t user, enum store_key_kind kind,
	struct store_key **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &key_row,
		"SELECT " KEY_COLUMNS " FROM user_key WHERE user_id = ? AND kind = ? ORDER BY id",
		BINDS(INT(user), INT(kind)), out, out_n, why);
}

void store_free_keys(struct store_key *rows)
{
	free(rows);
}

enum err store_key_rotate(struct store *st, int64_t user, enum store_key_kind kind, int64_t id,
	const char *hash, struct why *why)
{
	enum err err = sql_run(st,
		"UPDATE user_key SET hash = ? WHERE id = ? AND user_id = ? AND kind = ?",
		BINDS(TEXT(hash), INT(id), INT(user), INT(kind)), why);

	return err == OK && sql_changed(st) != 1 ? ERR_NOT_FOUND : err;
}

enum err store_key_end(
	struct store *st, int64_t user, enum store_key_kind kind, int64_t id, struct why *why)
{
	enum err err = sql_run(st, "DELETE FROM user_key WHERE id = ? AND user_id = ? AND kind = ?",
		BINDS(INT(id), INT(user), INT(kind)), why);

	return err == OK && sql_changed(st) != 1 ? ERR_NOT_FOUND : err;
}

/* ---- passkeys ---- */

#define PASSKEY_COLUMNS                                                                            \
	"id, user_id, id_hash, key_id, key_x, key_y, counter, name, created_ms, used_ms"

static void read_passkey(const struct sql *q, void *row)
{
	struct store_passkey *p = row;

	p->id = sql_int(q, 0);
	p->user = sql_int(q, 1);
	str_copy(p->id_hash, sizeof(p->id_hash), sql_str(q, 2));
	p->key_id = str_dup(sql_str(q, 3));
	str_copy(p->x, sizeof(p->x), sql_str(q, 4));
	str_copy(p->y, sizeof(p->y), sql_str(q, 5));
	p->counter = sql_int(q, 6);
	str_copy(p->name, sizeof(p->name), sql_str(q, 7));
	p->created_ms = sql_int(q, 8);
	p->used_ms = sql_int(q, 9);
}

static void fini_passkey(void *row)
{
	store_passkey_fini(row);
}

static const struct sql_type passkey_row = {
	sizeof(struct store_passkey), read_passkey, fini_passkey};

enum err store_passkey_add(struct store *st, const struct store_passkey *p, struct why *why)
{
	bool is_new = false;
	enum err err = sql_add(st,
		"INSERT INTO user_passkey (user_id, id_hash, key_id, key_x, key_y, counter, name,"
		" created_ms, used_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
		BINDS(INT(p->user), TEXT(p->id_hash), TEXT(p->key_id), TEXT(p->x), TEXT(p->y),
			INT(p->counter), TEXT(p->name), INT(clock_wall_ms())),
		&is_new, why);

	return err == OK && !is_new ? ERR_EXISTS : err;
}

enum err store_passkey_find(
	struct store *st, const char *id_hash, struct store_passkey *out, struct why *why)
{
	return sql_get(st, &passkey_row,
		"SELECT " PASSKEY_COLUMNS " FROM user_passkey WHERE id_hash = ?",
		BINDS(TEXT(id_hash)), out, why);
}

void store_passkey_fini(struct store_passkey *p)
{
	free(p->key_id);
	p->key_id = NULL;
}

enum err store_passkey_used(
	struct store *st, int64_t id, int64_t old, int64_t counter, struct why *why)
{
	enum err err = sql_run(st,
		"UPDATE user_passkey SET counter = ?, used_ms = ? WHERE id = ? AND counter = ?",
		BINDS(INT(counter), INT(clock_wall_ms()), INT(id), INT(old)), why);

	return err == OK && sql_changed(st) != 1 ? ERR_CONFLICT : err;
}

enum err store_passkey_list(
	struct store *st, int64_t user, struct store_passkey **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &passkey_row,
		"SELECT " PASSKEY_COLUMNS " FROM user_passkey WHERE user_id = ? ORDER BY id",
		BINDS(INT(user)), out, out_n, why);
}

void store_free_passkeys(struct store_passkey *rows, size_t n)
{
	sql_list_free(&passkey_row, rows, n);
}

enum err store_passkey_end(struct store *st, int64_t user, int64_t id, struct why *why)
{
	enum err err = sql_run(st, "DELETE FROM user_passkey WHERE id = ? AND user_id = ?",
		BINDS(INT(id), INT(user)), why);

	return err == OK && sql_changed(st) != 1 ? ERR_NOT_FOUND : err;
}
