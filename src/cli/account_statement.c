/* account_statement.c -- `kozan account statement`: an account's part of the ledger, as a file. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/account_desk.h"
#include "store/store_statement.h"

struct wish {
	int64_t from_ms, to_ms;
	enum store_statement_by by;
	bool is_json;
};

static enum err read_wish(const struct desk *d, struct wish *out, struct why *why)
{
	*out = (struct wish){.to_ms = INT64_MAX, .is_json = d->as_json};
	if (d->from && !store_statement_time(d->from, false, &out->from_ms))
		return err_fail(why, ERR_INVALID, "--from takes 2026-11-22 or 2026-11, not \"%s\"",
			d->from);
	if (d->to && !store_statement_time(d->to, true, &out->to_ms))
		return err_fail(
			why, ERR_INVALID, "--to takes 2026-11-22 or 2026-11, not \"%s\"", d->to);
	if (d->by && !store_statement_by(d->by, &out->by))
		return err_fail(
			why, ERR_INVALID, "--by takes entry, day or month, not \"%s\"", d->by);
	if (d->format && strcmp(d->format, "json") != 0 && strcmp(d->format, "csv") != 0)
		return err_fail(
			why, ERR_INVALID, "--format takes csv or json, not \"%s\"", d->format);
	out->is_json = out->is_json || (d->format && strcmp(d->format, "json") == 0);
	return OK;
}

enum err account_desk_statement(struct desk *d, struct why *why)
{
	struct store_statement_line *rows;
	struct buf text = {0};
	struct wish wish;
	int64_t account;
	size_t n;
	enum err e = read_wish(d, &wish, why);

	if (!e)
		e = desk_account(d, d->words[0], &account, why);
	if (!e)
		e = store_statement(d->st, account, wish.from_ms, wish.to_ms, &rows, &n, why);
	if (e)
		return e;
	n = store_statement_sum(rows, n, wish.by);
	if (wish.is_json) {
		store_statement_json(rows, n, wish.by, &text);
		buf_add_u8(&text, '\n');
	} else {
		store_statement_csv(rows, n, wish.by, &text);
	}
	store_free_statement(rows);
	fputs(buf_str(&text), stdout);
	buf_free(&text);
	return OK;
}
