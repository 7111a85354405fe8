/* check.h -- the findings of `kozan check`, and the checks themselves. Private to cli. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "base/err.h"
#include "base/json.h"

struct conf;

enum check_mark { CHECK_OK, CHECK_WARN, CHECK_FAIL };

struct check_report {
	json_t *lines; /* [{mark, what, text}] */
	bool is_json;  /* collect only; else each line is printed at once */
	bool has_failed;
};

/** check_add(r, mark, what, fmt, ...): one finding: what was looked at, and a sentence on it. */
void check_add(struct check_report *r, enum check_mark mark, const char *what, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/** check_machine(r, conf): folder, files, ports, database. BLOCKS */
void check_machine(struct check_report *r, const struct conf *conf);
/** check_coin(r, conf): daemons, templates, clocks, wallets of every pool. BLOCKS for seconds. */
void check_coin(struct check_report *r, const struct conf *conf);

#endif
