/* check.c -- `kozan check`: the configuration, then the world that it speaks of. */
#include "cli/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "conf/conf.h"

static const char *const marks[] = {
	[CHECK_OK] = "ok", [CHECK_WARN] = "warn", [CHECK_FAIL] = "FAIL"};

void check_add(struct check_report *r, enum check_mark mark, const char *what, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (mark == CHECK_FAIL)
		r->has_failed = true;
	if (!r->is_json) {
		printf("%-4s  %s: %s\n", marks[mark], what, buf_str(&text));
		fflush(stdout);
	}
	json_array_append_new(r->lines, json_pack("{s:s, s:s, s:s}", "mark", marks[mark], "what",
						what, "text", buf_str(&text)));
	buf_free(&text);
}

static void add_problem(struct check_report *r, const struct conf_problem *p)
{
	enum check_mark mark = p->is_note ? CHECK_WARN : CHECK_FAIL;

	if (p->line)
		check_add(r, mark, "config", "%s:%u: %s", p->file, p->line, p->text);
	else
		check_add(r, mark, "config", "%s: %s", p->file, p->text);
}

static struct conf *check_conf(struct check_report *r, const char *path)
{
	struct conf_errors errors = {0};
	struct conf *conf = NULL;
	enum err e = conf_load(path, &conf, &errors);

	for (size_t i = 0; i < errors.count; i++)
		add_problem(r, &errors.list[i]);
	if (e && !r->has_failed)
		check_add(r, CHECK_FAIL, "config", "%s: %s", path, err_text(e));
	if (!e)
		check_add(r, CHECK_OK, "config", "%s can be used", path);
	conf_errors_fini(&errors);
	return e ? NULL : conf;
}

int cli_check(int argc, char **argv)
{
	const char *path = NULL;
	struct check_report r = {0};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &path},
		{"json", 'j', CLI_FLAG, &r.is_json},
	};
	struct conf *conf;
	int first;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (first < argc || !path)
		return cli_usage("check",
			path ? "takes options only" : "-c FILE is needed: the configuration");
	r.lines = json_array();
	conf = check_conf(&r, path);
	if (conf) {
		check_machine(&r, conf);
		check_coin(&r, conf);
	}
	conf_free(conf);
	if (r.is_json) {
		json_dumpf(r.lines, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		puts(r.has_failed ? "\nSomething must be mended before the pool can run."
				  : "\nThe pool can run.");
	}
	json_decref(r.lines);
	return r.has_failed ? CLI_FAILED : CLI_OK;
}
