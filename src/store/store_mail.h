/*
 * store_mail.h -- mail that waits to be sent: written in the transaction that it tells about, sent
 * later, by whichever ledger process comes first.
 */
#ifndef STORE_STORE_MAIL_H
#define STORE_STORE_MAIL_H

#include "store/store_user.h"

#define STORE_SUBJECT_MAX 201

struct store_mail {
	int64_t id;
	char to[STORE_EMAIL_MAX];
	char subject[STORE_SUBJECT_MAX];
	char *body;
	int64_t created_ms;
	int64_t tries; /* this one included */
};

/** store_mail_add(st, to, subject, body, why) */
enum err store_mail_add(struct store *st, const char *to, const char *subject, const char *body,
	struct why *why) MUST_CHECK;
/**
 * store_mail_take(st, now_ms, claim_ms, out, why): the next that is due is ours for claim_ms; who
 * dies with it leaves it to others after that.
 *   out   ended by store_mail_fini()
 *   errs  ERR_NOT_FOUND none is due
 */
enum err store_mail_take(struct store *st, int64_t now_ms, int64_t claim_ms, struct store_mail *out,
	struct why *why) MUST_CHECK;
void store_mail_fini(struct store_mail *mail);
/** store_mail_done(st, id, why): it was sent, or nobody will ever take it. */
enum err store_mail_done(struct store *st, int64_t id, struct why *why) MUST_CHECK;
/** store_mail_later(st, id, due_ms, error, why): it is tried again then. */
enum err store_mail_later(struct store *st, int64_t id, int64_t due_ms, const char *error,
	struct why *why) MUST_CHECK;

#endif
