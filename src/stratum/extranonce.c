/* extranonce.c -- see extranonce.h. */
#include "stratum/extranonce.h"

#include "base/mem.h"

struct returned {
	int64_t at_ms;
	uint32_t extranonce1;
	bool is_gone; /* its connection came back for it */
};

struct extranonce_pool {
	uint32_t node;        /* the node's bits, in place */
	uint32_t next, parts; /* the next number that was never used */
	int64_t quarantine_ms;
	struct returned *ring; /* first returned, first reused; the first is not gone */
	size_t first, count, cap;
	uint32_t *spare; /* given back unused; the last is the next */
	size_t spare_count, spare_cap;
};

struct extranonce_pool *extranonce_pool_new(
	unsigned node_id, unsigned part, unsigned parts, int64_t quarantine_ms)
{
	struct extranonce_pool *p = NEW(struct extranonce_pool);

	assert(node_id < 1u << NODE_ID_BITS && part < parts);
	p->node = (uint32_t)node_id << NUMBER_BITS;
	p->next = part;
	p->parts = parts;
	p->quarantine_ms = quarantine_ms;
	return p;
}

void extranonce_pool_free(struct extranonce_pool *p)
{
	if (!p)
		return;
	free(p->ring);
	free(p->spare);
	free(p);
}

static void drop_first(struct extranonce_pool *p)
{
	do {
		p->first = (p->first + 1) % p->cap;
		p->count--;
	} while (p->count > 0 && p->ring[p->first].is_gone);
}

bool extranonce_take(struct extranonce_pool *p, int64_t now_ms, uint32_t *out)
{
	if (p->spare_count > 0) {
		*out = p->spare[--p->spare_count];
		return true;
	}
	if (p->count > 0 && now_ms - p->ring[p->first].at_ms >= p->quarantine_ms) {
		*out = p->ring[p->first].extranonce1;
		drop_first(p);
		return true;
	}
	if (p->next >= 1u << NUMBER_BITS)
		return false;
	*out = p->node | p->next;
	p->next += p->parts;
	return true;
}

/* Who comes back has mostly left lately. */
bool extranonce_retake(struct extranonce_pool *p, uint32_t extranonce1)
{
	for (size_t i = p->count; i-- > 0;) {
		struct returned *one = &p->ring[(p->first + i) % p->cap];

		if (one->extranonce1 != extranonce1 || one->is_gone)
			continue;
		one->is_gone = true;
		if (i == 0)
			drop_first(p);
		return true;
	}
	return false;
}

static void grow(struct extranonce_pool *p)
{
	size_t cap = p->cap ? p->cap * 2 : 64;
	struct returned *ring = NEW_ARRAY(struct returned, cap);

	for (size_t i = 0; i < p->count; i++)
		ring[i] = p->ring[(p->first + i) % p->cap];
	free(p->ring);
	p->ring = ring;
	p->first = 0;
	p->cap = cap;
}

void extranonce_give_back(
	struct extranonce_pool *p, int64_t now_ms, uint32_t extranonce1, bool was_used)
{
	if (!was_used) {
		p->spare = array_grow(p->spare, p->spare_count, &p->spare_cap, sizeof(*p->spare));
		p->spare[p->spare_count++] = extranonce1;
		return;
	}
	if (p->count == p->cap)
		grow(p);
	p->ring[(p->first + p->count) % p->cap] = (struct returned){now_ms, extranonce1, false};
	p->count++;
}
