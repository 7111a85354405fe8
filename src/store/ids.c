/* ids.c -- the ids of accounts and workers: known by heart, else read or made, many at once. */
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/slot_priv.h"
#include "store/sql_priv.h"
#include "store/store_slot.h"

#define IDS_MAX    1000000 /* workers that a handle knows */
#define PAIRS      64      /* asked for at once */
#define PAIR_4(x)  x " OR " x " OR " x " OR " x
#define PAIR_64(x) PAIR_4(PAIR_4(PAIR_4(x)))

/* A name that is unique below a parent: an address in its pool, a worker in its account. */
struct table {
	const char *select, *select_many, *insert;
	struct sql_rows rows;
};

#define ACCOUNT_INSERT "INSERT INTO account (pool_id, address, created_ms) VALUES "
#define WORKER_INSERT  "INSERT INTO worker (account_id, name, created_ms) VALUES "

static const struct table accounts = {
	.select = "SELECT id FROM account WHERE pool_id = ? AND address = ?",
	.select_many = "SELECT id, pool_id, address FROM account WHERE " PAIR_64(
		"(pool_id = ? AND address = ?)"),
	.insert = ACCOUNT_INSERT "(?, ?, ?)",
	.rows = {ACCOUNT_INSERT, "(?, ?, ?)", "", 3},
};

static const struct table workers = {
	.select = "SELECT id FROM worker WHERE account_id = ? AND name = ?",
	.select_many = "SELECT id, account_id, name FROM worker WHERE " PAIR_64(
		"(account_id = ? AND name = ?)"),
	.insert = WORKER_INSERT "(?, ?, ?)",
	.rows = {WORKER_INSERT, "(?, ?, ?)", "", 3},
};

/* ---- one ---- */

static enum err ensure_one(struct store *st, const struct table *t, int64_t parent,
	const char *name, int64_t *out_id, struct why *why)
{
	bool is_new;
	enum err err = sql_one(st, t->select, BINDS(INT(parent), TEXT(name)), out_id, why);

	if (err != ERR_NOT_FOUND)
		return err;
	/* Somebody else may make it in between. */
	err = sql_add(
		st, t->insert, BINDS(INT(parent), TEXT(name), INT(clock_wall_ms())), &is_new, why);
	if (err == OK)
		err = sql_one(st, t->select, BINDS(INT(parent), TEXT(name)), out_id, why);
	return err;
}

enum err store_account_ensure(
	struct store *st, int64_t pool, const char *address, int64_t *out_id, struct why *why)
{
	return ensure_one(st, &accounts, pool, address, out_id, why);
}

/* ---- many ---- */

struct named {
	int64_t parent;
	const char *name;
	int64_t id; /* 0: not known yet */
};

/* Each is in the list once. */
struct names {
	struct map *index; /* parent and name → position + 1 */
	struct named *list;
	size_t n, cap;
};

#define KEY_MAX (sizeof(int64_t) + STORE_ADDRESS_MAX + STORE_WORKER_MAX)

static size_t key_of(char key[KEY_MAX], int64_t parent, const char *name)
{
	size_t len = strlen(name);

	assert(sizeof(parent) + len <= KEY_MAX);
	memcpy(key, &parent, sizeof(parent));
	memcpy(key + sizeof(parent), name, len);
	return sizeof(parent) + len;
}

static struct named *names_get(const struct names *s, int64_t parent, const char *name)
{
	char key[KEY_MAX];
	size_t len = key_of(key, parent, name);
	uintptr_t at = (uintptr_t)map_get(s->index, key, len);

	return at ? &s->list[at - 1] : NULL;
}

static void names_add(struct names *s, int64_t parent, const char *name)
{
	char key[KEY_MAX];

	if (!s->index)
		s->index = map_new();
	if (names_get(s, parent, name))
		return;
	s->list = array_grow(s->list, s->n, &s->cap, sizeof(*s->list));
	s->list[s->n++] = (struct named){parent, name, 0};
	map_set(s->index, key, key_of(key, parent, name), (void *)(uintptr_t)s->n);
}

static void names_fini(struct names *s)
{
	map_free(s->index, NULL);
	free(s->list);
}

struct asked {
	struct sql_value values[2 * PAIRS];
	size_t n;
};

static enum err read_pairs(struct store *st, const struct table *t, struct names *s,
	struct asked *asked, struct why *why)
{
	bool has_row = true;
	struct sql *q;
	enum err err;

	if (asked->n == 0)
		return OK;
	for (; asked->n < PAIRS; asked->n++) /* the last one again, up to the number of pairs */
		memcpy(&asked->values[2 * asked->n], &asked->values[2 * asked->n - 2],
			2 * sizeof(asked->values[0]));
	asked->n = 0;
	err = sql_open(st, t->select_many, asked->values, 2 * PAIRS, &q, why);
	if (err != OK)
		return err;
	while ((err = sql_next(q, &has_row, why)) == OK && has_row) {
		struct named *named = names_get(s, sql_int(q, 1), sql_str(q, 2));

		if (named)
			named->id = sql_int(q, 0);
	}
	sql_close(q);
	return err;
}

