#include "ledger/ledger_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "coind/coind.h"

struct ledger *ledger_new(const struct conf_pool *pool, struct store *store, int64_t pool_id)
{
	struct ledger *l = NEW(struct ledger);

	l->pool = pool;
	l->log = (struct logger){.role = "ledger", .scope = pool->name};
	l->store = store;
	l->pool_id = pool_id;
	l->daemons = NEW_ARRAY(struct coind *, pool->daemons_count);
	for (size_t i = 0; i < pool->daemons_count; i++)
		l->daemons[i] = coind_new(&pool->daemons[i]);
	l->wallet = wallet_new(pool);
	l->max_outputs = pool->payout.max_outputs;
	l->watch.pause = (struct pause){"audit", "audit_mismatch", "audit_agrees"};
	l->wallet_pause = (struct pause){"wallet", "wallet_lacks_coins", "wallet_agrees"};
	l->chain_pause = (struct pause){"chain", "chain_rewritten", "chain_restored"};
	ledger_lead(l);
	return l;
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	wallet_free(l->wallet);
	for (size_t i = 0; i < l->pool->daemons_count; i++)
		coind_free(l->daemons[i]);
	free(l->daemons);
	free(l);
}

void ledger_abort(struct ledger *l)
{
	for (size_t i = 0; i < l->pool->daemons_count; i++)
		coind_abort(l->daemons[i]);
	wallet_abort(l->wallet);
}

void ledger_lead(struct ledger *l)
{
	l->is_proof_due = true;
	memset(l->settled_tip, 0, sizeof(l->settled_tip));
	memset(l->payouts_tip, 0, sizeof(l->payouts_tip));
	l->watch.pause.is_over = l->wallet_pause.is_over = l->chain_pause.is_over = false;
}

/* What a failed step means. All are tried again in the next pass; this says so, once. */
static bool is_fine(
	struct ledger *l, enum complaint_about about, enum err err, const struct why *why)
{
	const char *text = *why->text ? why->text : err_text(err);

	switch (err) {
	case OK: complaint_over(&l->complaints[about], &l->log); return true;
	case ERR_CLOSED: return false; /* stopping */
	case ERR_CONFLICT:
		log_info(&l->log, "step_overtaken", "\"%s; looking again\"", text);
		return false;
	default: break;
	}
	complain(&l->complaints[about], &l->log, LOG_LEVEL_ODD,
		about == ABOUT_STORE    ? "database_trouble"
		: about == ABOUT_DAEMON ? "daemon_trouble"
					: "wallet_trouble",
		"\"%s; trying again\"", text);
	return false;
}

static enum err blocks_step(
	struct ledger *l, const struct judged *blocks, size_t n, struct why *why)
{
	enum err err = round_step(l, blocks, n, why);

	if (!err)
		err = proof_step(l, why);
	if (!err)
		err = maturity_step(l, blocks, n, why);
	return err ? err : accrue_step(l, why);
}

static bool blocks_pass(struct ledger *l)
{
	struct why why = {""};
	struct judged *blocks;
	bool fine;
	size_t n;

	if (!is_fine(l, ABOUT_DAEMON, chain_choose(l, &why), &why))
		return false;
	if (!is_fine(l, ABOUT_DAEMON, verify_settled(l, &why), &why))
		return false;
	if (!is_fine(l, ABOUT_DAEMON, verify_open(l, &blocks, &n, &why), &why))
		return false;
	fine = is_fine(l, ABOUT_STORE, blocks_step(l, blocks, n, &why), &why);
	free(blocks);
	return fine;
}

/* The wallet answers, and rewards do go to it. */
static enum err check_wallet(struct ledger *l, struct why *why)
{
	const char *address = l->pool->address.text;
	struct wallet_info info;
	bool owns;
	enum err err;

	if (l->is_wallet_checked)
		return OK;
	err = wallet_probe(l->wallet, &info, why);
	if (!err)
		err = wallet_owns(l->wallet, address, &owns, why);
	if (err)
		return err;
	l->is_wallet_checked = owns;
	if (owns)
		complaint_over(&l->complaints[ABOUT_REWARD_ADDRESS], &l->log);
	else
		complain(&l->complaints[ABOUT_REWARD_ADDRESS], &l->log, LOG_LEVEL_BROKEN,
			"reward_address_not_ours",
			"address=%s \"rewards go to an address that the wallet cannot spend from; "
			"there will be nothing to pay out\"",
			address);
	return OK;
}

/* The wallet's daemon has seen the chain that blocks were judged by: its balance means something.
 */
static enum err is_wallet_in_step(struct ledger *l, bool *out, struct why *why)
{
	int64_t height;
	enum err err = wallet_height(l->wallet, &height, why);

	if (err)
		return err;
	*out = height >= (int64_t)l->chain.height;
	if (*out)
		complaint_over(&l->complaints[ABOUT_BEHIND], &l->log);
	else
		complain(&l->complaints[ABOUT_BEHIND], &l->log, LOG_LEVEL_INFO, "wallet_behind",
			"\"the wallet's daemon has not all blocks yet; payouts wait\"");
	return OK;
}

/* What was mature or paid is not in the chain any more: payouts pause until it is, or until the
 * operator has decided. */
static enum err chain_step(struct ledger *l, struct why *why)
{
	if (l->lost_block)
		return pause_payouts(l, &l->chain_pause,
			"a mature block left the chain; see kozan payout bear-loss", why);
	if (*l->undone_text)
		return pause_payouts(l, &l->chain_pause, l->undone_text, why);
	return pause_over(l, &l->chain_pause, "the chain has all that was paid", why);
}

static enum err wallet_steps(struct ledger *l, struct why *why)
{
	bool known, in_step;
	enum err err = is_wallet_in_step(l, &in_step, why);

	if (err || !in_step)
		return err;
	err = check_wallet(l, why);
	if (!err)
		err = payout_orders(l, why);
	if (!err)
		err = payout_track(l, &known, why);
	if (!err)
		err = payout_settle(l, why);
	if (!err)
		err = chain_step(l, why);
	if (!err)
		err = audit_step(l, why);
	if (!err)
		err = reconcile_step(l, why);
	if (!err && known && l->pool->payout.is_enabled && l->lost_block == 0 && !*l->undone_text)
		err = payout_step(l, why);
	return err;
}

void ledger_pass(struct ledger *l)
{
	struct why why = {""};

	/* before anything is paid */
	if (!is_fine(l, ABOUT_STORE, watch_step(l, &why), &why))
		return;
	if (blocks_pass(l))
		(void)is_fine(l, ABOUT_WALLET, wallet_steps(l, &why), &why);
}
