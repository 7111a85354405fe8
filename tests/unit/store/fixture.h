/*
 * fixture.h -- a database of its own for each test, with a pool and a node in it.
 *
 * On SQLite, or on the MariaDB server that with_mariadb has started.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "conf/conf.h"
#include "store/sql_priv.h"
#include "store/store_admin.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "store/store_node.h"
#include "store/store_payout.h"
#include "store/store_slot.h"
#include "store/store_stats.h"

struct world {
	char dir[64];
	char *name; /* of the database: a file, or a name on the server */
	struct store *st;
	int64_t pool;
	int64_t node;
	int64_t seq; /* of the node's cursor in epoch 1 */
};

static struct why why;

#define MUST(call)                                                                                 \
	do {                                                                                       \
		enum err must_err_ = (call);                                                       \
		if (must_err_ != OK)                                                               \
			fail_msg("%s: %s: %s", #call, err_text(must_err_), why.text);              \
	} while (0)

/* The server's socket; NULL: SQLite. */
static inline char *server(void)
{
	return getenv("KOZAN_TEST_MARIADB");
}

static inline struct conf_store conf_of(const struct world *w)
{
	struct conf_store conf = {.path = w->name};

	if (server())
		conf = (struct conf_store){
			.engine = CONF_ENGINE_MARIADB,
			.host = (char *)"127.0.0.1",
			.socket = server(),
			.database = w->name,
			.user = (char *)"root",
			.password = (char *)"",
			.tls_ca = (char *)"",
			.connect_timeout_ms = 5000,
			.timeout_ms = 60000,
			.stratum.user = (char *)"",
			.ledger.user = (char *)"",
			.web.user = (char *)"",
		};
	return conf;
}

static inline struct store *another(const struct world *w)
{
	struct conf_store conf = conf_of(w);
	struct store *st = NULL;

	MUST(store_open(&conf, &st, &why));
	return st;
}

/* Something that the store's functions do not do. */
static inline void sql(struct store *st, const char *text)
{
	MUST(sql_run(st, text, NO_BINDS, &why));
}

static inline int64_t number(struct store *st, const char *text)
{
	int64_t n;

	MUST(sql_one(st, text, NO_BINDS, &n, &why));
	return n;
}

/* An empty database, beside those that there are. */
static inline char *new_name(const struct world *w)
{
	static unsigned count;

	return server() ? str_printf("kozan_%d_%u", getpid(), ++count)
			: str_printf("%s/%u.db", w->dir, ++count);
}

static inline int world_make(void **state)
{
	struct world *w = NEW(struct world);

	strcpy(w->dir, "/tmp/kozan-store-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	w->name = new_name(w);
	if (server()) {
		struct conf_store conf = conf_of(w);

		MUST(store_init(&conf, &(struct store_admin){"root", "", "%"}, &why));
	}
	w->st = another(w);
	MUST(store_migrate(w->st, &why));
	MUST(store_pool_ensure(w->st, "litecoin", "litecoin", "regtest", 0, &w->pool, &why));
	MUST(store_node_claim(w->st, "uuid-1", "one", 1, -1, &w->node, &why));
	*state = w;
	return 0;
}

static inline int world_remove(void **state)
{
	struct world *w = *state;
	char *command = str_printf("rm -rf %s", w->dir);
	int rc = system(command);

	if (server()) {
		char *drop = str_printf("DROP DATABASE %s", w->name);

		sql(w->st, drop);
		free(drop);
	}
	store_close(w->st);
	free(command);
	free(w->name);
	free(w);
	return rc;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)

/* One slot of one share, flushed on its own. */
static inline void work(struct world *w, const char *address, int64_t height, int64_t amount)
{
	struct store_slot_add slot = {
		w->pool, height, height * 10, address, "rig", amount, 1, height * 600000};
	struct store_flush flush = {w->node, 1, w->seq, w->seq + 1, &slot, 1, NULL, 0};

	MUST(store_slot_flush(w->st, &flush, &why));
	w->seq++;
}

static inline int64_t account(struct world *w, const char *address)
{
	int64_t id;

	MUST(store_account_find(w->st, w->pool, address, &id, &why));
	return id;
}

/* The node has no more work up to there. */
static inline void delivered(struct world *w, int64_t height)
{
	struct store_flushed flushed = {w->pool, height};
	struct store_flush flush = {w->node, 1, w->seq, w->seq + 1, NULL, 0, &flushed, 1};

	MUST(store_slot_flush(w->st, &flush, &why));
	w->seq++;
}

static inline int64_t found(struct world *w, int64_t height, const char *hash, int64_t reward)
{
	struct store_block block = {.pool = w->pool,
		.height = height,
		.reward = amount_of(reward),
		.found_ms = 1700000000000 + height,
		.node = w->node,
		.network_work = 100};
	int64_t id;
	bool is_new;

	str_copy(block.hash, sizeof block.hash, hash);
	str_copy(block.finder_address, sizeof block.finder_address, "finder");
	MUST(store_block_add(w->st, &block, &id, &is_new, &why));
	delivered(w, height);
	return id;
}

/* Close a block's round in proportion to the work, with a fee of 10 units. */
static inline enum err close_round(struct store *st, int64_t pool, int64_t block_id)
{
	struct store_block block;
	struct store_round round = {.block = block_id, .fee = amount_of(10), .confirmations = 1};
	struct store_credit credits[16];
	int64_t weights[16];
	struct amount parts[16];
	struct store_work *works;
	enum err err;

	MUST(store_block_get(st, block_id, &block, &why));
	MUST(store_block_round_from(st, pool, block.height, &round.from, &why));
	MUST(store_round_work(st, pool, round.from, block.height, &works, &round.n, &why));
	assert_true(round.n > 0 && round.n <= 16);
	for (size_t i = 0; i < round.n; i++) {
		weights[i] = works[i].work;
		round.work += works[i].work;
	}
	round.reward = block.reward;
	amount_split(
		amount_sub(block.reward, round.fee), weights, (unsigned)round.n, round.work, parts);
	for (size_t i = 0; i < round.n; i++)
		credits[i] = (struct store_credit){works[i].account, works[i].work, parts[i]};
	round.credits = credits;
	store_free_works(works);
	err = store_round_close(st, &round, &why);
	return err;
}

/* A payout that is planned and signed at once. */
static inline enum err pay(struct store *st, int64_t pool, const char *txid, struct amount fee,
	const struct store_payout_item *items, size_t n, int64_t *out_id)
{
	struct store_plan plan = {.pool = pool,
		.kind = STORE_PAYOUT_AUTOMATIC,
		.address = "",
		.note = "",
		.items = items,
		.n = n};
	struct store_signature s = {.txid = txid, .raw_tx = "0200", .network_fee = fee};
	enum err err = store_begin(st, &why);

	if (err != OK)
		return err;
	err = store_payout_plan(st, &plan, out_id, &why);
	if (err == OK)
		err = store_payout_sign(st, *out_id, &s, &why);
	return sql_end(st, err, &why);
}

/* The books balance, always. */
static inline void expect_books(struct world *w, int64_t coinbase, int64_t immature,
	int64_t available, int64_t paying, int64_t paid)
{
	struct amount sums[STORE_BOOKS], total = {0};

	MUST(store_ledger_sums(w->st, w->pool, sums, &why));
	for (unsigned i = 0; i < STORE_BOOKS; i++)
		total = amount_add(total, sums[i]);
	assert_int_equal(amount_units(total), 0);
	assert_int_equal(amount_units(sums[STORE_BOOK_COINBASE]), coinbase);
	assert_int_equal(amount_units(sums[STORE_BOOK_IMMATURE]), immature);
	assert_int_equal(amount_units(sums[STORE_BOOK_AVAILABLE]), available);
	assert_int_equal(amount_units(sums[STORE_BOOK_PAYING]), paying);
	assert_int_equal(amount_units(sums[STORE_BOOK_PAID]), paid);
}

/* Run fn in `n` processes at once; how many of them returned OK. The others must say ERR_CONFLICT.
 */
static inline unsigned race(
	struct world *w, unsigned n, enum err (*fn)(struct world *, struct store *))
{
	unsigned winners = 0;
	int start[2];

	assert_int_equal(pipe(start), 0);
	for (unsigned i = 0; i < n; i++) {
		char go;

		if (fork() != 0)
			continue;
		close(start[1]);
		struct conf_store conf = conf_of(w);
		struct store *st = NULL;
		if (read(start[0], &go, 1) != 0) /* until the parent closes it */
			_exit(99);
		if (store_open(&conf, &st, &why) != OK)
			_exit(98);
		w->st = st; /* the parent's is not ours */
		_exit((int)fn(w, st));
	}
	close(start[0]);
	clock_sleep_ms(20);
	close(start[1]);
	for (unsigned i = 0; i < n; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) == OK)
			winners++;
		else
			assert_int_equal(WEXITSTATUS(status), ERR_CONFLICT);
	}
	return winners;
}

#endif
