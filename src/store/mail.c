/* mail.c -- see store_mail.h. */
#include "store/store_mail.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"

enum err store_mail_add(
	struct store *st, const char *to, const char *subject, const char *body, struct why *why)
{
	int64_t now_ms = clock_wall_ms();

	return sql_run(st,
		"INSERT INTO mail (recipient, subject, body, created_ms, due_ms, tries, error)"
		" VALUES (?, ?, ?, ?, ?, 0, '')",
		BINDS(TEXT(to), TEXT(subject), TEXT(body), INT(now_ms), INT(now_ms)), why);
}

static void read_mail(const struct sql *q, void *row)
{
	struct store_mail *m = row;

	m->id = sql_int(q, 0);
	str_copy(m->to, sizeof(m->to), sql_str(q, 1));
	str_copy(m->subject, sizeof(m->subject), sql_str(q, 2));
	m->body = str_dup(sql_str(q, 3));
	m->created_ms = sql_int(q, 4);
	m->tries = sql_int(q, 5);
}

enum err store_mail_take(
	struct store *st, int64_t now_ms, int64_t claim_ms, struct store_mail *out, struct why *why)
{
	static const struct sql_type mail_row = {sizeof(struct store_mail), read_mail, NULL};
	struct store_mail mail;
	enum err err = sql_get(st, &mail_row,
		"SELECT id, recipient, subject, body, created_ms, tries + 1 FROM mail"
		" WHERE due_ms <= ? ORDER BY due_ms, id LIMIT 1",
		BINDS(INT(now_ms)), &mail, why);

	if (err != OK)
		return err;
	err = sql_run(st,
		"UPDATE mail SET due_ms = ?, tries = tries + 1 WHERE id = ? AND tries = ?",
		BINDS(INT(now_ms + claim_ms), INT(mail.id), INT(mail.tries - 1)), why);
	if (err == OK && sql_changed(st) != 1)
		err = ERR_NOT_FOUND; /* somebody else has it: what follows is for the next call */
	if (err == OK)
		*out = mail;
	else
		store_mail_fini(&mail);
	return err;
}

void store_mail_fini(struct store_mail *mail)
{
	free(mail->body);
	mail->body = NULL;
}

enum err store_mail_done(struct store *st, int64_t id, struct why *why)
{
	return sql_run(st, "DELETE FROM mail WHERE id = ?", BINDS(INT(id)), why);
}

enum err store_mail_later(
	struct store *st, int64_t id, int64_t due_ms, const char *error, struct why *why)
{
	return sql_run(st, "UPDATE mail SET due_ms = ?, error = ? WHERE id = ?",
		BINDS(INT(due_ms), TEXT(error), INT(id)), why);
}
