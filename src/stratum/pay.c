/* pay.c -- see pay.h. */
#include "stratum/pay.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reward/reward.h"

static void add_output(struct pay *pay, struct amount value, const struct script *script)
{
	if (!amount_is_zero(value))
		pay->outputs[pay->n++] = (struct coinbase_output){value, *script};
}

static void add_direct(struct pay *pay, struct amount amount, const struct address *to)
{
	add_output(pay, amount, &to->script);
	for (unsigned i = 0; i < pay->direct_n; i++) {
		struct pay_direct *d = &pay->direct[i];

		if (strcmp(d->address, to->text) == 0) {
			d->amount = amount_add(d->amount, amount);
			return;
		}
	}
	if (!amount_is_zero(amount))
		pay->direct[pay->direct_n++] = (struct pay_direct){to->text, amount};
}

/* Some coins want them behind the first output. */
static void add_demands(struct pay *pay, const struct template *t)
{
	for (unsigned i = 0; i < t->demands_count; i++)
		pay->outputs[pay->n++] = t->demands[i];
}

/* Where work is paid by itself, the recipients get their part of that. */
static bool pays_recipients(const struct conf_pool *pool, const struct address *finder)
{
	return finder || !reward_is_share_based(pool->reward.rules.scheme);
}

void pay_init(struct pay *pay, const struct conf_pool *pool, const struct template *t,
	const struct address *finder)
{
	const struct conf_reward *conf = &pool->reward;
	size_t recipients = pays_recipients(pool, finder) ? conf->recipients_count : 0;
	struct amount rest = t->value, part;

	*pay = (struct pay){.reward = t->value};
	pay->outputs = NEW_ARRAY(struct coinbase_output, recipients + t->demands_count + 2);
	pay->direct = NEW_ARRAY(struct pay_direct, recipients + 1);
	for (size_t i = 0; i < recipients; i++)
		rest = amount_sub(rest, reward_fee(pay->reward, conf->recipients[i].ppm));
	if (finder) {
		part = reward_solo(&conf->rules, rest);
		add_direct(pay, part, finder);
		rest = amount_sub(rest, part);
		add_demands(pay, t);
	}
	add_output(pay, rest, &pool->address.script);
	if (!finder)
		add_demands(pay, t);
	for (size_t i = 0; i < recipients; i++) {
		part = reward_fee(pay->reward, conf->recipients[i].ppm);
		add_direct(pay, part, &conf->recipients[i].address);
	}
	if (pay->n == 0) /* a block that is worth nothing still needs an output */
		pay->outputs[pay->n++] = (struct coinbase_output){rest, pool->address.script};
}

void pay_fini(struct pay *pay)
{
	free(pay->outputs);
	free(pay->direct);
}