static enum err read_all(struct store *st, const struct table *t, struct names *s, struct why *why)
{
	struct asked asked = {.n = 0};
	enum err err = OK;

	for (size_t i = 0; err == OK && i < s->n; i++) {
		if (s->list[i].id != 0)
			continue;
		asked.values[2 * asked.n] = (struct sql_value)INT(s->list[i].parent);
		asked.values[2 * asked.n + 1] = (struct sql_value)TEXT(s->list[i].name);
		if (++asked.n == PAIRS)
			err = read_pairs(st, t, s, &asked, why);
	}
	return err == OK ? read_pairs(st, t, s, &asked, why) : err;
}

static enum err make_missing(
	struct store *st, const struct table *t, const struct names *s, struct why *why)
{
	struct sql_value *values = NEW_ARRAY(struct sql_value, s->n * 3);
	int64_t now_ms = clock_wall_ms();
	size_t n = 0;
	bool ignored;
	enum err err;

	for (size_t i = 0; i < s->n; i++) {
		if (s->list[i].id != 0)
			continue;
		values[n++] = (struct sql_value)INT(s->list[i].parent);
		values[n++] = (struct sql_value)TEXT(s->list[i].name);
		values[n++] = (struct sql_value)INT(now_ms);
	}
	err = sql_run_rows(st, &t->rows, values, n / 3, &ignored, why);
	free(values);
	return err;
}

/* Others make them at the same time: what many at once did not give is asked for one by one. */
static enum err ensure_all(
	struct store *st, const struct table *t, struct names *s, struct why *why)
{
	enum err err = read_all(st, t, s, why);

	if (err == OK)
		err = make_missing(st, t, s, why);
	if (err == OK)
		err = read_all(st, t, s, why);
	for (size_t i = 0; err == OK && i < s->n; i++) {
		struct named *named = &s->list[i];

		if (named->id == 0)
			err = ensure_one(st, t, named->parent, named->name, &named->id, why);
	}
	return err;
}

/* ---- by heart ---- */

/* The address and the name with a NUL between them. */
static size_t worker_key(char key[KEY_MAX], const struct ids_name *name)
{
	size_t len = key_of(key, name->pool, name->address), more = strlen(name->worker);

	assert(len + 1 + more <= KEY_MAX);
	key[len] = '\0';
	memcpy(key + len + 1, name->worker, more);
	return len + 1 + more;
}

static void remember(struct store *st, const struct ids_name *name, struct ids ids)
{
	char key[KEY_MAX];
	size_t len = worker_key(key, name);

	if (map_count(st->ids) >= IDS_MAX) {
		map_free(st->ids, free);
		st->ids = map_new();
	}
	free(map_set(st->ids, key, len, mem_dup(&ids, sizeof ids)));
}

static bool recall(struct store *st, const struct ids_name *name, struct ids *out)
{
	char key[KEY_MAX];
	const struct ids *ids = map_get(st->ids, key, worker_key(key, name));

	if (ids)
		*out = *ids;
	return ids;
}

/* Those in `out` without a worker. */
static enum err learn(
	struct store *st, const struct ids_name *names, size_t n, struct ids *out, struct why *why)
{
	struct names own_accounts = {0}, own_workers = {0};
	enum err err;

	for (size_t i = 0; i < n; i++) {
		if (out[i].worker == 0)
			names_add(&own_accounts, names[i].pool, names[i].address);
	}
	err = ensure_all(st, &accounts, &own_accounts, why);
	for (size_t i = 0; err == OK && i < n; i++) {
		if (out[i].worker != 0)
			continue;
		out[i].account = names_get(&own_accounts, names[i].pool, names[i].address)->id;
		names_add(&own_workers, out[i].account, names[i].worker);
	}
	if (err == OK)
		err = ensure_all(st, &workers, &own_workers, why);
	for (size_t i = 0; err == OK && i < n; i++) {
		if (out[i].worker != 0)
			continue;
		out[i].worker = names_get(&own_workers, out[i].account, names[i].worker)->id;
		remember(st, &names[i], out[i]);
	}
	names_fini(&own_accounts);
	names_fini(&own_workers);
	return err;
}

static bool is_too_long(const struct ids_name *name)
{
	return strlen(name->address) >= STORE_ADDRESS_MAX ||
	       strlen(name->worker) >= STORE_WORKER_MAX;
}

enum err ids_find(
	struct store *st, const struct ids_name *names, size_t n, struct ids *out, struct why *why)
{
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		if (is_too_long(&names[i]))
			return err_fail(why, ERR_RANGE, "too long: %s.%s", names[i].address,
				names[i].worker);
		out[i] = (struct ids){0};
		all &= recall(st, &names[i], &out[i]);
	}
	return all ? OK : learn(st, names, n, out, why);
}
