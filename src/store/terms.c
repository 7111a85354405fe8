/* terms.c -- what accounts have agreed with the pool: no fee, donations. */
#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_account.h"
#include "store/store_reward.h"

static void read_terms(const struct sql *q, void *row)
{
	struct store_terms *t = row;

	t->account = sql_int(q, 0);
	str_copy(t->address, sizeof t->address, sql_str(q, 1));
	t->no_fee = sql_int(q, 2) != 0;
	t->donation_ppm = sql_int(q, 3);
}

/* No fee is the pool's to say, a donation the account's. */
#define SELECT_TERMS                                                                               \
	"SELECT a.id, a.address, t.no_fee, s.donation_ppm FROM account a"                          \
	" LEFT JOIN account_terms t ON t.account_id = a.id"                                        \
	" LEFT JOIN account_setting s ON s.account_id = a.id"

static const struct sql_type terms_row = {sizeof(struct store_terms), read_terms, NULL};

enum err store_terms_list(
	struct store *st, int64_t pool, struct store_terms **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &terms_row,
		SELECT_TERMS " JOIN (SELECT account_id FROM account_terms WHERE no_fee <> 0 UNION"
			     " SELECT account_id FROM account_setting WHERE donation_ppm > 0) x"
			     " ON x.account_id = a.id WHERE a.pool_id = ? ORDER BY a.id",
		BINDS(INT(pool)), out, out_n, why);
}

void store_free_terms(struct store_terms *rows)
{
	free(rows);
}

enum err store_terms_get(
	struct store *st, int64_t account, struct store_terms *out, struct why *why)
{
	return sql_get(
		st, &terms_row, SELECT_TERMS " WHERE a.id = ?", BINDS(INT(account)), out, why);
}

enum err store_terms_set(struct store *st, const struct store_terms *t, struct why *why)
{
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_run(st,
		"INSERT INTO account_terms (account_id, no_fee, donation_ppm, updated_ms)"
		" VALUES (?, ?, 0, ?) {conflict account_id} no_fee = {new no_fee},"
		" updated_ms = {new updated_ms}",
		BINDS(INT(t->account), INT(t->no_fee), INT(clock_wall_ms())), why);
	if (err == OK)
		err = store_account_set_donation(st, t->account, t->donation_ppm, why);
	return sql_end(st, err, why);
}
