/* types.c -- the types of keys: from the text in the file to the field of a struct. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chain/difficulty.h"
#include "conf/conf.h"
#include "conf/table_priv.h"

/* ---- numbers: each has a function from text to int64_t, also used for the table's limits ---- */

typedef enum err number_fn(const char *text, int64_t *out, struct why *why);

static enum err whole(const char *text, int64_t *out, struct why *why)
{
	int64_t n = 0;

	if (!*text)
		return err_fail(why, ERR_SYNTAX, "needs a whole number");
	for (const char *p = text; *p; p++) {
		if (!isdigit((unsigned char)*p))
			return err_fail(why, ERR_SYNTAX, "\"%s\" is not a whole number", text);
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return err_fail(why, ERR_RANGE, "%s is too large", text);
	}
	*out = n;
	return OK;
}

/* A decimal number times 10^8. */
static enum err decimal(const char *text, int64_t *out, struct why *why)
{
	struct amount a;

	switch (amount_parse(text, &a)) {
	case OK: *out = amount_units(a); return OK;
	case ERR_RANGE: return err_fail(why, ERR_RANGE, "%s is too large or too exact", text);
	default: return err_fail(why, ERR_SYNTAX, "\"%s\" is not a number", text);
	}
}

static enum err duration(const char *text, int64_t *out, struct why *why)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	size_t digits = strspn(text, "0123456789");
	char number[16];
	int64_t n;

	if (digits == 0 || digits >= sizeof(number))
		return err_fail(why, ERR_SYNTAX,
			"\"%s\" is not a duration: write 500ms, 2s, 10m, 1h or 7d", text);
	memcpy(number, text, digits);
	number[digits] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(text + digits, units[i].unit) == 0 && whole(number, &n, why) == OK &&
			!__builtin_mul_overflow(n, units[i].ms, out))
			return OK;
	}
	return err_fail(why, ERR_SYNTAX, "\"%s\" needs a unit: %sms, %ss, %sm, %sh or %sd", text,
		number, number, number, number, number);
}

static enum err size(const char *text, int64_t *out, struct why *why)
{
	static const char units[] = "KMGT";
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] ? strchr(units, text[digits]) : NULL;
	int64_t scale = unit ? 1LL << (10 * (unit - units + 1)) : 1;
	char number[16];
	int64_t n;

	if (digits == 0 || digits >= sizeof(number) || (!unit && strcmp(text, "0") != 0) ||
		(unit && text[digits + 1]))
		return err_fail(
			why, ERR_SYNTAX, "\"%s\" is not a size: write 64K, 64M, 10G or 1T", text);
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (whole(number, &n, why) != OK || __builtin_mul_overflow(n, scale, out))
		return err_fail(why, ERR_RANGE, "%s is too large", text);
	return OK;
}

/* Millionths: a number with up to six decimals. */
static enum err factor(const char *text, int64_t *out, struct why *why)
{
	int64_t n;
	enum err err = decimal(text, &n, why);

	if (err == OK && n % 100 != 0)
		return err_fail(why, ERR_RANGE, "%s has more than six decimals", text);
	if (err == OK)
		*out = n / 100;
	return err;
}

/* "1.5%" or "1.5", in millionths. */
static enum err percent(const char *text, int64_t *out, struct why *why)
{
	size_t len = strcspn(text, " %");
	char number[32];
	int64_t n;
	enum err err;

	if (len >= sizeof(number) ||
		(text[len] && strcmp(text + strspn(text + len, " ") + len, "%")))
		return err_fail(why, ERR_SYNTAX, "\"%s\" is not a percentage", text);
	memcpy(number, text, len);
	number[len] = '\0';
	err = decimal(number, &n, why);
	if (err == OK && n % 10000 != 0)
		return err_fail(why, ERR_RANGE, "%s has more than four decimals", text);
	if (err == OK)
		*out = n / 10000;
	return err;
}

static enum err read_number(const struct conf_key *key, number_fn *number, const char *text,
	int64_t *out, struct why *why)
{
	int64_t n, limit;
	enum err err = number(text, &n, why);

	if (err != OK)
		return err;
	if (key->min[0] && number(key->min, &limit, NULL) == OK && n < limit)
		return err_fail(why, ERR_RANGE, "%s is less than %s", text, key->min);
	if (key->max[0] && number(key->max, &limit, NULL) == OK && n > limit)
		return err_fail(why, ERR_RANGE, "%s is more than %s", text, key->max);
	*out = n;
	return OK;
}

