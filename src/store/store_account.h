/* store_account.h -- what an account has set for itself: one row for each that has set something.
 */
#ifndef STORE_STORE_ACCOUNT_H
#define STORE_STORE_ACCOUNT_H

#include "store/store.h"

struct store_account_setting {
	struct amount threshold; /* of payouts; 0: the pool's */
	int64_t donation_ppm;    /* of what is credited to it */
	bool is_anonymous;       /* not named in lists */
	int64_t updated_ms;      /* 0: nothing was ever set */
};

/** store_account_setting(st, account, out, why): all zero when there is no row. */
enum err store_account_setting(struct store *st, int64_t account, struct store_account_setting *out,
	struct why *why) MUST_CHECK;
enum err store_account_set_threshold(
	struct store *st, int64_t account, struct amount threshold, struct why *why) MUST_CHECK;
enum err store_account_set_donation(
	struct store *st, int64_t account, int64_t donation_ppm, struct why *why) MUST_CHECK;
enum err store_account_set_anonymous(
	struct store *st, int64_t account, bool is_anonymous, struct why *why) MUST_CHECK;
/** store_account_is_anonymous(st, pool, address, out, why): false when it has set nothing. */
enum err store_account_is_anonymous(
	struct store *st, int64_t pool, const char *address, bool *out, struct why *why) MUST_CHECK;

#endif
