/*
 * daemons_watch.c -- the watcher of one daemon: is it fit for use, and has it a new tip?
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "coind/cond_priv.h"
#include "coind/daemons_priv.h"
#include "coind/lookup.h"

#define TEMPLATE_TIMEOUT_MS 20000
#define HEADERS_AHEAD       2 /* blocks: fewer missing is the daily life of a synced daemon */

static void set_state(struct daemon *d, enum daemon_state state, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* The lock is not held. */
static void set_state(struct daemon *d, enum daemon_state state, const char *fmt, ...)
{
	struct daemons *set = d->set;
	char text[sizeof(d->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&set->lock);
	if (d->state != state || strcmp(d->text, text) != 0) {
		d->state = state;
		memcpy(d->text, text, sizeof(text));
		set->has_news = set->has_state_news = true;
		pthread_cond_signal(&set->news);
	}
	pthread_mutex_unlock(&set->lock);
}

/* A daemon with a full queue is a good one; its last template stays good for a while. */
static bool may_be_busy(struct daemon *d)
{
	bool result;

	pthread_mutex_lock(&d->set->lock);
	result = d->state == DAEMON_READY && clock_mono_ms() - d->answered_ms < d->set->timing.busy;
	pthread_mutex_unlock(&d->set->lock);
	return result;
}

static void set_error(struct daemon *d, enum err err, const struct coind_error *error)
{
	const char *words = error->why.text;

	if (err == ERR_BUSY && may_be_busy(d))
		return;
	d->checked_ms = d->grown_ms = 0; /* what comes back may be another program */
	switch ((int)err) {
	case ERR_CLOSED: return; /* we are stopping */
	case ERR_UNAVAILABLE:
		set_state(d, DAEMON_UNREACHABLE, "it cannot be reached: %s", words);
		return;
	case ERR_TIMEOUT: set_state(d, DAEMON_SILENT, "it does not answer"); return;
	case ERR_BUSY: set_state(d, DAEMON_BUSY, "it is too busy: %s", words); return;
	case ERR_AUTH: set_state(d, DAEMON_AUTH, "%s", words); return;
	case ERR_WARMUP: set_state(d, DAEMON_WARMING_UP, "it is starting: %s", words); return;
	default: break;
	}
	if (err == ERR_REFUSED && error->code == COIND_CODE_NO_PEERS)
		set_state(d, DAEMON_NO_PEERS, "it has no peers, so it gives no work: %s", words);
	else if (err == ERR_REFUSED && error->code == COIND_CODE_SYNCING)
		set_state(d, DAEMON_SYNCING, "it does not have the whole chain yet: %s", words);
	else
		set_state(d, DAEMON_FAULTY, "%s", words);
}

static void note_height(struct daemon *d, uint32_t height)
{
	pthread_mutex_lock(&d->set->lock);
	if (height != d->height || !d->grown_ms)
		d->grown_ms = clock_mono_ms();
	d->height = height;
	pthread_mutex_unlock(&d->set->lock);
}

/* Headers that stay ahead while no block comes are of a chain that the daemon refuses: it is right
 * not to follow them, and we with it. */
static bool is_catching_up(const struct daemon *d, const struct lookup_chain *chain)
{
	return chain->headers >= chain->height + HEADERS_AHEAD &&
	       clock_mono_ms() - d->grown_ms < d->set->timing.stuck;
}

/* Is it the right coin and network, and does it know the whole chain? */
static bool check_chain(struct daemon *d)
{
	const struct coin_network *network = d->set->pool->network;
	struct coind_error error = {0};
	struct lookup_chain chain;
	uint8_t genesis[32];
	enum err err;

	err = lookup_chain(d->asker, &chain, &error);
	if (err == OK)
		err = lookup_hash_at(d->asker, 0, genesis, &error);
	if (err != OK) {
		set_error(d, err, &error);
		return false;
	}
	note_height(d, chain.height);
	if (strcmp(chain.chain, network->daemon_chain) != 0) {
		set_state(d, DAEMON_WRONG_CHAIN, "it is on the network '%s', the pool is for '%s'",
			chain.chain, network->daemon_chain);
		return false;
	}
	if (network->has_genesis && memcmp(genesis, network->genesis, 32) != 0) {
		set_state(d, DAEMON_WRONG_CHAIN, "its first block is not that of %s: another coin",
			d->set->pool->coin.title);
		return false;
	}
	if (chain.is_downloading || is_catching_up(d, &chain)) {
		set_state(d, DAEMON_SYNCING, "it does not have the whole chain yet: block %u of %u",
			chain.height, chain.headers);
		return false;
	}
	d->checked_ms = clock_mono_ms();
	return true;
}

/* Does the daemon's last template no longer do? */
static bool needs_template(struct daemon *d, const uint8_t tip[32])
{
	struct daemons *set = d->set;
	int64_t now = clock_mono_ms(), age;
	bool needs = true;

	pthread_mutex_lock(&set->lock);
	d->latency_us = coind_latency_us(d->asker);
	d->answered_ms = now;
	if (d->state == DAEMON_READY && memcmp(d->template->prev, tip, 32) == 0) {
		age = now - d->template->received_ms;
		needs = age >= set->pool->template_refresh_ms ||
			(set->current && now - set->given_ms >= set->timing.force &&
				d->template->received_ms - set->given_ms < set->timing.force);
	}
	pthread_mutex_unlock(&set->lock);
	return needs;
}

static void fetch_template(struct daemon *d)
{
	const struct coin *coin = &d->set->pool->coin;
	struct coind_error error = {0};
	struct template *t;
	json_t *json;
	enum err err;

	err = coind_call(d->asker, "getblocktemplate", template_params(coin, NULL),
		TEMPLATE_TIMEOUT_MS, &json, &error);
	if (err != OK) {
		set_error(d, err, &error);
		return;
	}
	err = template_parse(
		json, coin, d->set->pool->network, d->conf->name, clock_mono_ms(), &t, &error.why);
	json_decref(json);
	if (err == OK)
		daemons_publish(d, t, true);
	else
		set_state(
			d, DAEMON_FAULTY, "its block template cannot be used: %s", error.why.text);
}

void daemons_publish(struct daemon *d, struct template *t, bool is_checked)
{
	struct daemons *set = d->set;
	struct template *old = t;

	pthread_mutex_lock(&set->lock);
	if ((is_checked || d->state == DAEMON_READY) &&
		(!d->template || t->received_ms >= d->template->received_ms)) {
		old = d->template;
		d->template = t;
		d->height = t->height - 1;
		set->has_state_news |= d->state != DAEMON_READY;
		d->state = DAEMON_READY;
		d->text[0] = '\0';
		set->has_news = true;
		pthread_cond_signal(&set->news);
		pthread_cond_broadcast(&set->work);
	}
	pthread_mutex_unlock(&set->lock);
	template_unref(old);
}

static void note_asked(struct daemon *d, int64_t at_ms)
{
	struct daemons *set = d->set;

	pthread_mutex_lock(&set->lock);
	d->asked_ms = at_ms;
	if (d->is_hanging) { /* it answers after all */
		set->has_news = true;
		pthread_cond_signal(&set->news);
	}
	pthread_mutex_unlock(&set->lock);
}

static void look(struct daemon *d)
{
	struct coind_error error = {0};
	uint8_t tip[32];
	enum err err;

	if (!d->checked_ms && !check_chain(d))
		return;
	note_asked(d, clock_mono_ms());
	err = lookup_best(d->asker, tip, &error);
	note_asked(d, 0);
	if (err != OK) {
		set_error(d, err, &error);
		return;
	}
	if (needs_template(d, tip))
		fetch_template(d);
	if (d->checked_ms && clock_mono_ms() - d->checked_ms >= d->set->timing.check) {
		d->checked_ms = 0;
		check_chain(d);
	}
}

void *daemons_watch(void *arg)
{
	struct daemon *d = arg;
	struct daemons *set = d->set;

	pthread_mutex_lock(&set->lock);
	while (!set->is_stopping) {
		int64_t poll = set->pool->daemon_poll_ms, until;

		d->is_woken = false;
		pthread_mutex_unlock(&set->lock);
		look(d);
		pthread_mutex_lock(&set->lock);
		if (d->state != DAEMON_READY && poll < set->timing.retry)
			poll = set->timing.retry;
		until = clock_mono_ms() + poll;
		while (!set->is_stopping && !d->is_woken && clock_mono_ms() < until)
			cond_wait_ms(&set->work, &set->lock, until - clock_mono_ms());
	}
	pthread_mutex_unlock(&set->lock);
	return NULL;
}
