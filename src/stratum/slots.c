/* slots.c -- see slots.h. */
#include "stratum/slots.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "journal/journal.h"

/* What a slot is of: numbers, and the two names with a NUL between them. */
struct key {
	int64_t pool, minute;
	uint32_t height;
	bool is_apart;
	char names[JOURNAL_ADDRESS_MAX + 1 + JOURNAL_WORKER_MAX + 1];
} __attribute__((packed));

static size_t key_of(struct key *key, const struct journal_record *r, int64_t pool)
{
	size_t address = strlen(r->address) + 1, worker = strlen(r->worker);

	assert(address + worker <= sizeof(key->names));
	key->pool = pool;
	key->minute = r->time_ms / 60000;
	key->height = r->height;
	key->is_apart = r->is_apart;
	memcpy(key->names, r->address, address);
	memcpy(key->names + address, r->worker, worker);
	return offsetof(struct key, names) + address + worker;
}

static struct store_slot_add *find(struct slots *s, const struct journal_record *r, int64_t pool)
{
	struct key key;
	size_t len = key_of(&key, r, pool);
	uintptr_t at;

	if (!s->index)
		s->index = map_new();
	at = (uintptr_t)map_get(s->index, &key, len);
	if (at == 0) {
		s->list = array_grow(s->list, s->count, &s->cap, sizeof(*s->list));
		s->list[s->count] = (struct store_slot_add){.pool = pool,
			.height = r->height,
			.minute = key.minute,
			.address = str_dup(r->address),
			.worker = str_dup(r->worker),
			.is_apart = r->is_apart};
		at = ++s->count;
		map_set(s->index, &key, len, (void *)at);
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
