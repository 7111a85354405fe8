/* terms.c -- what accounts and the operator have agreed on, as reward/ wants to know it. */
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "store/store_reward.h"
#include "store/store_slot.h"

enum err terms_load(struct ledger *l, struct reward_terms_list *out, struct why *why)
{
	struct store_terms *rows;
	struct reward_terms *terms;
	size_t n;
	enum err err = store_terms_list(l->store, l->pool_id, &rows, &n, why);

	if (err)
		return err;
	terms = NEW_ARRAY(struct reward_terms, n);
	for (size_t i = 0; i < n; i++)
		terms[i] = (struct reward_terms){
			rows[i].account, rows[i].no_fee, rows[i].donation_ppm};
	store_free_terms(rows);
	*out = (struct reward_terms_list){.terms = terms, .n = n};
	return OK;
}

void terms_free(struct reward_terms_list *list)
{
	free((void *)list->terms);
	free((void *)list->grants);
	*list = (struct reward_terms_list){0};
}

enum err terms_recipient(
	struct ledger *l, const struct conf_recipient *to, int64_t *out, struct why *why)
{
	return store_account_ensure(l->store, l->pool_id, to->address.text, out, why);
}