static enum err read_count(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	int64_t n;
	enum err err = read_number(key, whole, text, &n, why);

	assert(key->size == sizeof(unsigned) && key->max[0]);
	if (err == OK)
		*(unsigned *)field = (unsigned)n;
	return err;
}

static enum err read_port(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	int64_t n;
	enum err err = read_number(key, whole, text, &n, why);

	if (err == OK)
		*(uint16_t *)field = (uint16_t)n;
	return err;
}

static enum err read_duration(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return read_number(key, duration, text, field, why);
}

static enum err read_size(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return read_number(key, size, text, field, why);
}

static enum err read_percent(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return read_number(key, percent, text, field, why);
}

static enum err read_factor(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return read_number(key, factor, text, field, why);
}

static enum err read_amount(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	int64_t units;
	enum err err = read_number(key, decimal, text, &units, why);

	if (err == OK)
		*(struct amount *)field = amount_of(units);
	return err;
}

/* The work is computed later, when the coin is known. */
static enum err read_difficulty(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	struct conf_difficulty *d = field;
	int64_t any;

	switch (difficulty_to_work(text, 0, 32, &any)) {
	case OK: break;
	case ERR_RANGE: return err_fail(why, ERR_RANGE, "must be more than 0");
	default: return err_fail(why, ERR_SYNTAX, "\"%s\" is not a number", text);
	}
	if (!str_copy(d->text, sizeof(d->text), text))
		return err_fail(why, ERR_SYNTAX, "\"%s\" is too long", text);
	return OK;
}

/* ---- words ---- */

static enum err read_flag(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (unsigned value = 0; value < 2; value++) {
			if (strcasecmp(text, words[i][value]) == 0) {
				*(bool *)field = value;
				return OK;
			}
		}
	}
	return err_fail(why, ERR_SYNTAX, "\"%s\" is neither true nor false", text);
}

static enum err read_choice(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	const char *names[16] = {NULL};
	const char *nearest;
	struct buf all = {0};
	unsigned n = 0;

	assert(key->size == sizeof(int));
	for (const struct conf_word *w = key->words; w->name; w++) {
		if (strcmp(text, w->name) == 0) {
			*(int *)field = w->value;
			buf_free(&all);
			return OK;
		}
		assert(n < ARRAY_LEN(names));
		names[n++] = w->name;
		buf_printf(&all, "%s%s", all.len ? ", " : "", w->name);
	}
	nearest = conf_nearest(text, names, n);
	err_fail(why, ERR_INVALID, "\"%s\" is not one of %s%s%s%s", text, buf_str(&all),
		nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	buf_free(&all);
	return ERR_INVALID;
}

/* ---- text ---- */

static enum err check_text(const struct conf_key *key, const char *text, struct why *why)
{
	size_t len = strlen(text);
	int64_t limit;

	if (len == 0 && (!key->fallback || (key->min[0] && strcmp(key->min, "0") != 0)))
		return err_fail(why, ERR_INVALID, "needs a value");
	if (key->max[0] && whole(key->max, &limit, NULL) == OK && len > (size_t)limit)
		return err_fail(why, ERR_LIMIT, "has %zu bytes, %s are allowed", len, key->max);
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_fail(why, ERR_INVALID, "has a control character in it");
	}
	return OK;
}

static void put_text(void *field, const char *text)
{
	free(*(char **)field);
	*(char **)field = str_dup(text);
}

static enum err read_text(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	enum err err = check_text(key, text, why);

	if (err == OK)
		put_text(field, text);
	return err;
}

static enum err read_chars(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	enum err err = check_text(key, text, why);

	if (err != OK)
		return err;
	if (!str_copy(field, key->size, text))
		return err_fail(why, ERR_LIMIT, "is too long");
	return OK;
}

static enum err read_name(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	enum err err = check_text(key, text, why);

	if (err != OK)
		return err;
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return err_fail(
			why, ERR_INVALID, "\"%s\" may have only a-z, 0-9 and - in it", text);
	put_text(field, text);
	return OK;
}

