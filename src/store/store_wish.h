/*
 * store_wish.h -- paying an account at another address than its own.
 *
 * The owner wishes it (web). The ledger sees the wish, tells him by mail, and waits: only after the
 * hold, which the ledger counts from when it saw the wish, is the address paid. So a web server in
 * wrong hands can neither shorten the hold nor keep the mail from being sent.
 */
#ifndef STORE_STORE_WISH_H
#define STORE_STORE_WISH_H

#include "store/store_user.h"

struct store_wish {
	int64_t id;
	int64_t account;
	char account_address[STORE_ADDRESS_MAX];
	char address[STORE_ADDRESS_MAX]; /* wished */
	int64_t user;
	int64_t created_ms;
	int64_t until_ms; /* end of the hold; 0: the ledger has not seen it yet */
};

/* ---- the owner ---- */

/** store_wish_add(st, account, user, address, why): in place of one that waits. */
enum err store_wish_add(struct store *st, int64_t account, int64_t user, const char *address,
	struct why *why) MUST_CHECK;
/** store_wish_get(st, account, out, why): the one that waits. errs ERR_NOT_FOUND */
enum err store_wish_get(
	struct store *st, int64_t account, struct store_wish *out, struct why *why) MUST_CHECK;
/** store_wish_cancel(st, account, why): errs ERR_NOT_FOUND none waits */
enum err store_wish_cancel(struct store *st, int64_t account, struct why *why) MUST_CHECK;
/** store_wish_cancel_by(st, hash, out_user, why): by the code of the mail. errs ERR_NOT_FOUND */
enum err store_wish_cancel_by(
	struct store *st, const char *hash, int64_t *out_user, struct why *why) MUST_CHECK;

/** store_payout_address(st, account, out, why): where it is paid when not at its own address.
 * errs ERR_NOT_FOUND */
enum err store_payout_address(
	struct store *st, int64_t account, char out[STORE_ADDRESS_MAX], struct why *why) MUST_CHECK;

/* ---- the ledger ---- */

/** store_wish_new(st, pool, …): those that it has not seen yet. */
enum err store_wish_new(struct store *st, int64_t pool, struct store_wish **out, size_t *out_n,
	struct why *why) MUST_CHECK;
/** store_wish_hold(st, id, until_ms, cancel_hash, why): seen now. */
enum err store_wish_hold(struct store *st, int64_t id, int64_t until_ms, const char *cancel_hash,
	struct why *why) MUST_CHECK;
/** store_wish_due(st, pool, now_ms, …): those whose hold is over. */
enum err store_wish_due(struct store *st, int64_t pool, int64_t now_ms, struct store_wish **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_wishes(struct store_wish *rows);
/** store_wish_apply(st, wish, why): from now on its address is paid. */
enum err store_wish_apply(
	struct store *st, const struct store_wish *wish, struct why *why) MUST_CHECK;

#endif
