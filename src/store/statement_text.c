/* statement_text.c -- a statement as CSV and JSON, and the words that ask for one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store_statement.h"

/* The columns: what moved in the books that an account has. */
static const enum store_book shown[] = {STORE_BOOK_IMMATURE, STORE_BOOK_AVAILABLE,
	STORE_BOOK_PAYING, STORE_BOOK_PAID, STORE_BOOK_NETWORK_FEE};

/* A moment, a day or a month. */
static void add_time(int64_t ms, enum store_statement_by by, struct buf *out)
{
	char text[CLOCK_TEXT_MAX];

	clock_text(ms, text);
	if (by != STORE_BY_ENTRY)
		text[by == STORE_BY_DAY ? 10 : 7] = '\0';
	buf_add_str(out, text);
}

static void add_amount(struct amount a, struct buf *out)
{
	char text[AMOUNT_TEXT_MAX];

	buf_add_str(out, amount_text(a, text));
}

/* ---- CSV ---- */

static void add_csv_line(
	const struct store_statement_line *l, enum store_statement_by by, struct buf *out)
{
	add_time(l->time_ms, by, out);
	if (by == STORE_BY_ENTRY)
		buf_printf(out, ",%" PRId64 ",%s,", l->txn, store_txn_text(l->kind));
	if (by == STORE_BY_ENTRY && l->height)
		buf_printf(out, "%" PRId64, l->height);
	if (by == STORE_BY_ENTRY)
		buf_printf(out, ",%s", l->txid);
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		buf_add_u8(out, ',');
		add_amount(l->moves[shown[i]], out);
	}
	buf_add_u8(out, ',');
	add_amount(l->fee, out);
	buf_add_u8(out, ',');
	add_amount(l->donation, out);
	buf_add_u8(out, ',');
	add_amount(l->balance, out);
	buf_add_str(out, "\r\n");
}

void store_statement_csv(const struct store_statement_line *rows, size_t n,
	enum store_statement_by by, struct buf *out)
{
	buf_add_str(out, by == STORE_BY_ENTRY ? "time,entry,kind,block,txid" : "time");
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		buf_printf(out, ",%s", store_book_text(shown[i]));
	buf_add_str(out, ",fee,donation,balance\r\n");
	for (size_t i = 0; i < n; i++)
		add_csv_line(&rows[i], by, out);
}

/* ---- JSON ---- */

static void add_json_line(
	const struct store_statement_line *l, enum store_statement_by by, struct buf *out)
{
	buf_add_str(out, "{\"time\":\"");
	add_time(l->time_ms, by, out);
	buf_add_str(out, "\"");
	if (by == STORE_BY_ENTRY) {
		buf_printf(out,
			",\"time_ms\":%" PRId64 ",\"entry\":\"%" PRId64 "\",\"kind\":\"%s\"",
			l->time_ms, l->txn, store_txn_text(l->kind));
		if (l->height)
			buf_printf(out, ",\"block\":%" PRId64, l->height);
		else
			buf_add_str(out, ",\"block\":null");
		buf_printf(out, ",\"txid\":\"%s\"", l->txid);
	}
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		buf_printf(out, ",\"%s\":\"", store_book_text(shown[i]));
		add_amount(l->moves[shown[i]], out);
		buf_add_u8(out, '"');
	}
	buf_add_str(out, ",\"fee\":\"");
	add_amount(l->fee, out);
	buf_add_str(out, "\",\"donation\":\"");
	add_amount(l->donation, out);
	buf_add_str(out, "\",\"balance\":\"");
	add_amount(l->balance, out);
	buf_add_str(out, "\"}");
}

void store_statement_json(const struct store_statement_line *rows, size_t n,
	enum store_statement_by by, struct buf *out)
{
	buf_add_u8(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_u8(out, ',');
		add_json_line(&rows[i], by, out);
	}
	buf_add_u8(out, ']');
}

/* ---- what is asked for ---- */

bool store_statement_by(const char *text, enum store_statement_by *out)
{
	static const char *const names[] = {"entry", "day", "month"};

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = (enum store_statement_by)i;
			return true;
		}
	}
	return false;
}

bool store_statement_time(const char *text, bool is_end, int64_t *out)
{
	struct tm tm = {0};
	int year = 0, month = 0, day = 1, used = 0;
	bool has_day = strlen(text) == 10;

	if (has_day)
		sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used);
	else
		sscanf(text, "%4d-%2d%n", &year, &month, &used);
	if (used < 7 || (size_t)used != strlen(text) || year < 1970 || month < 1 || month > 12 ||
		day < 1 || day > 31)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1 + (is_end && !has_day);
	tm.tm_mday = day + (is_end && has_day);
	*out = (int64_t)timegm(&tm) * 1000;
	return true;
}
