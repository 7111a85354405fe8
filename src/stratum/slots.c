/* slots.c -- see slots.h. */
#include "stratum/slots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct store_slot_add *find(struct slots *s, const struct journal_record *r, int64_t pool)
{
	int64_t minute = r->time_ms / 60000;
	char key[256];
	size_t len = (size_t)snprintf(key, sizeof(key), "%lld %u %lld %s %s", (long long)pool,
		r->height, (long long)minute, r->address, r->worker);
	uintptr_t at;

	assert(len < sizeof(key));
	if (!s->index)
		s->index = map_new();
	at = (uintptr_t)map_get(s->index, key, len);
	if (at == 0) {
		s->list = array_grow(s->list, s->count, &s->cap, sizeof(*s->list));
		s->list[s->count] = (struct store_slot_add){.pool = pool,
			.height = r->height,
			.minute = minute,
			.address = str_dup(r->address),
			.worker = str_dup(r->worker)};
		at = ++s->count;
		map_set(s->index, key, len, (void *)at);
	}
	return &s->list[at - 1];
}

static void add_height(struct slots *s, int64_t pool, int64_t through)
{
	for (size_t i = 0; i < s->flushed_count; i++) {
		if (s->flushed[i].pool == pool) {
			if (through > s->flushed[i].through)
				s->flushed[i].through = through;
			return;
		}
	}
	assert(s->flushed_count < SLOTS_POOLS_MAX);
	s->flushed[s->flushed_count++] = (struct store_flushed){pool, through};
}

void slots_add(struct slots *s, const struct journal_record *r, int64_t pool)
{
	s->epoch = r->epoch;
	s->last_seq = r->seq;
	s->records++;
	if (r->type == JOURNAL_HEIGHT)
		add_height(s, pool, (int64_t)r->height - 1);
	if (r->type == JOURNAL_SHARE) {
		struct store_slot_add *slot = find(s, r, pool);

		slot->work += r->work;
		slot->shares++;
		if (r->time_ms > slot->last_ms)
			slot->last_ms = r->time_ms;
	}
}

void slots_clear(struct slots *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free((char *)s->list[i].address);
		free((char *)s->list[i].worker);
	}
	free(s->list);
	map_free(s->index, NULL);
	*s = (struct slots){0};
}
