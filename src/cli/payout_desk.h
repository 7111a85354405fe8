/* payout_desk.h -- the verbs of `kozan payout`. Private to cli. */
#ifndef CLI_PAYOUT_DESK_H
#define CLI_PAYOUT_DESK_H

#include "cli/desk.h"

struct store_payout;

/** payout_desk_find(d, out_id, out, why): the payout whose number is the first word; the caller
 * calls store_payout_fini(). errs ERR_NOT_FOUND */
enum err payout_desk_find(
	struct desk *d, int64_t *out_id, struct store_payout *out, struct why *why) MUST_CHECK;

/* payout_plan.c */
enum err payout_desk_plan(struct desk *d, struct why *why) MUST_CHECK;
/* payout_order.c */
enum err payout_desk_now(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_approve(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_refuse(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_pause(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_resume(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_replace(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_repay(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_undo_loss(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_bear_loss(struct desk *d, struct why *why) MUST_CHECK;
/* payout_wallet.c */
enum err payout_desk_reconcile(struct desk *d, struct why *why) MUST_CHECK;
enum err payout_desk_acknowledge(struct desk *d, struct why *why) MUST_CHECK;

#endif
