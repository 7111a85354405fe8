/* user.c -- people who sign in, and their addresses: see store_user.h. */
#include "store/store_user.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"

/* ---- people ---- */

static void read_user(const struct sql *q, void *row)
{
	struct store_user *u = row;

	u->id = sql_int(q, 0);
	u->created_ms = sql_int(q, 1);
	u->is_locked = sql_int(q, 2) != 0;
	str_copy(u->lang, sizeof(u->lang), sql_str(q, 3));
	str_copy(u->time_zone, sizeof(u->time_zone), sql_str(q, 4));
	str_copy(u->password, sizeof(u->password), sql_str(q, 5));
	str_copy(u->totp, sizeof(u->totp), sql_str(q, 6));
	u->totp_step = sql_int(q, 7);
	str_copy(u->email, sizeof(u->email), sql_str(q, 8));
}

static const struct sql_type user_row = {sizeof(struct store_user), read_user, NULL};

#define SELECT_USER                                                                                \
	"SELECT u.id, u.created_ms, u.is_locked, u.lang, u.time_zone, u.password, u.totp,"         \
	" u.totp_step, e.email FROM user u LEFT JOIN user_email e ON e.user_id = u.id"

enum err store_user_add(struct store *st, const char *lang, int64_t *out_id, struct why *why)
{
	enum err err = sql_run(st,
		"INSERT INTO user (created_ms, is_locked, lang, time_zone, password, totp,"
		" totp_step) VALUES (?, 0, ?, '', '', '', 0)",
		BINDS(INT(clock_wall_ms()), TEXT(lang)), why);

	if (err == OK)
		*out_id = sql_new_id(st);
	return err;
}

enum err store_user_get(struct store *st, int64_t id, struct store_user *out, struct why *why)
{
	return sql_get(st, &user_row, SELECT_USER " WHERE u.id = ?", BINDS(INT(id)), out, why);
}

enum err store_user_by_email(
	struct store *st, const char *email, struct store_user *out, struct why *why)
{
	return sql_get(
		st, &user_row, SELECT_USER " WHERE e.email = ?", BINDS(TEXT(email)), out, why);
}

enum err store_user_set_password(
	struct store *st, int64_t id, const char *password, struct why *why)
{
	return sql_run(st, "UPDATE user SET password = ? WHERE id = ?",
		BINDS(TEXT(password), INT(id)), why);
}

enum err store_user_set_view(
	struct store *st, int64_t id, const char *lang, const char *time_zone, struct why *why)
{
	return sql_run(st, "UPDATE user SET lang = ?, time_zone = ? WHERE id = ?",
		BINDS(TEXT(lang), TEXT(time_zone), INT(id)), why);
}

enum err store_user_set_totp(struct store *st, int64_t id, const char *secret, struct why *why)
{
	return sql_run(
		st, "UPDATE user SET totp = ? WHERE id = ?", BINDS(TEXT(secret), INT(id)), why);
}

enum err store_user_use_step(struct store *st, int64_t id, int64_t step, struct why *why)
{
	enum err err = sql_run(st, "UPDATE user SET totp_step = ? WHERE id = ? AND totp_step < ?",
		BINDS(INT(step), INT(id), INT(step)), why);

	if (err == OK && sql_changed(st) != 1)
		err = err_fail(why, ERR_CONFLICT, "this code was used already");
	return err;
}

enum err store_user_set_email(struct store *st, int64_t id, const char *email, struct why *why)
{
	bool is_new = false;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_run(st, "DELETE FROM user_email WHERE user_id = ?", BINDS(INT(id)), why);
	if (err == OK)
		err = sql_add(st,
			"INSERT INTO user_email (email, user_id, confirmed_ms) VALUES (?, ?, ?)",
			BINDS(TEXT(email), INT(id), INT(clock_wall_ms())), &is_new, why);
	if (err == OK && !is_new)
		err = err_fail(why, ERR_EXISTS, "somebody else has this e-mail address");
	return sql_end(st, err, why);
}

/* ---- addresses ---- */

static void read_address(const struct sql *q, void *row)
{
	struct store_user_address *a = row;

	a->user = sql_int(q, 0);
	str_copy(a->address, sizeof(a->address), sql_str(q, 1));
	a->proved_ms = sql_int(q, 2);
}

static const struct sql_type address_row = {sizeof(struct store_user_address), read_address, NULL};

enum err store_user_address(
	struct store *st, int64_t pool, const char *address, int64_t *out_user, struct why *why)
{
	return sql_one(st, "SELECT user_id FROM user_address WHERE pool_id = ? AND address = ?",
		BINDS(INT(pool), TEXT(address)), out_user, why);
}

enum err store_user_addresses(struct store *st, int64_t pool, int64_t user,
	struct store_user_address **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &address_row,
		"SELECT user_id, address, proved_ms FROM user_address"
		" WHERE user_id = ? AND pool_id = ? ORDER BY proved_ms, address",
		BINDS(INT(user), INT(pool)), out, out_n, why);
}

void store_free_user_addresses(struct store_user_address *rows)
{
	free(rows);
}

enum err store_user_link(
	struct store *st, int64_t pool, const char *address, int64_t user, struct why *why)
{
	bool is_new = false;
	enum err err = sql_add(st,
		"INSERT INTO user_address (pool_id, address, user_id, proved_ms)"
		" VALUES (?, ?, ?, ?)",
		BINDS(INT(pool), TEXT(address), INT(user), INT(clock_wall_ms())), &is_new, why);

	if (err == OK && !is_new)
		err = err_fail(why, ERR_EXISTS, "%s belongs to an account already", address);
	return err;
}

enum err store_user_unlink(
	struct store *st, int64_t pool, const char *address, int64_t user, struct why *why)
{
	enum err err = sql_run(st,
		"DELETE FROM user_address WHERE pool_id = ? AND address = ? AND user_id = ?",
		BINDS(INT(pool), TEXT(address), INT(user)), why);

	if (err == OK && sql_changed(st) != 1)
		err = ERR_NOT_FOUND;
	return err;
}

/* ---- what happened ---- */

static void read_event(const struct sql *q, void *row)
{
	struct store_user_event *e = row;

	e->id = sql_int(q, 0);
	e->time_ms = sql_int(q, 1);
	str_copy(e->kind, sizeof(e->kind), sql_str(q, 2));
	str_copy(e->client, sizeof(e->client), sql_str(q, 3));
	str_copy(e->note, sizeof(e->note), sql_str(q, 4));
}

enum err store_user_event_add(struct store *st, int64_t user, const char *kind, const char *client,
	const char *note, struct why *why)
{
	return sql_run(st,
		"INSERT INTO user_event (user_id, time_ms, kind, client, note)"
		" VALUES (?, ?, ?, ?, ?)",
		BINDS(INT(user), INT(clock_wall_ms()), TEXT(kind), TEXT(client), TEXT(note)), why);
}

enum err store_user_event_list(struct store *st, int64_t user, int64_t before, unsigned limit,
	struct store_user_event **out, size_t *out_n, struct why *why)
{
	static const struct sql_type event_row = {
		sizeof(struct store_user_event), read_event, NULL};

	return sql_list(st, &event_row,
		"SELECT id, time_ms, kind, client, note FROM user_event"
		" WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		BINDS(INT(user), INT(sql_page(before)), INT(sql_limit(limit))), out, out_n, why);
}

void store_free_user_events(struct store_user_event *rows)
{
	free(rows);
}
