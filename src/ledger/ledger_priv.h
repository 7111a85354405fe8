/*
 * ledger_priv.h -- the ledger of one pool, and the steps of a pass.
 *
 * Thread:  one; only the descriptors of stop.h are reached from another.
 * Memory:  configuration borrowed for the life of the ledger.
 * Rule:    all that must survive is in the database. What stands in struct ledger may be lost at
 *          any instruction; the next leader finds out again.
 */
#ifndef LEDGER_LEDGER_PRIV_H
#define LEDGER_LEDGER_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/err.h"
#include "base/log.h"
#include "coind/lookup.h"
#include "coind/wallet.h"
#include "conf/conf.h"
#include "ledger/complaint.h"
#include "ledger/recount.h"
#include "store/store_audit.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "store/store_payout.h"
#include "store/store_reward.h"

/* Blocks on top of another one at the same height before a block of ours counts as lost. */
#define LEDGER_ORPHAN_DEPTH 6

/* Where the audit that never ends stands. */
enum watch_stage {
	WATCH_DONE, /* rests before the next look-round */
	WATCH_TXNS,
	WATCH_ACCOUNTS,
	WATCH_BLOCKS,
};

/* A reason of the ledger's own to let payouts pause. */
struct pause {
	const char *who;           /* pauses under this name */
	const char *begins, *ends; /* kinds of events */
	char said[320];            /* what payouts were paused for; "" nothing */
	bool is_second;            /* another reason of the ledger's own was there first */
	bool is_over;              /* and the database says so */
};

struct watch {
	enum watch_stage stage;
	int64_t position;     /* of the stage: id of the last row that was looked at */
	int64_t begun_ms;     /* this look-round; monotonic */
	struct recount found; /* in this look-round */
	struct pause pause;
};

struct ledger {
	const struct conf_pool *pool;
	struct logger log;
	struct complaint complaints[COMPLAINTS];
	struct store *store; /* borrowed */
	int64_t pool_id;

	struct coind **daemons; /* one for each of pool->daemons */
	struct wallet *wallet;

	/* The daemon with the longest chain, chosen anew in each pass. */
	struct coind *daemon;
	struct lookup_chain chain;

	uint8_t settled_tip[32]; /* chain tip when settled blocks were last looked at */
	uint8_t proven_tip[32];  /* … and when rounds without a proof were */
	bool is_proof_due;       /* a round may have none, whatever the tip */
	int64_t lost_block;      /* a mature block that left the chain: no payouts; 0: none */
	uint8_t payouts_tip[32]; /* chain tip when confirmed payouts were last looked at */
	char undone_text[200];   /* one that left the chain, and what to do: no payouts; "" none */
	struct pause chain_pause;
	int64_t missing_payout; /* its inputs are gone since the tip was missing_since; 0: none */
	uint32_t missing_since;
	bool is_exhausted;      /* the reserve does not cover the work; said in the feed */
	bool is_wallet_checked; /* it answered once, and owns the pool's address */
	/* as of the last look: what the wallet had, and by how much the ledger did not say so */
	uint8_t reconciled_tip[32];
	struct amount reconciled_held, wallet_difference;
	unsigned lack_looks;   /* one after the other at which the wallet had too little */
	int64_t lack_since_ms; /* monotonic */
	struct pause wallet_pause;
	struct watch watch;
	unsigned max_outputs; /* of one payout; less than configured when that was too large */
};

/* ledger.c */
struct ledger *ledger_new(const struct conf_pool *pool, struct store *store, int64_t pool_id);
void ledger_free(struct ledger *l);
/** ledger_abort(l): RPC under way and later ends at once. */
void ledger_abort(struct ledger *l) ANY_THREAD;
/** ledger_lead(l): leadership begins: another leader may have left things half done. */
void ledger_lead(struct ledger *l);
/** ledger_pass(l): every step once, each as far as it gets now. */
void ledger_pass(struct ledger *l);

