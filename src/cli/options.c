/* options.c -- reading the options of a subcommand; messages that say what was meant. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"

#define OPTIONS_MAX 32
#define WORD_MAX    32 /* longer words are not compared */

int cli_usage(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "kozan%s%s: ", command ? " " : "", command ? command : "");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry \"kozan %s%s\".\n", command ? "help " : "help",
		command ? command : "");
	return CLI_USAGE;
}

/* Edits (insert, delete, replace) that turn a into b. */
static unsigned edits(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	unsigned row[WORD_MAX + 1];

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return UINT_MAX;
	for (unsigned j = 0; j <= b_len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b_len; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *cli_nearest(
	const char *word, const char *(*next)(const void *ctx, unsigned idx), const void *ctx)
{
	unsigned limit = strlen(word) <= 3 ? 2 : 3; /* edits at which a name is no longer near */
	const char *best = NULL, *name;

	for (unsigned i = 0; (name = next(ctx, i)); i++) {
		unsigned n = edits(word, name);

		if (n < limit) {
			limit = n;
			best = name;
		}
	}
	return best;
}

struct option_names {
	const struct cli_option *options;
	unsigned count;
};

static const char *option_name(const void *ctx, unsigned idx)
{
	const struct option_names *names = ctx;

	return idx < names->count ? names->options[idx].name : NULL;
}

static enum err report_unknown(
	const char *command, const char *word, const struct cli_option *options, unsigned count)
{
	struct option_names names = {options, count};
	const char *near = NULL;
	char bare[WORD_MAX + 1];
	size_t len;

	if (strncmp(word, "--", 2) == 0) {
		len = strcspn(word + 2, "=");
		if (len <= WORD_MAX) {
			memcpy(bare, word + 2, len);
			bare[len] = '\0';
			near = cli_nearest(bare, option_name, &names);
		}
	}
	if (near)
		cli_usage(command, "unknown option %s; did you mean --%s?", word, near);
	else
		cli_usage(command, "unknown option %s", word);
	return ERR_INVALID;
}

static enum err set_number(const char *command, const struct cli_option *o, const char *text)
{
	char *end;

	errno = 0;
	if (o->kind == CLI_INT) {
		long long v = strtoll(text, &end, 10);

		if (errno || end == text || *end || v < o->min || v > o->max)
			goto bad;
		*(int64_t *)o->out = v;
	} else {
		double v = strtod(text, &end);

		if (errno || end == text || *end || !isfinite(v) || v < (double)o->min ||
			v > (double)o->max)
			goto bad;
		*(double *)o->out = v;
	}
	return OK;
bad:
	cli_usage(command, "--%s takes a number from %lld to %lld, not \"%s\"", o->name,
		(long long)o->min, (long long)o->max, text);
	return ERR_INVALID;
}

static enum err set_value(const char *command, const struct cli_option *o, const char *text)
{
	struct cli_list *list;

	switch (o->kind) {
	case CLI_FLAG: *(bool *)o->out = true; return OK;
	case CLI_TEXT: *(const char **)o->out = text; return OK;
	case CLI_INT:
	case CLI_REAL: return set_number(command, o, text);
	case CLI_LIST:
		list = o->out;
		if (list->count == ARRAY_LEN(list->items)) {
			cli_usage(command, "--%s is given too often", o->name);
			return ERR_LIMIT;
		}
		list->items[list->count++] = text;
		return OK;
	}
	return ERR_INVALID;
}

enum err cli_options(
	int argc, char **argv, const struct cli_option *options, unsigned count, int *out_first)
{
	struct option longs[OPTIONS_MAX + 1] = {0};
	char shorts[2 * OPTIONS_MAX + 2] = ":";
	size_t len = 1;
	int got, idx = 0;

	assert(count <= OPTIONS_MAX);
	for (unsigned i = 0; i < count; i++) {
		bool takes_value = options[i].kind != CLI_FLAG;

		longs[i] = (struct option){options[i].name, takes_value, NULL, (int)(256 + i)};
		if (options[i].letter) {
			shorts[len++] = options[i].letter;
			if (takes_value)
				shorts[len++] = ':';
		}
	}
	optind = 0; /* glibc: start afresh */
	opterr = 0;
	while ((got = getopt_long(argc, argv, shorts, longs, &idx)) != -1) {
		unsigned i = 0;

		if (got == ':') {
			cli_usage(argv[0], "%s needs a value", argv[optind - 1]);
			return ERR_INVALID;
		}
		if (got == '?')
			return report_unknown(argv[0], argv[optind - 1], options, count);
		if (got >= 256)
			i = (unsigned)got - 256;
		else
			while (options[i].letter != got)
				i++;
		enum err e = set_value(argv[0], &options[i], optarg);
		if (e)
			return e;
	}
	*out_first = optind;
	return OK;
}
