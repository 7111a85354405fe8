/* check_coin.c -- what `kozan check` asks the coin daemons and the wallet. */
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/check.h"
#include "coind/daemons.h"
#include "coind/wallet.h"
#include "conf/conf.h"

#define WAIT_MS      10000 /* for the daemons' first answers */
#define TURN_MS      50
#define DAEMONS_MAX  32
#define CLOCK_WARN_S 30

/* What the watcher threads of the daemons tell us. */
struct heard {
	pthread_mutex_t lock;
	struct template *template; /* the first one */
	int64_t came_ms;           /* wall clock */
};

static void on_template(void *ctx, struct template *t, enum template_reason reason)
{
	struct heard *heard = ctx;

	pthread_mutex_lock(&heard->lock);
	if (heard->template) {
		template_unref(t);
	} else {
		heard->template = t;
		heard->came_ms = clock_wall_ms();
	}
	pthread_mutex_unlock(&heard->lock);
}

static struct template *first_template(struct heard *heard)
{
	struct template *t;

	pthread_mutex_lock(&heard->lock);
	t = heard->template;
	pthread_mutex_unlock(&heard->lock);
	return t;
}

/* A state that will not change by waiting a little. */
static bool is_final(enum daemon_state state)
{
	return state == DAEMON_READY || state == DAEMON_AUTH || state == DAEMON_WRONG_CHAIN ||
	       state == DAEMON_UNREACHABLE || state == DAEMON_NO_PEERS;
}

static unsigned wait_for_answers(
	struct daemons *daemons, struct heard *heard, struct daemon_status *out)
{
	int64_t until_ms = clock_mono_ms() + WAIT_MS;
	bool all_final, any_ready;
	unsigned n;

	do {
		clock_sleep_ms(TURN_MS);
		n = daemons_status(daemons, out, DAEMONS_MAX);
		all_final = true;
		any_ready = false;
		for (unsigned i = 0; i < n; i++) {
			all_final = all_final && is_final(out[i].state);
			any_ready = any_ready || out[i].state == DAEMON_READY;
		}
	} while (clock_mono_ms() < until_ms &&
		 !(all_final && (!any_ready || first_template(heard))));
	return n;
}

static void report_daemon(struct check_report *r, const struct daemon_status *s, bool others_ready)
{
	bool is_mistake = s->state == DAEMON_AUTH || s->state == DAEMON_WRONG_CHAIN;
	char *what = str_printf("daemon %s", s->name);

	if (s->state == DAEMON_READY)
		check_add(r, CHECK_OK, what, "ready at height %u, answers in %.1f ms", s->height,
			(double)s->latency_us / 1000);
	else
		check_add(r, others_ready && !is_mistake ? CHECK_WARN : CHECK_FAIL, what, "%s",
			s->text[0] ? s->text : daemon_state_text(s->state));
	free(what);
}

static void report_template(struct check_report *r, const struct heard *heard)
{
	const struct template *t = heard->template;
	int64_t ahead_s = (int64_t)t->curtime - heard->came_ms / 1000;
	char value[AMOUNT_TEXT_MAX];

	check_add(r, CHECK_OK, "template", "height %u, %u transactions, %s coins for the finder",
		t->height, t->tx_count, amount_text(t->value, value));
	/* A chain whose blocks came too fast pushes the time forward: then curtime == mintime. */
	if (t->curtime != t->mintime && (ahead_s > CLOCK_WARN_S || ahead_s < -CLOCK_WARN_S))
		check_add(r, CHECK_WARN, "clock",
			"the daemon's clock and this machine's are %lld seconds apart: set up NTP",
			(long long)(ahead_s < 0 ? -ahead_s : ahead_s));
	else
		check_add(r, CHECK_OK, "clock", "agrees with the daemon's");
}

static void check_daemons(struct check_report *r, const struct conf_pool *pool)
{
	static const struct daemons_callbacks callbacks = {.on_template = on_template};
	struct heard heard = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct daemon_status status[DAEMONS_MAX];
	struct daemons *daemons = daemons_start(pool, &callbacks, &heard);
	unsigned n = wait_for_answers(daemons, &heard, status);
	bool any_ready = false;

	daemons_stop(daemons);
	for (unsigned i = 0; i < n; i++)
		any_ready = any_ready || status[i].state == DAEMON_READY;
	for (unsigned i = 0; i < n; i++)
		report_daemon(r, &status[i], any_ready);
	if (heard.template)
		report_template(r, &heard);
	else
		check_add(r, CHECK_FAIL, "template", "no daemon gave one");
	template_unref(heard.template);
}

static void check_wallet(struct check_report *r, const struct conf_pool *pool)
{
	struct wallet *wallet = wallet_new(pool);
	char available[AMOUNT_TEXT_MAX], immature[AMOUNT_TEXT_MAX];
	struct wallet_info info;
	struct why why = {0};
	bool is_ours = false;
	enum err e = wallet_probe(wallet, &info, &why);

	if (!e)
		check_add(r, CHECK_OK, "wallet", "holds %s %s, and %s not yet spendable%s",
			amount_text(info.available, available), pool->coin.ticker,
			amount_text(info.immature, immature),
			info.is_encrypted ? "; encrypted" : "");
	if (!e)
		e = wallet_owns(wallet, pool->address.text, &is_ours, &why);
	if (e)
		check_add(r, CHECK_FAIL, "wallet", "%s", why.text[0] ? why.text : err_text(e));
	else if (!is_ours)
		check_add(r, CHECK_FAIL, "address",
			"%s is not of this wallet: payouts could not be made from what is mined",
			pool->address.text);
	else
		check_add(r, CHECK_OK, "address", "%s is of this wallet", pool->address.text);
	wallet_free(wallet);
}

void check_coin(struct check_report *r, const struct conf *conf)
{
	for (size_t i = 0; i < conf->pools_count; i++) {
		check_daemons(r, &conf->pools[i]);
		if (conf->pools[i].payout.is_enabled)
			check_wallet(r, &conf->pools[i]);
		else
			check_add(r, CHECK_OK, "wallet", "not asked: payouts are off");
	}
}
