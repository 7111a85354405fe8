/* audit.c -- `kozan audit`: proves shares, ledger and wallet against one another. */
#include "cli/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "coind/wallet.h"
#include "conf/conf.h"
#include "store/store.h"
#include "store/store_ledger.h"

static void say(struct audit *a, json_t *list, const char *mark, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));
static void say(struct audit *a, json_t *list, const char *mark, const char *fmt, va_list ap)
{
	struct buf text = {0};

	buf_vprintf(&text, fmt, ap);
	if (list)
		json_array_append_new(list, json_string(buf_str(&text)));
	if (!a->is_json)
		printf("%-5s  %s\n", mark, buf_str(&text));
	buf_free(&text);
}

void audit_ok(struct audit *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(a, NULL, "ok", fmt, ap);
	va_end(ap);
}

void audit_fault(struct audit *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(a, a->faults, "FAULT", fmt, ap);
	va_end(ap);
}

/* The wallet must hold at least what is owed; more is the operator's own money. */
static enum err audit_wallet(struct audit *a, struct store *st, const struct conf_pool *pool,
	int64_t pool_id, struct why *why)
{
	static const enum store_book owed_books[] = {STORE_BOOK_IMMATURE, STORE_BOOK_AVAILABLE,
		STORE_BOOK_PAYING, STORE_BOOK_FEE_IMMATURE, STORE_BOOK_FEE};
	char held_text[AMOUNT_TEXT_MAX], owed_text[AMOUNT_TEXT_MAX];
	struct amount sums[STORE_BOOKS], owed = amount_of(0), held;
	struct wallet *wallet = wallet_new(pool);
	struct wallet_info info;
	enum err e = wallet_probe(wallet, &info, why);

	wallet_free(wallet);
	if (e || (e = store_ledger_sums(st, pool_id, sums, why)))
		return e;
	for (unsigned i = 0; i < ARRAY_LEN(owed_books); i++)
		owed = amount_add(owed, sums[owed_books[i]]);
	held = amount_add(info.available, amount_add(info.incoming, info.immature));
	amount_text(held, held_text);
	amount_text(owed, owed_text);
	json_object_set_new(a->facts, "wallet", json_string(held_text));
	json_object_set_new(a->facts, "owed", json_string(owed_text));
	if (amount_cmp(held, owed) < 0)
		audit_fault(a, "the wallet holds %s, and %s is owed", held_text, owed_text);
	else
		audit_ok(a, "the wallet holds %s, and %s is owed", held_text, owed_text);
	return OK;
}

/* What is asked for, and what came of it. */
struct task {
	const struct conf *conf;
	const struct conf_pool *only; /* NULL: all of them */
	bool is_json, no_wallet;
	bool has_faults;
	json_t *found; /* one object for each pool */
};

static enum err find_pool(
	struct store *st, const struct conf_pool *pool, int64_t *out_id, struct why *why)
{
	return store_pool_ensure(st, pool->name, pool->coin.name, coin_chain_name(pool->chain),
		pool->network->work_bits, out_id, why);
}

/* All is compared as it was at one moment. */
static enum err audit_store(struct audit *a, struct store *st, const struct task *t,
	const struct conf_pool *pool, struct why *why)
{
	int64_t id, first;
	enum err e = find_pool(st, pool, &id, why);

	if (!e)
		e = find_pool(st, &t->conf->pools[0], &first, why);
	if (e || (e = store_begin_reading(st, why)))
		return e;
	e = audit_rows(a, st, pool, id, why);
	if (!e)
		e = audit_ledger(a, st, id, why);
	if (!e)
		e = audit_journal(a, st, t->conf->data_dir, first, id, why);
	store_rollback(st);
	if (!e && !t->no_wallet && pool->payout.is_enabled)
		e = audit_wallet(a, st, pool, id, why);
	return e;
}

static enum err audit_pool(
	struct task *t, struct store *st, const struct conf_pool *pool, struct why *why)
{
	struct audit a = {json_object(), json_array(), t->is_json};
	bool is_fine;
	enum err e;

	if (!t->is_json && !t->only && t->conf->pools_count > 1)
		printf("%s:\n", pool->name);
	e = audit_store(&a, st, t, pool, why);
	is_fine = !e && json_array_size(a.faults) == 0;
	t->has_faults |= !is_fine;
	json_array_append_new(t->found, json_pack("{s:s, s:b, s:o, s:o}", "pool", pool->name, "ok",
						is_fine, "facts", a.facts, "faults", a.faults));
	return e;
}

/* Of one pool its findings, of several a list. */
static void print_json(const struct task *t, bool is_fine)
{
	json_t *one = json_array_get(t->found, 0);
	json_t *o = one && (t->only || t->conf->pools_count == 1)
			    ? json_incref(one)
			    : json_pack("{s:b, s:O}", "ok", is_fine, "pools", t->found);

	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static int audit_all(struct task *t)
{
	struct store *st = NULL;
	struct why why = {0};
	enum err e = cli_store_open(t->conf, &st, &why);

	if (!e)
		e = store_migrate(st, &why);
	for (size_t i = 0; i < t->conf->pools_count && !e; i++) {
		if (!t->only || t->only == &t->conf->pools[i])
			e = audit_pool(t, st, &t->conf->pools[i], &why);
	}
	store_close(st);
	if (e)
		fprintf(stderr, "kozan audit: %s\n", why.text[0] ? why.text : err_text(e));
	return e || t->has_faults ? CLI_FAILED : CLI_OK;
}

int cli_audit(int argc, char **argv)
{
	const char *path = NULL, *pool = NULL;
	struct task t = {0};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &path},
		{"pool", 0, CLI_TEXT, &pool},
		{"json", 'j', CLI_FLAG, &t.is_json},
		{"no-wallet", 0, CLI_FLAG, &t.no_wallet},
	};
	struct conf *conf;
	int first, code = CLI_USAGE;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (first < argc)
		return cli_usage("audit", "takes options only");
	conf = cli_conf_open("audit", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	t.conf = conf;
	t.found = json_array();
	if (pool)
		t.only = cli_pool("audit", conf, pool);
	if (!pool || t.only) {
		code = audit_all(&t);
		if (t.is_json)
			print_json(&t, code == CLI_OK);
	}
	json_decref(t.found);
	conf_free(conf);
	return code;
}
