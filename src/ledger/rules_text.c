/* rules_text.c -- the rules of a round as text that is kept for ever. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "ledger/rules.h"

#define FORMAT 1

/* The numbers, in their order in the text. A change gets another format. */
enum kind { A_LONG, A_COUNT, A_CHOICE, A_FLAG, AN_AMOUNT };

static const struct number {
	const char *name;
	enum kind kind;
	size_t at;
} numbers[] = {
#define NUMBER(name, kind, member)                                                                 \
	{                                                                                          \
		name, kind, offsetof(struct rules, member)                                         \
	}
	NUMBER("scheme", A_CHOICE, reward.scheme),
	NUMBER("fee_ppm", A_LONG, reward.fee_ppm),
	NUMBER("finder_bonus_ppm", A_LONG, reward.finder_bonus_ppm),
	NUMBER("pool_bonus_ppm", A_LONG, reward.pool_bonus_ppm),
	NUMBER("window_by", A_CHOICE, reward.window_by),
	NUMBER("window_ppm", A_LONG, reward.window_ppm),
	NUMBER("window_work", A_LONG, reward.window_work),
	NUMBER("window_blocks", A_COUNT, reward.window_blocks),
	NUMBER("window_round_ppm", A_LONG, reward.window_round_ppm),
	NUMBER("reverse_payout", A_FLAG, reward.reverse_payout),
	NUMBER("pplnt_ppm", A_LONG, reward.pplnt_ppm),
	NUMBER("score_ms", A_LONG, reward.score_ms),
	NUMBER("block_value", AN_AMOUNT, reward.block_value),
	NUMBER("average_work", A_LONG, average_work),
	NUMBER("accrued", A_LONG, accrued),
#undef NUMBER
};

_Static_assert(sizeof(enum reward_scheme) == sizeof(unsigned), "a choice is read as a count");
_Static_assert(sizeof(enum reward_window) == sizeof(unsigned), "a choice is read as a count");

/* ---- writing ---- */

static int64_t get(const struct rules *r, const struct number *f)
{
	const void *at = (const char *)r + f->at;

	switch (f->kind) {
	case A_LONG: return *(const int64_t *)at;
	case A_CHOICE:
	case A_COUNT: return *(const unsigned *)at;
	case A_FLAG: return *(const bool *)at;
	case AN_AMOUNT: return amount_units(*(const struct amount *)at);
	}
	return 0;
}

void rules_text(const struct rules *r, struct buf *out)
{
	buf_printf(out, "{\"format\":%d", FORMAT);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		buf_printf(out, ",\"%s\":%" PRId64, numbers[i].name, get(r, &numbers[i]));
	buf_add_str(out, ",\"recipients\":[");
	for (size_t i = 0; i < r->parts_n; i++)
		buf_printf(out, "%s[%" PRId64 ",%" PRId64 "]", i ? "," : "", r->parts[i].account,
			r->parts[i].ppm);
	buf_add_str(out, "],\"terms\":[");
	for (size_t i = 0; i < r->terms_n; i++)
		buf_printf(out, "%s[%" PRId64 ",%d,%" PRId64 "]", i ? "," : "", r->terms[i].account,
			r->terms[i].no_fee, r->terms[i].donation_ppm);
	buf_add_str(out, "]}");
}

/* ---- reading ---- */

static void set(struct rules *r, const struct number *f, int64_t value)
{
	void *at = (char *)r + f->at;

	switch (f->kind) {
	case A_LONG: *(int64_t *)at = value; break;
	case A_CHOICE:
	case A_COUNT: *(unsigned *)at = (unsigned)value; break;
	case A_FLAG: *(bool *)at = value != 0; break;
	case AN_AMOUNT: *(struct amount *)at = amount_of(value); break;
	}
}

/* A row of so many numbers. */
static bool get_row(const json_t *row, size_t n, int64_t *out)
{
	if (json_array_size(row) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!json_is_integer(json_array_get(row, i)))
			return false;
		out[i] = json_integer_value(json_array_get(row, i));
	}
	return true;
}

static bool get_lists(const json_t *doc, struct rules *r)
{
	const json_t *parts = json_object_get(doc, "recipients"),
		     *terms = json_object_get(doc, "terms");
	int64_t row[3];

	r->parts = NEW_ARRAY(struct rules_part, json_array_size(parts));
	r->terms = NEW_ARRAY(struct reward_terms, json_array_size(terms));
	for (; r->parts_n < json_array_size(parts); r->parts_n++) {
		if (!get_row(json_array_get(parts, r->parts_n), 2, row))
			return false;
		r->parts[r->parts_n] = (struct rules_part){row[0], row[1]};
	}
	for (; r->terms_n < json_array_size(terms); r->terms_n++) {
		if (!get_row(json_array_get(terms, r->terms_n), 3, row))
			return false;
		r->terms[r->terms_n] = (struct reward_terms){row[0], row[1] != 0, row[2]};
	}
	return json_is_array(parts) && json_is_array(terms);
}

static bool get_numbers(const json_t *doc, struct rules *r)
{
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		int64_t value;

		if (!json_get_i64(doc, numbers[i].name, &value))
			return false;
		set(r, &numbers[i], value);
	}
	return r->reward.scheme >= REWARD_PROP && r->reward.scheme <= REWARD_ESMPPS;
}

enum err rules_read(const char *text, struct rules *out, struct why *why)
{
	struct rules r = {0};
	int64_t format = 0;
	json_t *doc = NULL;
	enum err err = json_read(text, strlen(text), &doc, why);

	if (err || !json_get_i64(doc, "format", &format))
		err = err_fail(why, ERR_CORRUPT, "the rules of a round cannot be read");
	else if (format > FORMAT)
		err = err_fail(why, ERR_VERSION,
			"the rules of a round are of format %" PRId64 ", of a newer program",
			format);
	else if (!get_numbers(doc, &r) || !get_lists(doc, &r))
		err = err_fail(why, ERR_CORRUPT, "the rules of a round lack something");
	json_decref(doc);
	if (err)
		rules_fini(&r);
	else
		*out = r;
	return err;
}
