/* audit_ledger.c -- rewards, credits, books and payouts must tell the same story. */
#include "base/mem.h"
#include "cli/audit.h"
#include "reward/reward.h"
#include "store/store.h"
#include "store/store_block.h"
#include "store/store_payout.h"
#include "store/store_reward.h"

/* What the rows of blocks and payouts say that the books should hold. */
struct expected {
	struct amount rewards;  /* of blocks that are credited */
	struct amount immature; /* credits by state of their block */
	struct amount mature;
	struct amount direct;       /* of the mature ones, paid by the coinbase itself */
	struct amount fee_immature; /* reward - credits - reserve */
	struct amount fee_mature;
	struct amount lost;                      /* rewards of mature blocks that the pool bears */
	struct amount paying, paid, network_fee; /* payouts */
	struct amount miner_fee;                 /* the miners' part of network_fee */
	struct amount swept;                     /* to the cold wallet */
	struct amount reserve_immature, reserve_mature;
	struct amount accrued; /* to accounts, for work by itself */
	struct amount owed;    /* … as a debt, paid or not */
	int64_t blocks, credits, payouts, accruals;
};

static void add(struct amount *sum, struct amount a)
{
	*sum = amount_add(*sum, a);
}

/* Where they are added up. */
struct sum {
	struct audit *a;
	struct store *st;
	struct expected *x;
};

static enum err add_block(void *ctx, const struct store_block *b, struct why *why)
{
	struct sum *sum = ctx;
	struct expected *x = sum->x;
	struct amount credited = amount_of(0), fee;
	struct store_earning *rows;
	bool is_borne;
	size_t n;
	enum err e = store_credit_list(sum->st, b->id, &rows, &n, why);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		add(&credited, rows[i].amount);
		if (b->state == STORE_BLOCK_MATURE)
			add(&x->direct, rows[i].direct);
	}
	store_free_earnings(rows);
	fee = amount_sub(amount_sub(b->reward, credited), b->reserve);
	if (amount_is_negative(fee))
		audit_fault(
			sum->a, "block %lld: more was credited than it paid", (long long)b->height);
	x->blocks++;
	x->credits += (int64_t)n;
	add(&x->rewards, b->reward);
	e = store_block_is_borne(sum->st, b->id, &is_borne, why);
	if (e)
		return e;
	if (is_borne)
		add(&x->lost, b->reward);
	add(b->state == STORE_BLOCK_MATURE ? &x->mature : &x->immature, credited);
	add(b->state == STORE_BLOCK_MATURE ? &x->fee_mature : &x->fee_immature, fee);
	add(b->state == STORE_BLOCK_MATURE ? &x->reserve_mature : &x->reserve_immature, b->reserve);
	return OK;
}

static enum err add_accrual(struct audit *a, struct store *st, const struct store_accrual *row,
	struct expected *x, struct why *why)
{
	bool is_debt = row->scheme == REWARD_SMPPS || row->scheme == REWARD_ESMPPS;
	struct amount credited = row->fee;
	struct store_accrued *credits;
	size_t n;
	enum err e = store_accrued_list(st, row->id, &credits, &n, why);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		add(&credited, credits[i].amount);
	store_free_accrued(credits);
	if (amount_cmp(credited, row->total) != 0)
		audit_fault(a, "work up to height %lld: its credits do not add up to their total",
			(long long)row->height);
	add(is_debt ? &x->owed : &x->accrued, amount_sub(row->total, row->fee));
	x->accruals++;
	return OK;
}

static enum err add_accruals(
	struct audit *a, struct store *st, int64_t pool, struct expected *x, struct why *why)
{
	struct store_accrual *rows;
	int64_t before = 0;
	size_t n;
	enum err e;

	do {
		e = store_accrual_list(st, pool, before, STORE_PAGE_MAX, &rows, &n, why);
		if (e)
			return e;
		for (size_t i = 0; i < n && !e; i++) {
			e = add_accrual(a, st, &rows[i], x, why);
			before = rows[i].id;
		}
		store_free_accruals(rows);
	} while (!e && n == STORE_PAGE_MAX);
	return e;
}

static enum err owed_to_accounts(
	struct store *st, int64_t pool, struct amount *out, struct why *why)
{
	struct store_debt *rows;
	size_t n;
	enum err e = store_debt_list(st, pool, &rows, &n, why);

	if (e)
		return e;
	*out = amount_of(0);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].account != 0) /* that is the fee */
			add(out, rows[i].owed);
	}
	store_free_debts(rows);
	return OK;
}

