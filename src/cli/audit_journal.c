/* audit_journal.c -- the share journal of this machine against the slots in the database. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/audit.h"
#include "conf/conf.h"
#include "journal/reader.h"
#include "store/store.h"
#include "store/store_audit.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "stratum/feed.h"

/* Work of one account at one height, as each side has it. */
struct pair {
	int64_t journal, slots;
};

struct key {
	int64_t account, height;
};

struct count {
	struct store *st;
	struct feed names; /* of the pools in the journal */
	int64_t pool_id;
	int64_t node;        /* whose journal it is; -1 before its first record */
	int64_t from_height; /* the lowest in the journal: slots below are older than it */
	int64_t shares, work, unflushed, lost;
	bool is_cut; /* its oldest files are gone, and with them a part of its lowest height */
	struct map *pairs;    /* struct key -> struct pair */
	struct map *accounts; /* address -> its id in the database */
};

static struct pair *pair_of(struct count *c, int64_t account, int64_t height)
{
	struct key key = {account, height};
	struct pair *p = map_get(c->pairs, &key, sizeof(key));

	if (!p) {
		p = NEW(struct pair);
		map_set(c->pairs, &key, sizeof(key), p);
	}
	return p;
}

static enum err account_of(struct count *c, const char *address, int64_t *out, struct why *why)
{
	int64_t *id = map_get(c->accounts, address, strlen(address));
	enum err e;

	if (!id) {
		id = NEW(int64_t);
		e = store_account_find(c->st, c->pool_id, address, id, why);
		if (e == ERR_NOT_FOUND)
			*id = 0; /* no slot of it either: a difference is found below */
		else if (e) {
			free(id);
			return e;
		}
		map_set(c->accounts, address, strlen(address), id);
	}
	*out = *id;
	return OK;
}

static enum err count_record(
	struct count *c, const struct journal_record *r, int64_t cursor, struct why *why)
{
	int64_t account;
	enum err e;

	if (r->type == JOURNAL_DAMAGE)
		c->lost += (int64_t)r->lost;
	if (r->type != JOURNAL_SHARE || feed_pool_id(&c->names, r->pool) != c->pool_id)
		return OK;
	if (r->seq > (uint64_t)cursor) {
		c->unflushed++;
		return OK;
	}
	if (r->is_apart) /* is in no batch */
		return OK;
	if ((e = account_of(c, r->address, &account, why)))
		return e;
	if (r->height < c->from_height)
		c->from_height = r->height;
	c->shares++;
	c->work += r->work;
	pair_of(c, account, r->height)->journal += r->work;
	return OK;
}

static enum err read_journal(struct count *c, struct journal_reader *reader, struct why *why)
{
	struct journal_record record;
	int64_t cursor = 0, epoch = -1;
	bool is_first = true;
	enum err e;

	while (!(e = journal_reader_next(reader, &record, why))) {
		if ((int64_t)record.epoch != epoch) {
			epoch = (int64_t)record.epoch;
			c->node = record.node_id;
			e = store_slot_cursor(c->st, c->node, epoch, &cursor, why);
			c->is_cut = c->is_cut || (is_first && (record.seq > 1 || epoch > 1));
			is_first = false;
		}
		if (!e)
			e = count_record(c, &record, cursor, why);
		if (e)
			return e;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static bool count_slot(void *ctx, const struct store_slot *slot)
{
	struct count *c = ctx;

	if (slot->height < c->from_height)
		return false;
	if (slot->node == c->node)
		pair_of(c, slot->account, slot->height)->slots += slot->work;
	return true;
}

struct row {
	struct key key;
	struct pair pair;
};

static int by_account_and_height(const void *a, const void *b)
{
	const struct key *x = &((const struct row *)a)->key, *y = &((const struct row *)b)->key;

	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	return (x->height > y->height) - (x->height < y->height);
}

static struct row *sorted(const struct count *c, size_t *out_n)
{
	struct row *rows = NEW_ARRAY(struct row, map_count(c->pairs) + 1);
	const struct pair *p;
	const void *key;
	size_t pos = 0, len, n = 0;

	while ((p = map_next(c->pairs, &pos, &key, &len))) {
		memcpy(&rows[n].key, key, sizeof(rows[n].key));
		if (rows[n].key.height >= c->from_height)
			rows[n++].pair = *p;
	}
	qsort(rows, n, sizeof(*rows), by_account_and_height);
	*out_n = n;
	return rows;
}

static void note(struct store_audit *found, const struct key *key, int64_t stored, int64_t computed)
{
	char was[24], is[24];

	snprintf(was, sizeof(was), "%" PRId64, stored);
	snprintf(is, sizeof(is), "%" PRId64, computed);
	store_audit_add(found, "batch", was, is,
		"account_id %" PRId64 ", work up to height %" PRId64, key->account, key->height);
}

/* Work may count at a later height, when its own was paid before it came; never at an earlier one,
 * and at the end nothing may be missing. */
static void compare_rows(const struct row *rows, size_t n, struct store_audit *found)
{
	int64_t journal = 0, slots = 0;

	for (size_t i = 0; i < n; i++) {
		bool is_last = i + 1 == n || rows[i + 1].key.account != rows[i].key.account;

		journal += rows[i].pair.journal;
		slots += rows[i].pair.slots;
		if (slots > journal || (is_last && slots != journal)) {
			note(found, &rows[i].key, slots, journal);
			journal = slots;
		}
		if (is_last)
			journal = slots = 0;
	}
}

static void compare(struct audit *a, const struct count *c)
{
	struct store_audit found = {0};
	size_t n;
	struct row *rows = sorted(c, &n);

	compare_rows(rows, n, &found);
	free(rows);
	audit_difference(a, &found);
	if (c->lost)
		audit_fault(a, "%lld records of the journal are damaged", (long long)c->lost);
	if (!found.n && !c->lost)
		audit_ok(a,
			"%lld shares of the journal are in the database once; %lld wait to be "
			"flushed",
			(long long)c->shares, (long long)c->unflushed);
	json_object_set_new(a->facts, "journal_shares", json_integer(c->shares));
	json_object_set_new(a->facts, "journal_unflushed", json_integer(c->unflushed));
	json_object_set_new(a->facts, "journal_work", json_integer(c->work));
}

enum err audit_journal(struct audit *a, struct store *st, const char *data_dir, int64_t first_id,
	int64_t pool_id, struct why *why)
{
	struct count c = {.st = st,
		.names = {.store = st},
		.pool_id = pool_id,
		.node = -1,
		.from_height = INT64_MAX,
		.pairs = map_new(),
		.accounts = map_new()};
	char *dir = path_join(data_dir, "stratum/journal");
	struct journal_reader *reader = NULL;
	struct feed_pool first = {(uint16_t)first_id, first_id};
	enum err e = feed_know_pools(&c.names, &first, 1, why);

	if (!e)
		e = journal_reader_open(dir, &reader, why);
	if (!e)
		e = read_journal(&c, reader, why);
	if (!e)
		e = store_slots_back(st, pool_id, INT64_MAX, count_slot, &c, why);
	if (c.is_cut && c.from_height < INT64_MAX)
		c.from_height++;
	if (!e)
		compare(a, &c);
	journal_reader_close(reader);
	feed_close(&c.names);
	map_free(c.pairs, free);
	map_free(c.accounts, free);
	free(dir);
	return e;
}
