/* world.c -- see world.h: the database, the children, and helpers for tests. */
#include "world.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "reward/reward.h"
#include "store/store_node.h"
#include "store/store_slot.h"
#include "store/store_stats.h"

struct world *world;
static struct store *parent_store;

#define MUST(call)                                                                                 \
	do {                                                                                       \
		struct why why = {""};                                                             \
		enum err must_err_ = (call);                                                       \
		if (must_err_) {                                                                   \
			fprintf(stderr, "%s: %s: %s\n", #call, err_text(must_err_), why.text);     \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static void set_coin(struct conf_pool *pool)
{
	struct coin_network *network = &pool->coin.networks[COIN_REGTEST];

	strcpy(pool->coin.name, "testcoin");
	pool->coin.maturity = 10;
	network->is_defined = true;
	network->chain = COIN_REGTEST;
	strcpy(network->daemon_chain, "regtest");
	network->p2pkh = (struct coin_versions){1, {111}};
	network->p2sh = (struct coin_versions){1, {58}};
	strcpy(network->hrp, "rltc");
	pool->chain = COIN_REGTEST;
	pool->network = network;
}

static void set_miners(void)
{
	for (unsigned i = 0; i < MINERS; i++) {
		uint8_t program[20] = {(uint8_t)(i + 1)};
		struct script script = script_witness(0, program, sizeof(program));
		enum err err = address_encode(world->pool.network, &script, &world->miners[i]);

		assert(err == OK);
	}
}

void world_new(void)
{
	int64_t node;

	world = mmap(
		NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert(world != MAP_FAILED);
	strcpy(world->dir, "/tmp/kozan-ledger-XXXXXX");
	assert(mkdtemp(world->dir));
	snprintf(world->store_path, sizeof(world->store_path), "%s/kozan.db", world->dir);
	world->store_conf.path = world->store_path;
	world->daemon.name = (char *)"only";
	world->pool.name = (char *)"test";
	set_coin(&world->pool);
	set_miners();
	world->pool.address = world->miners[MINERS - 1];
	world->pool.daemons = &world->daemon;
	world->pool.daemons_count = 1;
	world->pool.reward.rules = (struct reward_rules){.scheme = REWARD_PROP,
		.window_ppm = REWARD_PPM,
		.window_blocks = 10,
		.reverse_payout = true,
		.fee_ppm = 10000};
	world->pool.payout = (struct conf_payout){.is_enabled = true,
		.minimum = amount_of(AMOUNT_COIN),
		.interval_ms = 0,
		.confirmations = 3,
		.max_outputs = PAYMENTS_MAX,
		.dust = amount_of(1)};
	world->pool.wallet.cold_address = world->miners[MINERS - 2].text;
	world->tip = 99;
	MUST(store_open(&world->store_conf, &parent_store, &why));
	MUST(store_migrate(parent_store, &why));
	MUST(store_pool_ensure(
		parent_store, "test", "testcoin", "regtest", 0, &world->pool_id, &why));
	MUST(store_node_claim(parent_store, "uuid-of-the-node", "n", 1, -1, &node, &why));
	world_flushed(world->tip);
}

void world_free(void)
{
	char command[128];

	store_close(parent_store);
	snprintf(command, sizeof(command), "rm -r %s", world->dir);
	assert(system(command) == 0);
	munmap(world, sizeof(*world));
}

struct store *world_store(void)
{
	return parent_store;
}

static void run_pass(void)
{
	struct store *store;
	struct ledger *l;

	MUST(store_open(&world->store_conf, &store, &why));
	l = ledger_new(&world->pool, store, world->pool_id);
	ledger_pass(l);
	ledger_free(l);
	store_close(store);
}

bool world_pass(const char *crash_at)
{
	pid_t child;
	int status;

	if (!crash_at) {
		run_pass();
		return true;
	}
	fflush(NULL);
	store_close(parent_store); /* a database handle must not be carried through fork() */
	child = fork();
	assert(child >= 0);
	if (child == 0) {
		setenv("KOZAN_CRASH_AT", crash_at, 1);
		run_pass();
		_exit(0);
	}
	assert(waitpid(child, &status, 0) == child);
	MUST(store_open(&world->store_conf, &parent_store, &why));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return false;
}

void world_mine(int64_t blocks)
{
	for (int64_t i = 0; i < blocks; i++) {
		assert(world->tip + 1 < CHAIN_MAX);
		world->branch[++world->tip] = world->branches;
	}
}

void world_reorg(int64_t height, int64_t tip)
{
	assert(height <= world->tip && tip < CHAIN_MAX);
	world->branches++;
	for (world->tip = height; world->tip <= tip; world->tip++)
		world->branch[world->tip] = world->branches;
	world->tip = tip;
}

void world_branch_back(const uint32_t *saved, int64_t tip)
{
	memcpy(world->branch, saved, sizeof(world->branch));
	world->tip = tip;
}

static void flush(const struct store_slot_add *slot, size_t n, int64_t through)
{
	struct store_flushed flushed = {world->pool_id, through};
	struct store_node *nodes;
	size_t nodes_n;
	struct store_flush batch = {.epoch = 1,
		.from_seq = world->seq,
		.through_seq = world->seq + 1,
		.slots = slot,
		.slots_n = n,
		.flushed = &flushed,
		.flushed_n = 1};

	MUST(store_node_list(parent_store, &nodes, &nodes_n, &why));
	assert(nodes_n == 1);
	batch.node = nodes[0].id;
	store_free_nodes(nodes, nodes_n);
	MUST(store_slot_flush(parent_store, &batch, &why));
	world->seq++;
}

void world_work(unsigned miner, int64_t height, int64_t minute, int64_t work)
{
	struct store_slot_add slot = {.pool = world->pool_id,
		.height = height,
		.minute = minute,
		.address = world->miners[miner].text,
		.worker = "w",
		.work = work,
		.shares = 1,
		.last_ms = minute * 60000};

	flush(&slot, 1, height - 1);
}

void world_flushed(int64_t height)
{
	flush(NULL, 0, height);
}

int64_t world_find(unsigned miner, int64_t reward)
{
	struct store_block block = {.pool = world->pool_id,
		.height = world->tip,
		.reward = amount_of(reward),
		.found_ms = 1,
		.network_work = 100};
	bool is_new;
	int64_t id;

	world_id_text(world->tip, world->branch[world->tip], block.hash);
	world_id_text(world->tip - 1, world->branch[world->tip - 1], block.prev_hash);
	strcpy(block.finder_address, world->miners[miner].text);
	strcpy(block.finder_worker, "w");
	MUST(store_block_add(parent_store, &block, &id, &is_new, &why));
	return id;
}

struct store_block world_block(int64_t id)
{
	struct store_block block;

	MUST(store_block_get(parent_store, id, &block, &why));
	return block;
}

struct store_balance world_balance(unsigned miner)
{
	struct store_balance balance = {0};
	int64_t account;
	enum err err = store_account_find(
		parent_store, world->pool_id, world->miners[miner].text, &account, NULL);

	if (err == ERR_NOT_FOUND)
		return balance;
	assert(err == OK);
	MUST(store_account_balance(parent_store, account, &balance, &why));
	return balance;
}

int64_t world_book(enum store_book book)
{
	struct amount sums[STORE_BOOKS];

	MUST(store_ledger_sums(parent_store, world->pool_id, sums, &why));
	return amount_units(sums[book]);
}

void world_adjust(enum store_book from, enum store_book to, int64_t units)
{
	struct store_entry entries[] = {{from, 0, amount_of(-units)}, {to, 0, amount_of(units)}};
	struct store_txn txn = {world->pool_id, STORE_TXN_ADJUST, 0, 0, entries, 2};

	MUST(store_ledger_post(parent_store, &txn, &why));
}

unsigned world_events(const char *kind)
{
	struct store_event *events;
	unsigned found = 0;
	size_t n;

	MUST(store_event_list(parent_store, world->pool_id, 0, STORE_PAGE_MAX, &events, &n, &why));
	for (size_t i = 0; i < n; i++)
		found += strcmp(events[i].kind, kind) == 0;
	store_free_events(events, n);
	return found;
}

bool world_payout(unsigned nth, struct store_payout *out)
{
	struct store_payout *rows;
	size_t n;

	MUST(store_payout_list(parent_store, world->pool_id, 0, STORE_PAGE_MAX, &rows, &n, &why));
	if (nth < n) {
		*out = rows[nth];
		out->raw_tx = NULL;
	}
	store_free_payouts(rows, n);
	return nth < n;
}

int64_t world_paid(unsigned miner)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < world->txs_n; i++) {
		const struct fake_tx *tx = &world->txs[i];

		if (tx->state != FAKE_POOLED && tx->state != FAKE_MINED)
			continue;
		for (unsigned p = 0; p < tx->payments; p++) {
			if (strcmp(tx->to[p].address, world->miners[miner].text) == 0)
				sum += tx->to[p].amount;
		}
	}
	return sum;
}
