/* journal.h -- the verbs of `kozan journal`. Private to cli. */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct conf;
struct journal_record;

/* Which records are wanted. */
struct journal_filter {
	int64_t from_ms, to_ms; /* from <= time < to */
	int64_t height_from, height_to;
	const char *account, *worker; /* NULL: any */
};

struct journal_call {
	char *dir;         /* the folder with the files */
	struct conf *conf; /* NULL: none was given */
	bool is_json;
	bool is_csv;    /* export */
	bool is_follow; /* cat */
	bool is_dry;    /* replay */
	int64_t node;   /* replay: whose journal it is; -1: as its folder says */
	struct journal_filter filter;
};

/* The verbs return an exit code. */
int cli_journal_ls(const struct journal_call *call);
int cli_journal_verify(const struct journal_call *call);
int cli_journal_cat(const struct journal_call *call);
int cli_journal_export(const struct journal_call *call);
int cli_journal_replay(const struct journal_call *call);

/** cli_journal_say(e, why): report a failure on standard error; returns CLI_FAILED. */
int cli_journal_say(enum err e, const struct why *why);

/* ---- journal_filter.c ---- */

/** journal_filter_time(text, out_ms): "2026-11-22", "2026-11-22T19:27", "…:25", "…:25.123", with or
 * without Z, always UTC; or seconds since 1970. errs ERR_SYNTAX */
enum err journal_filter_time(const char *text, int64_t *out_ms) MUST_CHECK;
/** journal_filter_heights(text, out_from, out_to): "105" or "100-105". errs ERR_SYNTAX */
enum err journal_filter_heights(const char *text, int64_t *out_from, int64_t *out_to) MUST_CHECK;
/** journal_filter_takes(f, record): damage is always taken; heights unless an account or a worker
 * is asked for. */
bool journal_filter_takes(const struct journal_filter *f, const struct journal_record *record);

#endif
