#include "coind/submit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "coind/cond_priv.h"
#include "coind/submit_priv.h"

static struct entry *entry_new(struct submit *s, const struct outbox_entry *file)
{
	struct entry *e = NEW(struct entry);

	e->file = *file;
	e->start_ms = clock_mono_ms();
	e->attempts = NEW_ARRAY(struct attempt, s->senders_count);
	return e;
}

void submit_entry_free(struct entry *e)
{
	outbox_entry_fini(&e->file);
	free(e->attempts);
	free(e);
}

static struct entry *find(struct submit *s, const uint8_t id[32])
{
	list_for (&s->entries, e, struct entry, node) {
		if (memcmp(e->file.id, id, 32) == 0)
			return e;
	}
	return NULL;
}

static void take_old(void *ctx, struct outbox_entry *file)
{
	struct submit *s = ctx;
	struct entry *e = entry_new(s, file);

	e->is_old = true;
	e->is_on_disk = true;
	e->text = "settled before the last start";
	if (file->verdict != SUBMIT_PENDING)
		e->settled_ms = clock_mono_ms();
	list_add_tail(&s->entries, &e->node);
}

static void submit_free(struct submit *s)
{
	while (!list_is_empty(&s->entries)) {
		struct entry *e = CONTAINER_OF(s->entries.next, struct entry, node);

		list_remove(&e->node);
		submit_entry_free(e);
	}
	for (unsigned i = 0; i < s->senders_count; i++)
		coind_free(s->senders[i].coind);
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->news);
	pthread_mutex_destroy(&s->lock);
	free(s->senders);
	free(s->dir);
	free(s);
}

enum err submit_start(const struct conf_pool *pool, const char *dir,
	const struct submit_callbacks *callbacks, void *ctx, struct submit **out, struct why *why)
{
	struct submit *s = NEW(struct submit);
	enum err err;

	s->pool = pool;
	s->callbacks = *callbacks;
	s->ctx = ctx;
	s->dir = str_dup(dir);
	s->senders_count = (unsigned)pool->daemons_count;
	s->senders = NEW_ARRAY(struct sender, s->senders_count);
	list_init(&s->entries);
	pthread_mutex_init(&s->lock, NULL);
	cond_init(&s->work);
	cond_init(&s->news);
	err = outbox_list(dir, pool->name, take_old, s, why);
	if (err != OK) {
		submit_free(s);
		return err;
	}
	for (unsigned i = 0; i < s->senders_count; i++) {
		struct sender *sender = &s->senders[i];

		*sender = (struct sender){
			.submit = s, .idx = i, .coind = coind_new(&pool->daemons[i])};
		thread_start(&sender->thread, submit_run_sender, sender);
	}
	thread_start(&s->manager, submit_run_manager, s);
	*out = s;
	return OK;
}

enum err submit_stop(struct submit *s, struct why *why)
{
	enum err err = OK, last;

	if (!s)
		return OK;
	pthread_mutex_lock(&s->lock);
	s->is_stopping = true;
	pthread_cond_broadcast(&s->work);
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->senders_count; i++)
		coind_abort(s->senders[i].coind);
	pthread_join(s->manager, NULL);
	for (unsigned i = 0; i < s->senders_count; i++)
		pthread_join(s->senders[i].thread, NULL);
	/* A block that was found a moment ago may not be on disk yet. */
	list_for (&s->entries, e, struct entry, node) {
		if (e->is_on_disk || e->is_forgotten)
			continue;
		last = outbox_write(s->dir, s->pool->name, &e->file, why);
		err = last != OK ? last : err;
	}
	submit_free(s);
	return err;
}

void submit_block(struct submit *s, const struct submit_block *block)
{
	struct outbox_entry file = {.height = block->height, .created_ms = clock_wall_ms()};
	struct entry *e;

	memcpy(file.id, block->id, 32);
	memcpy(file.prev, block->prev, 32);
	file.hex = mem_alloc(2 * block->len + 1);
	hex_encode(file.hex, block->bytes, block->len);
	file.meta = str_dup(block->meta ? block->meta : "");
	e = entry_new(s, &file);
	pthread_mutex_lock(&s->lock);
	if (find(s, block->id)) {
		submit_entry_free(e);
	} else {
		list_add_tail(&s->entries, &e->node);
		pthread_cond_broadcast(&s->work);
		pthread_cond_signal(&s->news);
	}
	pthread_mutex_unlock(&s->lock);
}

void submit_forget(struct submit *s, const uint8_t id[32])
{
	struct entry *e;

	pthread_mutex_lock(&s->lock);
	e = find(s, id);
	if (e && e->settled_ms) {
		e->is_forgotten = true;
		pthread_cond_signal(&s->news);
	}
	pthread_mutex_unlock(&s->lock);
}

unsigned submit_count(struct submit *s)
{
	unsigned n = 0;

	pthread_mutex_lock(&s->lock);
	list_for (&s->entries, e, struct entry, node) {
		n += !e->is_forgotten;
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}
