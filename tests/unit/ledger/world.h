/*
 * world.h -- a pool's surroundings for tests of the ledger: the real database in a temporary
 * folder, and a pretended daemon with a chain and a wallet.
 *
 * The pretence lives in memory shared with child processes: world_pass() can run the
 * ledger in a child, so that it is really killed at a crash point and the world goes on.
 * world.c and fake_coind.c stand in for coind/lookup.c, coind/wallet.c and coind/client.c.
 */
#ifndef TESTS_LEDGER_WORLD_H
#define TESTS_LEDGER_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/amount.h"
#include "chain/address.h"
#include "coind/wallet.h"
#include "conf/conf.h"
#include "store/store_block.h"
#include "store/store_ledger.h"

enum {
	CHAIN_MAX = 4000,
	TXS_MAX = 400,
	PAYMENTS_MAX = 8,
	MINERS = 5,
	FINDS_MAX = 1000,
	MOVES_MAX = 16
};

enum fake_tx_state {
	FAKE_BUILT,      /* signed; the daemon has never seen it */
	FAKE_POOLED,     /* in the memory pool */
	FAKE_MINED,      /* in the block at `height` */
	FAKE_CONFLICTED, /* its inputs went elsewhere in the block at `height` */
};

struct fake_tx {
	enum fake_tx_state state;
	int64_t height;
	int64_t total;
	unsigned payments;
	unsigned times_sent;
	struct {
		char address[ADDRESS_TEXT_MAX];
		int64_t amount;
	} to[PAYMENTS_MAX];
};

struct world {
	/* the chain: branch[h] names the block at height h; ids are made of both */
	int64_t tip;
	uint32_t branch[CHAIN_MAX];
	uint32_t branches;
	bool is_daemon_away;

	int64_t funds; /* what the wallet can spend */
	bool is_locked;
	bool is_wallet_locked;
	bool is_address_refused;
	bool has_history; /* the wallet tells of its moves */
	unsigned moves_n;
	struct wallet_move moves[MOVES_MAX];
	bool has_lost_inputs; /* wallet_send() finds them gone */
	unsigned txs_n;
	struct fake_tx txs[TXS_MAX];

	/* set by tests */
	char dir[64];
	struct conf_store store_conf;
	char store_path[128];
	struct conf_pool pool;
	struct conf_daemon daemon;
	int64_t pool_id;
	int64_t seq;
	struct address miners[MINERS];
};

extern struct world *world;

/** world_new(): PROP, 1 % fee, maturity 10, payouts from 1 coin at once; world_free() ends it. */
void world_new(void);
void world_free(void);
/** world_store(): the parent's handle on the database. */
struct store *world_store(void);

/** world_pass(crash_at): one pass of a new ledger; with a crash point in a process of its own. True
 * when it came to its end, false when it died there. */
bool world_pass(const char *crash_at);

void world_mine(int64_t blocks);
/** world_reorg(height, tip): another branch from this height on, up to tip. */
void world_reorg(int64_t height, int64_t tip);
/** world_branch_back(saved, tip): make a copy of world->branch the best chain again. */
void world_branch_back(const uint32_t *saved, int64_t tip);
void world_id_text(int64_t height, uint32_t branch, char out[65]);

/** world_work(miner, height, minute, work): a share, flushed by the only node. */
void world_work(unsigned miner, int64_t height, int64_t minute, int64_t work);
/** world_flushed(height): the node has no more work up to it. */
void world_flushed(int64_t height);
/** world_find(miner, reward): the block at the tip is the pool's; gives its id in the database. */
int64_t world_find(unsigned miner, int64_t reward);

/* ---- asked of the database ---- */
struct store_block world_block(int64_t id);
struct store_balance world_balance(unsigned miner);
int64_t world_book(enum store_book book);
/** world_adjust(from, to, units): move the pool's own money between two books. */
void world_adjust(enum store_book from, enum store_book to, int64_t units);
unsigned world_events(const char *kind);
/** world_payout(nth, out): the nth newest; false when there are not so many. */
bool world_payout(unsigned nth, struct store_payout *out);
/** world_paid(miner): coins that reached the miner by transactions in the chain or the pool. */
int64_t world_paid(unsigned miner);

#endif
