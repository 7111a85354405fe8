/* session.c -- sessions of people, and codes that work once: see store_user.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_user.h"

#define OLD_TOKEN_MS 60000 /* a page may have asked for several things at once */

/* ---- sessions ---- */

#define SESSION_COLUMNS                                                                            \
	"id, user_id, token, how, created_ms, rotated_ms, seen_ms, until_ms, client, agent"

static void read_session(const struct sql *q, void *row)
{
	struct store_session *s = row;

	s->id = sql_int(q, 0);
	s->user = sql_int(q, 1);
	str_copy(s->token, sizeof(s->token), sql_str(q, 2));
	s->how = (enum store_session_how)sql_int(q, 3);
	s->created_ms = sql_int(q, 4);
	s->rotated_ms = sql_int(q, 5);
	s->seen_ms = sql_int(q, 6);
	s->until_ms = sql_int(q, 7);
	str_copy(s->client, sizeof(s->client), sql_str(q, 8));
	str_copy(s->agent, sizeof(s->agent), sql_str(q, 9));
}

static const struct sql_type session_row = {sizeof(struct store_session), read_session, NULL};

enum err store_session_add(struct store *st, struct store_session *s, struct why *why)
{
	int64_t now_ms = clock_wall_ms();
	enum err err = sql_run(st,
		"INSERT INTO user_session (user_id, token, old_token, how, created_ms, rotated_ms,"
		" seen_ms, until_ms, client, agent) VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?)",
		BINDS(INT(s->user), TEXT(s->token), INT(s->how), INT(now_ms), INT(now_ms),
			INT(now_ms), INT(s->until_ms), TEXT(s->client), TEXT(s->agent)),
		why);

	if (err == OK)
		s->id = sql_new_id(st);
	return err;
}

enum err store_session_find(struct store *st, const char *token, int64_t now_ms,
	struct store_session *out, struct why *why)
{
	enum err err = sql_get(st, &session_row,
		"SELECT " SESSION_COLUMNS " FROM user_session WHERE token = ? AND until_ms > ?",
		BINDS(TEXT(token), INT(now_ms)), out, why);

	if (err == ERR_NOT_FOUND)
		err = sql_get(st, &session_row,
			"SELECT " SESSION_COLUMNS " FROM user_session WHERE old_token = ?"
			" AND until_ms > ? AND rotated_ms > ?",
			BINDS(TEXT(token), INT(now_ms), INT(now_ms - OLD_TOKEN_MS)), out, why);
	return err;
}

enum err store_session_seen(struct store *st, const struct store_session *s, struct why *why)
{
	return sql_run(st,
		"UPDATE user_session SET seen_ms = ?, until_ms = ?, client = ? WHERE id = ?",
		BINDS(INT(s->seen_ms), INT(s->until_ms), TEXT(s->client), INT(s->id)), why);
}

enum err store_session_rotate(
	struct store *st, int64_t id, const char *old, const char *token, struct why *why)
{
	enum err err = sql_run(st,
		"UPDATE user_session SET token = ?, old_token = ?, rotated_ms = ?"
		" WHERE id = ? AND token = ?",
		BINDS(TEXT(token), TEXT(old), INT(clock_wall_ms()), INT(id), TEXT(old)), why);

	return err == OK && sql_changed(st) != 1 ? ERR_CONFLICT : err;
}

enum err store_session_list(struct store *st, int64_t user, int64_t now_ms,
	struct store_session **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &session_row,
		"SELECT " SESSION_COLUMNS " FROM user_session WHERE user_id = ? AND until_ms > ?"
		" ORDER BY seen_ms DESC, id DESC",
		BINDS(INT(user), INT(now_ms)), out, out_n, why);
}

void store_free_sessions(struct store_session *rows)
{
	free(rows);
}

enum err store_session_end(struct store *st, int64_t user, int64_t id, struct why *why)
{
	enum err err = sql_run(st, "DELETE FROM user_session WHERE id = ? AND user_id = ?",
		BINDS(INT(id), INT(user)), why);

	return err == OK && sql_changed(st) != 1 ? ERR_NOT_FOUND : err;
}

enum err store_session_end_others(struct store *st, int64_t user, int64_t keep, struct why *why)
{
	return sql_run(st, "DELETE FROM user_session WHERE user_id = ? AND id <> ?",
		BINDS(INT(user), INT(keep)), why);
}

/* ---- codes ---- */

enum err store_code_add(
	struct store *st, const char *hash, const struct store_code *code, struct why *why)
{
	return sql_run(st,
		"INSERT INTO user_code (hash, kind, user_id, data, created_ms, until_ms)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		BINDS(TEXT(hash), INT(code->kind), INT(code->user), TEXT(code->data),
			INT(clock_wall_ms()), INT(code->until_ms)),
		why);
}

struct code_row {
	int64_t user;
	char *data;
};

static void read_code(const struct sql *q, void *row)
{
	*(struct code_row *)row = (struct code_row){sql_int(q, 0), str_dup(sql_str(q, 1))};
}

enum err store_code_use(struct store *st, const char *hash, enum store_code_kind kind,
	int64_t now_ms, int64_t *out_user, char **out_data, struct why *why)
{
	static const struct sql_type code_row = {sizeof(struct code_row), read_code, NULL};
	struct code_row row;
	enum err err = sql_get(st, &code_row,
		"SELECT user_id, data FROM user_code WHERE hash = ? AND kind = ? AND until_ms > ?",
		BINDS(TEXT(hash), INT(kind), INT(now_ms)), &row, why);

	if (err != OK)
		return err;
	err = sql_run(st, "DELETE FROM user_code WHERE hash = ?", BINDS(TEXT(hash)), why);
	if (err == OK && sql_changed(st) != 1)
		err = ERR_NOT_FOUND; /* somebody was quicker */
	if (err != OK) {
		free(row.data);
		return err;
	}
	*out_user = row.user;
	*out_data = row.data;
	return OK;
}

enum err store_code_count(struct store *st, int64_t user, enum store_code_kind kind, int64_t now_ms,
	int64_t *out, struct why *why)
{
	return sql_one(st,
		"SELECT COUNT(*) FROM user_code WHERE user_id = ? AND kind = ? AND until_ms > ?",
		BINDS(INT(user), INT(kind), INT(now_ms)), out, why);
}

enum err store_code_drop(struct store *st, int64_t user, enum store_code_kind kind, struct why *why)
{
	return sql_run(st, "DELETE FROM user_code WHERE user_id = ? AND kind = ?",
		BINDS(INT(user), INT(kind)), why);
}

enum err store_user_forget(struct store *st, int64_t now_ms, struct why *why)
{
	enum err err =
		sql_run(st, "DELETE FROM user_session WHERE until_ms < ?", BINDS(INT(now_ms)), why);

	if (err == OK)
		err = sql_run(
			st, "DELETE FROM user_code WHERE until_ms < ?", BINDS(INT(now_ms)), why);
	return err;
}
