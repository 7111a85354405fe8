/*
 * submit_send.c -- the sender of one daemon: takes blocks there until it has judged them.
 */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "coind/cond_priv.h"
#include "coind/lookup.h"
#include "coind/submit_priv.h"

#define CALL_MS   60000  /* a daemon may check a full block for a while */
#define PARENT_MS 120000 /* that a daemon may need to learn of the block before it */

/* How long after the n-th attempt without a final answer the next one follows; the last one for
 * ever. */
static const int64_t delays_ms[] = {200, 500, 1000, 2000, 5000, 10000, 30000};

/* The entry whose turn it is at daemon idx, or NULL; then *out_wait_ms is how long to sleep. */
static struct entry *next_for(struct submit *s, unsigned idx, int64_t *out_wait_ms)
{
	int64_t now = clock_mono_ms();

	*out_wait_ms = SUBMIT_IDLE_MS;
	list_for (&s->entries, e, struct entry, node) {
		const struct attempt *a = &e->attempts[idx];

		if (a->is_final || (e->settled_ms && now - e->settled_ms > SUBMIT_LINGER_MS) ||
			(e->is_old && e->settled_ms))
			continue;
		if (a->next_ms <= now)
			return e;
		if (a->next_ms - now < *out_wait_ms)
			*out_wait_ms = a->next_ms - now;
	}
	return NULL;
}

/*
 * What the daemon's chain says about the block outweighs what it answered: an answer that was lost
 * may have been a yes, bcoin says yes to side blocks, and a yes is only good when the block is
 * there.
 */
static void verify(struct coind *d, const struct outbox_entry *file, struct submit_answer *a)
{
	struct lookup_block found;
	enum submit_verdict was = a->verdict;

	if (was == SUBMIT_REJECTED || was == SUBMIT_STALE)
		return;
	a->verdict = SUBMIT_PENDING;
	if (lookup_block(d, file->id, &found, NULL) != OK)
		return;
	switch (found.place) {
	case LOOKUP_UNKNOWN:
		if (was != SUBMIT_PENDING)
			a->text = "taken, but then the daemon does not know it";
		return;
	case LOOKUP_IN_CHAIN:
		a->verdict = SUBMIT_ACCEPTED;
		if (was != SUBMIT_ACCEPTED)
			a->text = "it is in the daemon's chain";
		return;
	case LOOKUP_SIDE:
		if (found.tip_height < found.height) {
			a->text = "the daemon has it, and is still behind it with its chain";
			return;
		}
		a->verdict = SUBMIT_SIDE;
		a->text = "a valid block, but another one is in the chain at its height";
		return;
	}
}

static void submit_to(
	struct sender *sender, const struct outbox_entry *file, struct submit_answer *out)
{
	struct coind_error error;
	struct buf params = {0};
	json_t *result = NULL;
	enum err err;

	buf_reserve(&params, strlen(file->hex) + 4);
	buf_add_str(&params, "[\"");
	buf_add_str(&params, file->hex);
	buf_add_str(&params, "\"]");
	err = coind_call_text(
		sender->coind, "submitblock", buf_str(&params), CALL_MS, &result, &error);
	buf_free(&params);
	submit_classify(err, result, &error, out);
	json_decref(result);
	if (err != ERR_CLOSED)
		verify(sender->coind, file, out);
}

/* The lock is held. */
static void note_answer(struct entry *e, struct attempt *a, const struct submit_answer *answer)
{
	int64_t now = clock_mono_ms();
	unsigned step = a->failed;

	a->is_final = answer->verdict != SUBMIT_PENDING &&
		      (answer->verdict != SUBMIT_STALE || now - e->start_ms >= PARENT_MS);
	a->has_news = a->has_news || a->is_final || strcmp(a->answer, answer->answer) != 0;
	a->verdict = answer->verdict;
	a->text = answer->text;
	str_copy(a->answer, sizeof(a->answer), answer->answer);
	if (step >= ARRAY_LEN(delays_ms))
		step = ARRAY_LEN(delays_ms) - 1;
	a->next_ms = now + delays_ms[step];
	a->failed++;
	if (a->verdict == SUBMIT_SIDE && !e->side_ms)
		e->side_ms = now;
}

void *submit_run_sender(void *arg)
{
	struct sender *sender = arg;
	struct submit *s = sender->submit;
	int64_t wait_ms;

	pthread_mutex_lock(&s->lock);
	while (!s->is_stopping) {
		struct entry *e = next_for(s, sender->idx, &wait_ms);
		struct submit_answer answer;

		if (!e) {
			cond_wait_ms(&s->work, &s->lock, wait_ms);
			continue;
		}
		e->users++;
		pthread_mutex_unlock(&s->lock);
		submit_to(sender, &e->file, &answer);
		pthread_mutex_lock(&s->lock);
		e->users--;
		if (!s->is_stopping)
			note_answer(e, &e->attempts[sender->idx], &answer);
		pthread_cond_signal(&s->news);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}
