/* store_worker.h -- what owners set for their workers: password, difficulty, whether to watch them.
 */
#ifndef STORE_STORE_WORKER_H
#define STORE_STORE_WORKER_H

#include "store/store.h"

struct store_worker_setting {
	int64_t account;
	int64_t pool;
	char address[STORE_ADDRESS_MAX]; /* of the account; not read by store_worker_set() */
	char name[STORE_WORKER_MAX];
	char secret[100]; /* hash of its password (auth/worker_secret.h); "" any password is good */
	char difficulty[32]; /* fixed; "" as the port has it */
	bool is_monitored;   /* its owner is told when it falls silent */
	int64_t updated_ms;
};

/** store_worker_set(st, w, why): added or replaced. */
enum err store_worker_set(
	struct store *st, const struct store_worker_setting *w, struct why *why) MUST_CHECK;
/** store_worker_setting(), store_worker_drop(): errs ERR_NOT_FOUND */
enum err store_worker_setting(struct store *st, int64_t account, const char *name,
	struct store_worker_setting *out, struct why *why) MUST_CHECK;
enum err store_worker_drop(
	struct store *st, int64_t account, const char *name, struct why *why) MUST_CHECK;
/** store_worker_settings(st, account, …): by name; account 0: those of everybody that a node has to
 * know, which have a password or a difficulty. */
enum err store_worker_settings(struct store *st, int64_t account, struct store_worker_setting **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_worker_settings(struct store_worker_setting *rows);

/* Two that are equal say that nothing was changed in between. */
struct store_worker_stamp {
	int64_t count, updated_ms;
};

enum err store_worker_stamp(
	struct store *st, struct store_worker_stamp *out, struct why *why) MUST_CHECK;

#endif