static enum err read_url(const struct conf_key *key, const char *text, void *field, struct why *why)
{
	enum err err = check_text(key, text, why);
	const char *host = NULL;
	size_t len = strlen(text), host_len;

	if (err != OK)
		return err;
	if (len == 0) {
		put_text(field, text);
		return OK;
	}
	if (strncmp(text, "http://", 7) == 0)
		host = text + 7;
	else if (strncmp(text, "https://", 8) == 0)
		host = text + 8;
	if (!host)
		return err_fail(
			why, ERR_SYNTAX, "\"%s\" must begin with http:// or https://", text);
	host_len = strcspn(host, "/?#");
	if (memchr(host, '@', host_len))
		return err_fail(why, ERR_SYNTAX,
			"user and password do not belong in the URL but in keys of their own");
	if (host_len == 0 || host[0] == ':' || strpbrk(text, " \"<>"))
		return err_fail(why, ERR_SYNTAX, "\"%s\" is not a URL", text);
	put_text(field, text);
	if (text[len - 1] == '/')
		(*(char **)field)[len - 1] = '\0';
	return OK;
}

static enum err check_name(void *ctx, char *part, struct why *why)
{
	if (part[strspn(part, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return err_fail(why, ERR_INVALID, "\"%s\" is not a name: a-z, 0-9 and -", part);
	return OK;
}

/* "ltc,doge" */
static enum err read_names(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	enum err err = conf_each_part(text, why, check_name, NULL);

	if (err == OK)
		put_text(field, text);
	return err;
}

/* "06:00,18:30" */
static enum err read_times(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	struct conf_times times = {0};
	int used;

	for (const char *p = text; *p; p += used, p += *p == ',') {
		unsigned hour, minute;

		used = 0;
		if (sscanf(p, "%2u:%2u%n", &hour, &minute, &used) != 2 || used < 4 || hour > 23 ||
			minute > 59 || (p[used] && p[used] != ','))
			return err_fail(
				why, ERR_SYNTAX, "needs times of day: [\"06:00\", \"18:30\"]");
		if (times.n == CONF_TIMES_MAX)
			return err_fail(why, ERR_LIMIT, "more than %d times", CONF_TIMES_MAX);
		times.minutes[times.n++] = (uint16_t)(hour * 60 + minute);
	}
	*(struct conf_times *)field = times;
	return OK;
}

const struct conf_type conf_text = {"text", CONF_SCALAR, true, false, read_text};
const struct conf_type conf_secret = {"secret", CONF_SCALAR, true, false, read_text};
const struct conf_type conf_name = {"name", CONF_SCALAR, true, false, read_name};
const struct conf_type conf_path = {"path", CONF_SCALAR, true, true, read_text};
const struct conf_type conf_folder = {"path", CONF_SCALAR, true, true, read_text};
const struct conf_type conf_url = {"URL", CONF_SCALAR, true, false, read_url};
const struct conf_type conf_flag = {"true or false", CONF_SCALAR, false, false, read_flag};
const struct conf_type conf_count = {"number", CONF_SCALAR, false, false, read_count};
const struct conf_type conf_duration = {"duration", CONF_SCALAR, false, false, read_duration};
const struct conf_type conf_size = {"size", CONF_SCALAR, false, false, read_size};
const struct conf_type conf_percent = {"percentage", CONF_SCALAR, false, false, read_percent};
const struct conf_type conf_factor = {"decimal", CONF_SCALAR, false, false, read_factor};
const struct conf_type conf_amount = {"coins", CONF_SCALAR, false, false, read_amount};
const struct conf_type conf_difficulty = {"difficulty", CONF_SCALAR, false, false, read_difficulty};
const struct conf_type conf_names = {"list of names", CONF_LIST, true, false, read_names};
const struct conf_type conf_times = {"list of times", CONF_LIST, false, false, read_times};
const struct conf_type conf_choice = {"choice", CONF_SCALAR, false, false, read_choice};
const struct conf_type conf_chars = {"text", CONF_SCALAR, false, false, read_chars};
const struct conf_type conf_port = {"number", CONF_SCALAR, false, false, read_port};
