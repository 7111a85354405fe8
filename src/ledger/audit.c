/* audit.c -- do the books agree with themselves, and does the wallet hold what they promise? */
#include "ledger/ledger_priv.h"

/* What was promised to miners and has not left the wallet. */
static enum err promised(
	struct ledger *l, struct amount available, struct amount *out, struct why *why)
{
	unsigned unsent = STORE_PAYOUT_MASK(STORE_PAYOUT_PLANNED) |
			  STORE_PAYOUT_MASK(STORE_PAYOUT_WAITING) |
			  STORE_PAYOUT_MASK(STORE_PAYOUT_SIGNED);
	struct store_payout *open;
	size_t n;
	enum err err = store_payout_list_in(l->store, l->pool_id, unsent, &open, &n, why);

	if (err)
		return err;
	*out = available;
	for (size_t i = 0; i < n; i++) {
		if (open[i].kind != STORE_PAYOUT_SWEEP)
			*out = amount_add(*out, open[i].total);
	}
	store_free_payouts(open, n);
	return OK;
}

static enum err check_books(struct ledger *l, struct amount sums[STORE_BOOKS], struct why *why)
{
	char text[AMOUNT_TEXT_MAX];
	struct amount total = amount_of(0);
	enum err err = store_ledger_sums(l->store, l->pool_id, sums, why);

	if (err)
		return err;
	for (unsigned book = 1; book < STORE_BOOKS; book++)
		total = amount_add(total, sums[book]);
	if (amount_is_zero(total))
		complaint_over(&l->complaints[ABOUT_BOOKS], &l->log);
	else
		complain(&l->complaints[ABOUT_BOOKS], &l->log, LOG_LEVEL_BROKEN,
			"books_do_not_balance",
			"difference=%s \"entries were changed by hand or "
			"the database is damaged\"",
			amount_text(total, text));
	return OK;
}

enum err audit_step(struct ledger *l, struct why *why)
{
	char owed_text[AMOUNT_TEXT_MAX], held_text[AMOUNT_TEXT_MAX];
	struct amount sums[STORE_BOOKS], owed, held;
	struct wallet_info info;
	enum err err = check_books(l, sums, why);

	if (!err)
		err = promised(l, sums[STORE_BOOK_AVAILABLE], &owed, why);
	if (!err)
		err = wallet_probe(l->wallet, &info, why);
	if (err)
		return err;
	held = amount_add(info.available, info.incoming);
	if (amount_cmp(held, owed) >= 0)
		complaint_over(&l->complaints[ABOUT_FUNDS], &l->log);
	else
		complain(&l->complaints[ABOUT_FUNDS], &l->log, LOG_LEVEL_ODD,
			"wallet_holds_too_little",
			"holds=%s owed=%s \"coins were taken out, or network fees exceed the "
			"pool's fee; top the wallet up\"",
			amount_text(held, held_text), amount_text(owed, owed_text));
	return OK;
}
