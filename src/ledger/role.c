/* role.c -- the process: database, leadership, and a pass every interval until it is told to stop.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/ready.h"
#include "ledger/ledger.h"
#include "ledger/ledger_priv.h"
#include "ledger/mailer.h"
#include "ledger/owner.h"
#include "ledger/sample.h"
#include "ledger/stop.h"
#include "ledger/upkeep.h"

#define LEASE        "ledger"
#define LEASE_MIN_MS 30000

struct role {
	const struct conf *conf;
	struct logger log;
	struct complaint complaint;
	struct store *store;
	struct ledger **ledgers; /* one for each pool */
	char owner[OWNER_ID_MAX];
	int owner_fd; /* -1: the owner's id is not ours yet */
	bool is_leader;
	bool has_said_so; /* whether it leads */
	struct upkeep upkeep;
	struct sample sample;
};

static void on_stop(void *ctx)
{
	struct role *r = ctx;

	for (size_t i = 0; i < r->conf->pools_count; i++)
		ledger_abort(r->ledgers[i]);
}

static enum err open_pools(struct role *r, struct why *why)
{
	for (size_t i = 0; i < r->conf->pools_count; i++) {
		const struct conf_pool *pool = &r->conf->pools[i];
		int64_t id;
		enum err err = store_pool_ensure(r->store, pool->name, pool->coin.name,
			coin_chain_name(pool->chain), pool->network->work_bits, &id, why);

		if (err)
			return err;
		r->ledgers[i] = ledger_new(pool, r->store, id);
	}
	return OK;
}

static enum err open_all(struct role *r, struct why *why)
{
	enum err err = path_make_dirs(r->conf->data_dir, why);

	if (!err)
		err = store_open(&r->conf->store, &r->store, why);
	if (!err)
		err = store_migrate(r->store, why);
	return err ? err : open_pools(r, why);
}

static void close_all(struct role *r)
{
	for (size_t i = 0; i < r->conf->pools_count; i++)
		ledger_free(r->ledgers[i]);
	free(r->ledgers);
	store_close(r->store);
	if (r->owner_fd >= 0)
		close(r->owner_fd);
}

static enum err take_lease(struct role *r, bool *held, struct why *why)
{
	int64_t ttl_ms = 3 * r->conf->ledger.interval_ms;
	enum err err = OK;

	if (r->owner_fd < 0)
		err = owner_take(r->conf->data_dir, r->owner, &r->owner_fd, why);
	if (err)
		return err;
	return store_lease_take(r->store, LEASE, r->owner,
		ttl_ms > LEASE_MIN_MS ? ttl_ms : LEASE_MIN_MS, held, why);
}

/* Leading is a matter of tidiness, not of safety: every step is guarded by the state that it
 * starts from (payout.c, store_ledger.h). */
static bool lead(struct role *r)
{
	struct why why = {""};
	bool held = false;
	enum err err = take_lease(r, &held, &why);

	if (err) {
		complain(&r->complaint, &r->log, LOG_LEVEL_ODD, "cannot_lead",
			"\"%s; trying again\"", *why.text ? why.text : err_text(err));
		return false;
	}
	complaint_over(&r->complaint, &r->log);
	if (held != r->is_leader || !r->has_said_so)
		log_info(&r->log, held ? "leading" : "standing_by", "owner=%s", r->owner);
	for (size_t i = 0; i < r->conf->pools_count && held && !r->is_leader; i++)
		ledger_lead(r->ledgers[i]);
	r->is_leader = held;
	r->has_said_so = true;
	return held;
}

static void run(struct role *r, struct stop *stop)
{
	struct why why;

	do {
		for (size_t i = 0; i < r->conf->pools_count && lead(r); i++) {
			wish_pass(r->ledgers[i], r->conf);
			ledger_pass(r->ledgers[i]);
		}
		if (r->is_leader) {
			upkeep_pass(&r->upkeep, r->conf, r->store, &r->log);
			sample_pass(&r->sample, r->conf, r->store, &r->log);
		}
	} while (!stop_sleep(stop, r->conf->ledger.interval_ms));
	if (r->is_leader && store_lease_drop(r->store, LEASE, r->owner, &why))
		log_debug(&r->log, "lease_kept", "\"%s\"", why.text);
}

int role_ledger(const struct conf *conf)
{
	struct role r = {.conf = conf, .log = {.role = "ledger"}, .owner_fd = -1};
	struct why why = {""};
	struct mailer *mailer;
	struct stop *stop;
	enum err err;

	r.ledgers = NEW_ARRAY(struct ledger *, conf->pools_count);
	err = open_all(&r, &why);
	if (err) {
		log_broken(&r.log, "cannot_start", "\"%s\"", *why.text ? why.text : err_text(err));
		close_all(&r);
		return 1;
	}
	stop = stop_new(on_stop, &r);
	mailer = mailer_start(conf);
	ready_tell();
	run(&r, stop);
	mailer_stop(mailer);
	stop_free(stop);
	close_all(&r);
	log_info(&r.log, "stopped", "owner=%s", r.owner);
	return 0;
}