/* wish.c: payouts to another address */
/** wish_pass(l, conf): wishes that are new are held and told of; those whose hold is over count. */
void wish_pass(struct ledger *l, const struct conf *conf);

/* chain.c: what the daemons say */
/** chain_choose(l, why): the daemon to believe in this pass; errs ERR_UNAVAILABLE none will do. */
enum err chain_choose(struct ledger *l, struct why *why) MUST_CHECK;
/** chain_find(l, hash, out, why): where a block stands. */
enum err chain_find(
	struct ledger *l, const char *hash, struct lookup_block *out, struct why *why) MUST_CHECK;
/** chain_network_work(l, height, out, why): [work units] what the block of this height, which is in
 * the chain, took on average; at least 1. */
enum err chain_network_work(
	struct ledger *l, int64_t height, int64_t *out, struct why *why) MUST_CHECK;
/** chain_is_unchanged(l, out, why): the tip is still that of chain_choose(). */
enum err chain_is_unchanged(struct ledger *l, bool *out, struct why *why) MUST_CHECK;

/* verify.c: is a block of ours in the chain? */
enum verdict {
	VERDICT_WAIT,     /* too early to say */
	VERDICT_IN_CHAIN, /* now */
	VERDICT_GONE,     /* another one has its height, LEDGER_ORPHAN_DEPTH deep, or it was
			     credited on top of one that is gone */
};

struct judged {
	struct store_block block;
	enum verdict verdict;
	enum lookup_place place;
	int64_t confirmations;
};

/** verify_open(l, out, out_n, why): the verdict on every pending and immature block, by height, all
 * as of one tip. errs  ERR_CONFLICT the tip moved meanwhile. The caller frees out. */
enum err verify_open(
	struct ledger *l, struct judged **out, size_t *out_n, struct why *why) MUST_CHECK;
/** verify_settled(l, why): after a new tip: bring back orphans that are in the chain again; notice
 * when a mature block is not. */
enum err verify_settled(struct ledger *l, struct why *why) MUST_CHECK;

/* accrue.c, terms.c: the reward schemes */
/** accrue_step(l, why): the PPS family: credit work that is complete, if it is time. */
enum err accrue_step(struct ledger *l, struct why *why) MUST_CHECK;
/** terms_load(l, out, out_n, why): the terms of all accounts, by account; the caller frees. */
enum err terms_load(
	struct ledger *l, struct reward_terms **out, size_t *out_n, struct why *why) MUST_CHECK;
/** terms_recipient(l, to, out, why): the account of one of the operator's recipients. */
enum err terms_recipient(struct ledger *l, const struct conf_recipient *to, int64_t *out,
	struct why *why) MUST_CHECK;

/* round.c, maturity.c */
/** round_step(l, blocks, n, why): take back what is gone, close rounds, in the order of heights. */
enum err round_step(
	struct ledger *l, const struct judged *blocks, size_t n, struct why *why) MUST_CHECK;
/** maturity_step(l, blocks, n, why): make the credits of old enough blocks available. */
enum err maturity_step(
	struct ledger *l, const struct judged *blocks, size_t n, struct why *why) MUST_CHECK;

/* proof.c */
/** proof_step(l, why): publish the rounds that were closed, if there may be one to publish. */
enum err proof_step(struct ledger *l, struct why *why) MUST_CHECK;

/* payout_track.c, payout_settle.c, payout_replace.c, payout_sign.c, payout.c, payout_sweep.c,
 * audit.c */
/** payout_track(l, out_known, why): look after the payouts under way; *out_known: the daemon has
 * each of them, so that a new one may be built. */
enum err payout_track(struct ledger *l, bool *out_known, struct why *why) MUST_CHECK;
/** payout_step(l, why): unless paused: plan who is due, if it is time, and what goes to the cold
 * wallet; sign and send all that is planned. */
