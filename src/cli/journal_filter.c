/* journal_filter.c -- which records of a journal are wanted. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/journal.h"
#include "journal/reader.h"

static enum err whole(const char *text, const char **out_end, int64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return ERR_SYNTAX;
	*out = strtoll(text, &end, 10);
	*out_end = end;
	return *out > INT64_MAX / 1000 ? ERR_SYNTAX : OK;
}

/* ".123", "Z", both or nothing. */
static enum err fraction(const char *text, int64_t *out_ms)
{
	int64_t scale = 100;

	*out_ms = 0;
	if (*text == '.') {
		if (!isdigit((unsigned char)*++text))
			return ERR_SYNTAX;
		for (; isdigit((unsigned char)*text); text++, scale /= 10)
			*out_ms += (*text - '0') * scale;
	}
	return strcmp(text, "") == 0 || strcmp(text, "Z") == 0 ? OK : ERR_SYNTAX;
}

enum err journal_filter_time(const char *text, int64_t *out_ms)
{
	static const char *const forms[] = {
		"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"};
	const char *end;
	int64_t seconds, ms;

	if (whole(text, &end, &seconds) == OK && !*end) {
		*out_ms = seconds * 1000;
		return OK;
	}
	for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct tm tm = {0};

		end = strptime(text, forms[i], &tm);
		if (end && fraction(end, &ms) == OK) {
			*out_ms = (int64_t)timegm(&tm) * 1000 + ms;
			return OK;
		}
	}
	return ERR_SYNTAX;
}

enum err journal_filter_heights(const char *text, int64_t *out_from, int64_t *out_to)
{
	int64_t from, to;
	const char *end;

	if (whole(text, &end, &from) != OK)
		return ERR_SYNTAX;
	to = from;
	if (*end == '-' && whole(end + 1, &end, &to) != OK)
		return ERR_SYNTAX;
	if (*end || to < from)
		return ERR_SYNTAX;
	*out_from = from;
	*out_to = to;
	return OK;
}

bool journal_filter_takes(const struct journal_filter *f, const struct journal_record *r)
{
	if (r->type == JOURNAL_DAMAGE)
		return true;
	if (r->time_ms < f->from_ms || r->time_ms >= f->to_ms)
		return false;
	if ((int64_t)r->height < f->height_from || (int64_t)r->height > f->height_to)
		return false;
	if (r->type == JOURNAL_HEIGHT)
		return !f->account && !f->worker;
	return (!f->account || strcmp(r->address, f->account) == 0) &&
	       (!f->worker || strcmp(r->worker, f->worker) == 0);
}
