/* terms.c -- what accounts and the operator have agreed on, as reward/ wants to know it. */
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "store/store_reward.h"
#include "store/store_slot.h"

enum err terms_load(struct ledger *l, struct reward_terms **out, size_t *out_n, struct why *why)
{
	struct store_terms *rows;
	struct reward_terms *terms;
	enum err err = store_terms_list(l->store, l->pool_id, &rows, out_n, why);

	if (err)
		return err;
	terms = NEW_ARRAY(struct reward_terms, *out_n);
	for (size_t i = 0; i < *out_n; i++)
		terms[i] = (struct reward_terms){
			rows[i].account, rows[i].no_fee, rows[i].donation_ppm};
	store_free_terms(rows);
	*out = terms;
	return OK;
}

enum err terms_recipient(
	struct ledger *l, const struct conf_recipient *to, int64_t *out, struct why *why)
{
	return store_account_ensure(l->store, l->pool_id, to->address.text, out, why);
}