static enum err add_payout(struct audit *a, struct store *st, const struct store_payout *p,
	struct expected *x, struct why *why)
{
	struct amount items = amount_of(0);
	struct store_paid *rows;
	size_t n;
	enum err e = store_payout_items(st, p->id, &rows, &n, why);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		add(&items, rows[i].amount);
	store_free_paids(rows);
	if (p->kind != STORE_PAYOUT_SWEEP && amount_cmp(items, p->total) != 0)
		audit_fault(a, "payout %s: its items do not add up to its total", p->txid);
	x->payouts++;
	switch (p->state) {
	case STORE_PAYOUT_REFUSED:
	case STORE_PAYOUT_CONFLICTED: break;
	case STORE_PAYOUT_PLANNED:
	case STORE_PAYOUT_WAITING:
	case STORE_PAYOUT_SIGNED:
	case STORE_PAYOUT_BROADCAST: add(&x->paying, items); break;
	case STORE_PAYOUT_CONFIRMED:
		add(&x->paid, items);
		add(&x->network_fee, p->network_fee);
		add(&x->miner_fee, p->miner_fee);
		if (p->kind == STORE_PAYOUT_SWEEP)
			add(&x->swept, p->total);
		break;
	}
	return OK;
}

static enum err add_payouts(
	struct audit *a, struct store *st, int64_t pool, struct expected *x, struct why *why)
{
	struct store_payout *rows;
	int64_t before = 0;
	size_t n;
	enum err e;

	do {
		e = store_payout_list(st, pool, before, STORE_PAGE_MAX, &rows, &n, why);
		if (e)
			return e;
		for (size_t i = 0; i < n && !e; i++) {
			e = add_payout(a, st, &rows[i], x, why);
			before = rows[i].id;
		}
		store_free_payouts(rows, n);
	} while (!e && n == STORE_PAGE_MAX);
	return e;
}

static void compare(struct audit *a, const char *what, struct amount books, struct amount rows)
{
	char left[AMOUNT_TEXT_MAX], right[AMOUNT_TEXT_MAX];

	amount_text(books, left);
	amount_text(rows, right);
	if (amount_cmp(books, rows) != 0)
		audit_fault(
			a, "%s: the books say %s, blocks and payouts say %s", what, left, right);
	else
		audit_ok(a, "%s: %s", what, left);
}

/* The pool's own money: what it has earned, without what was spent, lost or taken out. */
static struct amount fees_left(const struct expected *x, struct amount taken_out)
{
	struct amount spent = amount_sub(x->network_fee, x->miner_fee);

	add(&spent, x->lost);
	add(&spent, taken_out);
	return amount_sub(x->fee_mature, spent);
}

enum err audit_ledger(struct audit *a, struct store *st, int64_t pool_id, struct why *why)
{
	struct amount sums[STORE_BOOKS], total = amount_of(0), unpaid, own, still_owed;
	struct expected x = {0};
	struct sum sum = {a, st, &x};
	enum err e;

	if ((e = store_ledger_sums(st, pool_id, sums, why)) ||
		(e = audit_blocks(st, pool_id, add_block, &sum, why)) ||
		(e = add_accruals(a, st, pool_id, &x, why)) ||
		(e = add_payouts(a, st, pool_id, &x, why)) ||
		(e = owed_to_accounts(st, pool_id, &still_owed, why)))
		return e;
	for (unsigned b = STORE_BOOK_COINBASE; b < STORE_BOOKS; b++)
		add(&total, sums[b]);
	add(&x.accrued, amount_sub(x.owed, still_owed));
	unpaid = amount_sub(amount_sub(amount_sub(x.mature, x.direct), x.paying), x.paid);
	add(&unpaid, x.accrued);
	own = amount_add(fees_left(&x, sums[STORE_BOOK_OPERATOR]), x.reserve_mature);
	own = amount_sub(own, x.accrued);
	compare(a, "sum of all books", total, amount_of(0));
	compare(a, "rewards", amount_neg(sums[STORE_BOOK_COINBASE]), amount_sub(x.rewards, x.lost));
	compare(a, "immature credits", sums[STORE_BOOK_IMMATURE], x.immature);
	compare(a, "mature credits not paid", sums[STORE_BOOK_AVAILABLE], unpaid);
	compare(a, "payouts under way", sums[STORE_BOOK_PAYING], x.paying);
	compare(a, "payouts confirmed", sums[STORE_BOOK_PAID],
		amount_add(amount_sub(x.paid, x.miner_fee), x.direct));
	compare(a, "immature fees", sums[STORE_BOOK_FEE_IMMATURE], x.fee_immature);
	compare(a, "immature reserve", sums[STORE_BOOK_RESERVE_IMMATURE], x.reserve_immature);
	/* the operator moves money between the two */
	compare(a, "fees and reserve", amount_add(sums[STORE_BOOK_FEE], sums[STORE_BOOK_RESERVE]),
		own);
	compare(a, "in the cold wallet", sums[STORE_BOOK_COLD], x.swept);
	compare(a, "transaction fees", sums[STORE_BOOK_NETWORK_FEE], x.network_fee);
	json_object_set_new(a->facts, "blocks", json_integer(x.blocks));
	json_object_set_new(a->facts, "credits", json_integer(x.credits));
	json_object_set_new(a->facts, "accruals", json_integer(x.accruals));
	json_object_set_new(a->facts, "payouts", json_integer(x.payouts));
	return OK;
}