enum err payout_step(struct ledger *l, struct why *why) MUST_CHECK;
/** payout_sweep(l, why): plan what is too much for the hot wallet. */
enum err payout_sweep(struct ledger *l, struct why *why) MUST_CHECK;
/** payout_sign_all(l, why): build, sign, store and send every planned payout, the oldest first; one
 * that cannot be paid now does not hold up the others. */
enum err payout_sign_all(struct ledger *l, struct why *why) MUST_CHECK;
/** payout_fee_limit(l, total): what a transaction that pays this much may cost. */
struct amount payout_fee_limit(const struct ledger *l, struct amount total);
/** payout_settle(l, why): after a new tip: send confirmed payouts again that left the chain; notice
 * when one cannot be sent. */
enum err payout_settle(struct ledger *l, struct why *why) MUST_CHECK;
/** payout_repay(l, order, p, why): a confirmed payout that can never be in the chain again: its
 * money is available again. errs ERR_INVALID it is not so */
enum err payout_repay(struct ledger *l, const struct store_order *order,
	const struct store_payout *p, struct why *why) MUST_CHECK;
/** payout_order_note(l, order, kind, key, text, old, why): the order is done: an event, in the
 * caller's transaction. */
enum err payout_order_note(struct ledger *l, const struct store_order *order, const char *kind,
	const char *key, const char *text, const char *old, struct why *why) MUST_CHECK;
/** payout_orders(l, why): do what the operator has ordered. */
enum err payout_orders(struct ledger *l, struct why *why) MUST_CHECK;
/** payout_take_back(l, p, any_alive, out_taken, why): when a transaction that p had before is in
 * the chain, or any_alive and it could still get there, it is p's again. */
enum err payout_take_back(struct ledger *l, const struct store_payout *p, bool any_alive,
	bool *out_taken, struct why *why) MUST_CHECK;
/** payout_funds(l, out_free, why): what the wallet can spend on new payouts: above the reserve, and
 * not planned already; may be negative. */
enum err payout_funds(struct ledger *l, struct amount *out_free, struct why *why) MUST_CHECK;
/** payout_send(l, payout, out, why): broadcast a stored payout and note it, or complain. */
enum err payout_send(struct ledger *l, const struct store_payout *payout, enum wallet_sent *out,
	struct why *why) MUST_CHECK;
/** audit_step(l, why): do the books agree with themselves and with the wallet? */
enum err audit_step(struct ledger *l, struct why *why) MUST_CHECK;

/* reconcile.c */
/** reconcile_step(l, why): name every transaction of the wallet, compare it with the ledger. */
enum err reconcile_step(struct ledger *l, struct why *why) MUST_CHECK;
/* pause.c: payouts pause by themselves */
/** pause_payouts(l, p, text, why): for this reason, unless an operator has resumed them in spite of
 * it. What an operator has paused stays as it is, under his name. */
enum err pause_payouts(
	struct ledger *l, struct pause *p, const char *text, struct why *why) MUST_CHECK;
/** pause_over(l, p, text, why): there is no such reason any more. */
enum err pause_over(
	struct ledger *l, struct pause *p, const char *text, struct why *why) MUST_CHECK;

/* watch.c: the audit that never ends */
/** watch_step(l, why): look at some more; pause payouts while a row does not agree. */
enum err watch_step(struct ledger *l, struct why *why) MUST_CHECK;

/* feed.c: events for pages; to be called inside the transaction that makes them true */
enum err feed_block(struct ledger *l, const char *kind, const struct store_block *block,
	int64_t confirmations, struct why *why) MUST_CHECK;
enum err feed_credited(struct ledger *l, const struct store_block *block,
	const struct store_round *round, struct why *why) MUST_CHECK;
enum err feed_reserve(struct ledger *l, const char *kind, const struct store_accrual *waiting,
	struct why *why) MUST_CHECK;
/** feed_payout(l, kind, payout, …): confirmations and block_hash as they are now. */
enum err feed_payout(struct ledger *l, const char *kind, const struct store_payout *payout,
	int64_t confirmations, const char *block_hash, struct why *why) MUST_CHECK;

#endif
