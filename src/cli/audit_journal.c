/* audit_journal.c -- the share journal of this machine against the slots in the database. */
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/audit.h"
#include "conf/conf.h"
#include "journal/reader.h"
#include "store/store.h"
#include "store/store_slot.h"
#include "store/store_stats.h"

/* Work of one account at one height, as each side has it. */
struct pair {
	int64_t journal, slots;
};

struct key {
	int64_t account, height;
};

struct count {
	struct store *st;
	uint16_t pool;       /* as the journal numbers it */
	int64_t pool_id;     /* as the database does */
	int64_t node;        /* whose journal it is; -1 before its first record */
	int64_t from_height; /* the lowest in the journal: slots below are older than it */
	int64_t shares, unflushed, lost;
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
	if (r->type != JOURNAL_SHARE || r->pool != c->pool)
		return OK;
	if (r->seq > (uint64_t)cursor) {
		c->unflushed++;
		return OK;
	}
	if ((e = account_of(c, r->address, &account, why)))
		return e;
	if (r->height < c->from_height)
		c->from_height = r->height;
	c->shares++;
	pair_of(c, account, r->height)->journal += r->work;
	return OK;
}

static enum err read_journal(struct count *c, struct journal_reader *reader, struct why *why)
{
	struct journal_record record;
	int64_t cursor = 0, epoch = -1;
	enum err e;

	while (!(e = journal_reader_next(reader, &record, why))) {
		if ((int64_t)record.epoch != epoch) {
			epoch = (int64_t)record.epoch;
			c->node = record.node_id;
			e = store_slot_cursor(c->st, c->node, epoch, &cursor, why);
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

static void compare(struct audit *a, const struct count *c)
{
	const struct pair *p;
	int64_t work = 0;
	const void *key;
	size_t pos = 0, len, wrong = 0;

	while ((p = map_next(c->pairs, &pos, &key, &len))) {
		struct key k;

		memcpy(&k, key, sizeof(k));
		work += p->journal;
		if (p->journal != p->slots && ++wrong <= 10)
			audit_fault(a,
				"height %lld, account %lld: the journal has %lld work, the slots "
				"%lld",
				(long long)k.height, (long long)k.account, (long long)p->journal,
				(long long)p->slots);
	}
	if (c->lost)
		audit_fault(a, "%lld records of the journal are damaged", (long long)c->lost);
	if (!wrong && !c->lost)
		audit_ok(a,
			"%lld shares of the journal are in the slots once; %lld wait to be flushed",
			(long long)c->shares, (long long)c->unflushed);
	json_object_set_new(a->facts, "journal_shares", json_integer(c->shares));
	json_object_set_new(a->facts, "journal_unflushed", json_integer(c->unflushed));
	json_object_set_new(a->facts, "journal_work", json_integer(work));
}

enum err audit_journal(struct audit *a, struct store *st, const struct conf *conf, int64_t pool_id,
	struct why *why)
{
	struct count c = {.st = st,
		.pool = (uint16_t)conf->pools[0].id,
		.pool_id = pool_id,
		.node = -1,
		.from_height = INT64_MAX,
		.pairs = map_new(),
		.accounts = map_new()};
	char *dir = path_join(conf->data_dir, "stratum/journal");
	struct journal_reader *reader = NULL;
	enum err e = journal_reader_open(dir, &reader, why);

	if (!e)
		e = read_journal(&c, reader, why);
	if (!e)
		e = store_slots_back(st, pool_id, INT64_MAX, count_slot, &c, why);
	if (!e)
		compare(a, &c);
	journal_reader_close(reader);
	map_free(c.pairs, free);
	map_free(c.accounts, free);
	free(dir);
	return e;
}
