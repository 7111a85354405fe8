/* audit_rows.c -- row by row: entries of transactions, balances, and each round from its work. */
#include "cli/audit.h"
#include "conf/conf.h"
#include "ledger/recount.h"
#include "store/store_audit.h"
#include "store/store_block.h"

enum { ROWS = 10000 };

void audit_difference(struct audit *a, const struct store_audit *found)
{
	const struct store_difference *d = &found->first;

	if (!found->n)
		return;
	if (!json_object_get(a->facts, "first_difference"))
		json_object_set_new(a->facts, "first_difference",
			json_pack("{s:s, s:s, s:s, s:s}", "table", d->table, "key", d->key,
				"stored", d->stored, "computed", d->computed));
	if (found->n == 1)
		audit_fault(a, "table %s, %s: stored is %s, computed is %s", d->table, d->key,
			d->stored, d->computed);
	else
		audit_fault(a, "table %s, %s: stored is %s, computed is %s; and %lld rows more",
			d->table, d->key, d->stored, d->computed, (long long)(found->n - 1));
}

static enum err look_at_txns(
	struct store *st, int64_t pool_id, struct store_audit *found, struct why *why)
{
	int64_t last = 0;
	enum err e;

	do
		e = store_audit_txns(st, pool_id, last, ROWS, &last, found, why);
	while (!e && last);
	while (!e) {
		e = store_audit_accounts(st, pool_id, last, ROWS, &last, found, why);
		if (!last)
			break;
	}
	return e;
}

/* ---- rounds ---- */

enum err audit_blocks(
	struct store *st, int64_t pool_id, audit_block_fn *fn, void *ctx, struct why *why)
{
	unsigned credited =
		STORE_BLOCK_MASK(STORE_BLOCK_IMMATURE) | STORE_BLOCK_MASK(STORE_BLOCK_MATURE);
	struct store_block *rows;
	int64_t before = 0;
	size_t n;
	enum err e;

	do {
		e = store_block_list(st, pool_id, credited, before, STORE_PAGE_MAX, &rows, &n, why);
		if (e)
			return e;
		for (size_t i = 0; i < n && !e; i++) {
			e = fn(ctx, &rows[i], why);
			before = rows[i].id;
		}
		store_free_blocks(rows);
	} while (!e && n == STORE_PAGE_MAX);
	return e;
}

struct rounds {
	struct store *st;
	const struct reward_rules *rules; /* of now */
	struct recount found;
};

static enum err look_at_round(void *ctx, const struct store_block *block, struct why *why)
{
	struct rounds *r = ctx;

	return recount_block(r->st, r->rules, block, &r->found, why);
}

/* Rounds of before rules were kept: what they do not agree with may never have held. */
static void tell_of_unsure(struct audit *a, const struct recount *r)
{
	const struct store_difference *d = &r->unsure.first;

	if (r->no_rules)
		audit_ok(a, "rules not stored: %lld rounds were closed by rules that are not known",
			(long long)r->no_rules);
	if (r->unsure.n)
		audit_ok(a,
			"rules not stored: %lld rows are not what the rules of now give, the first "
			"in table %s, %s: stored is %s, computed is %s",
			(long long)r->unsure.n, d->table, d->key, d->stored, d->computed);
}

enum err audit_rows(struct audit *a, struct store *st, const struct conf_pool *pool,
	int64_t pool_id, struct why *why)
{
	struct rounds r = {.st = st, .rules = &pool->reward.rules};
	enum err e = look_at_txns(st, pool_id, &r.found.audit, why);

	if (!e)
		e = audit_blocks(st, pool_id, look_at_round, &r, why);
	if (e)
		return e;
	audit_difference(a, &r.found.audit);
	if (!r.found.audit.n)
		audit_ok(a, "each transaction is balanced, and %lld rounds follow from their work",
			(long long)(r.found.rounds - r.found.no_rules));
	tell_of_unsure(a, &r.found);
	return OK;
}
