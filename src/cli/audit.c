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

/* All is compared as it was at one moment. */
static enum err audit_store(struct audit *a, struct store *st, const struct conf *conf,
	bool with_wallet, struct why *why)
{
	const struct conf_pool *pool = &conf->pools[0];
	int64_t id;
	enum err e = store_pool_ensure(st, pool->name, pool->coin.name,
		coin_chain_name(pool->chain), pool->network->work_bits, &id, why);

	if (e || (e = store_begin_reading(st, why)))
		return e;
	e = audit_rows(a, st, pool, id, why);
	if (!e)
		e = audit_ledger(a, st, id, why);
	if (!e)
		e = audit_journal(a, st, conf, id, why);
	store_rollback(st);
	if (!e && with_wallet)
		e = audit_wallet(a, st, pool, id, why);
	return e;
}

int cli_audit(int argc, char **argv)
{
	bool no_wallet = false;
	const char *path = NULL;
	struct audit a = {0};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &path},
		{"json", 'j', CLI_FLAG, &a.is_json},
		{"no-wallet", 0, CLI_FLAG, &no_wallet},
	};
	struct store *st = NULL;
	struct why why = {0};
	struct conf *conf;
	int first, code;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (first < argc)
		return cli_usage("audit", "takes options only");
	conf = cli_conf_open("audit", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	a.facts = json_object();
	a.faults = json_array();
	e = cli_store_open(conf, &st, &why);
	if (!e)
		e = store_migrate(st, &why);
	if (!e)
		e = audit_store(&a, st, conf, !no_wallet && conf->pools[0].payout.is_enabled, &why);
	store_close(st);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan audit: %s\n", why.text[0] ? why.text : err_text(e));
	code = e || json_array_size(a.faults) ? CLI_FAILED : CLI_OK;
	if (a.is_json) {
		json_t *o = json_pack("{s:b, s:O, s:O}", "ok", code == CLI_OK, "facts", a.facts,
			"faults", a.faults);

		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
	}
	json_decref(a.facts);
	json_decref(a.faults);
	return code;
}
