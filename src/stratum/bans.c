/* bans.c -- see bans.h. Sorted by size of the network, smallest first, then by address: a search
 * looks once, by halves, for each size that occurs. */
#include "stratum/bans.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct bans {
	struct ban *list;
	size_t count, cap;
	/* where the networks of each size begin in the list; the last is its end */
	size_t first[NET_ADDR_BITS + 2];
};

struct bans *bans_new(void)
{
	return NEW(struct bans);
}

void bans_free(struct bans *b)
{
	if (!b)
		return;
	free(b->list);
	free(b);
}

/* The place of a size in the order of the list. */
static unsigned rank(unsigned bits)
{
	return NET_ADDR_BITS - bits;
}

static int compare(const void *a, const void *b)
{
	const struct ban *x = a, *y = b;

	if (x->net.bits != y->net.bits)
		return x->net.bits > y->net.bits ? -1 : 1;
	return memcmp(&x->net.addr, &y->net.addr, sizeof(x->net.addr));
}

/* Sort what is in the list, keep the last of equals, and note where sizes begin. */
static void arrange(struct bans *b)
{
	size_t kept = 0;
	unsigned next = 0;

	if (b->count > 0)
		qsort(b->list, b->count, sizeof(*b->list), compare);
	for (size_t i = 0; i < b->count; i++) {
		if (kept > 0 && compare(&b->list[kept - 1], &b->list[i]) == 0)
			kept--;
		b->list[kept++] = b->list[i];
	}
	b->count = kept;
	for (size_t i = 0; i < kept; i++) {
		while (next <= rank(b->list[i].net.bits))
			b->first[next++] = i;
	}
	while (next < ARRAY_LEN(b->first))
		b->first[next++] = kept;
}

static bool is_same(const struct bans *a, const struct bans *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct ban *x = &a->list[i], *y = &b->list[i];

		if (compare(x, y) != 0 || x->until_ms != y->until_ms || x->times != y->times)
			return false;
	}
	return true;
}

bool bans_set(struct bans *b, const struct ban *list, size_t n)
{
	struct bans old = *b;
	bool is_new;

	b->list = NULL;
	b->count = b->cap = 0;
	for (size_t i = 0; i < n; i++) {
		b->list = array_grow(b->list, b->count, &b->cap, sizeof(*b->list));
		b->list[b->count++] = list[i];
	}
	arrange(b);
	is_new = !is_same(&old, b);
	free(old.list);
	return is_new;
}

static struct ban *find(const struct bans *b, const struct net *net)
{
	size_t low = b->first[rank(net->bits)], high = b->first[rank(net->bits) + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(&b->list[middle].net.addr, &net->addr, sizeof(net->addr));

		if (order == 0)
			return &b->list[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void bans_add(struct bans *b, const struct ban *ban)
{
	struct ban *same = find(b, &ban->net);

	if (same) {
		*same = *ban;
		return;
	}
	b->list = array_grow(b->list, b->count, &b->cap, sizeof(*b->list));
	b->list[b->count++] = *ban;
	arrange(b);
}

const struct ban *bans_find(const struct bans *b, const struct net_addr *addr, int64_t now_ms)
{
	for (unsigned bits = NET_ADDR_BITS + 1; bits-- > 0;) {
		struct net net;
		struct ban *ban;

		if (b->first[rank(bits)] == b->first[rank(bits) + 1])
			continue;
		net = net_of(addr, bits);
		ban = find(b, &net);
		if (ban && ban->until_ms > now_ms)
			return ban;
	}
	return NULL;
}

const struct ban *bans_of(const struct bans *b, const struct net *net)
{
	return find(b, net);
}

unsigned bans_count(const struct bans *b, int64_t now_ms)
{
	unsigned n = 0;

	for (size_t i = 0; i < b->count; i++)
		n += b->list[i].until_ms > now_ms;
	return n;
}
