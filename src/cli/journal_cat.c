/* journal_cat.c -- `kozan journal cat|export`: the records of a journal, one per line. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/journal.h"
#include "journal/reader.h"

#define FOLLOW_MS 200

typedef void print_fn(const struct journal_record *r, struct buf *out);

static void print_text(const struct journal_record *r, struct buf *out)
{
	char when[CLOCK_TEXT_MAX];

	if (r->type == JOURNAL_DAMAGE) {
		buf_printf(out, "DAMAGE  %" PRIu64 " record%s lost: %s\n", r->lost,
			r->lost == 1 ? "" : "s", r->text);
		return;
	}
	buf_printf(out, "%s  %" PRIu64 ".%" PRIu64 "  pool %u  height %" PRIu32,
		clock_text(r->time_ms, when), r->epoch, r->seq, r->pool, r->height);
	if (r->type == JOURNAL_HEIGHT)
		buf_add_str(out, "  no work below this height from here on\n");
	else
		buf_printf(out, "  %s%s%s  work %" PRId64 "  job %" PRIx32 "%s%s\n", r->address,
			r->worker[0] ? "." : "", r->worker, r->work, r->job,
			r->is_apart ? "  solo" : "", r->is_block ? "  BLOCK" : "");
}

static void print_json(const struct journal_record *r, struct buf *out)
{
	char when[CLOCK_TEXT_MAX];

	buf_printf(out,
		"{\"type\":\"%s\",\"node\":%" PRIu32 ",\"epoch\":%" PRIu64 ",\"seq\":%" PRIu64,
		r->type == JOURNAL_SHARE    ? "share"
		: r->type == JOURNAL_HEIGHT ? "height"
					    : "damage",
		r->node_id, r->epoch, r->seq);
	if (r->type == JOURNAL_DAMAGE) {
		buf_printf(out, ",\"lost\":%" PRIu64 ",\"text\":", r->lost);
		buf_add_json_str(out, r->text);
		buf_add_str(out, "}\n");
		return;
	}
	buf_printf(out, ",\"time\":\"%s\",\"time_ms\":%" PRId64 ",\"pool\":%u,\"height\":%" PRIu32,
		clock_text(r->time_ms, when), r->time_ms, r->pool, r->height);
	if (r->type == JOURNAL_SHARE) {
		buf_add_str(out, ",\"account\":");
		buf_add_json_str(out, r->address);
		buf_add_str(out, ",\"worker\":");
		buf_add_json_str(out, r->worker);
		buf_printf(out,
			",\"work\":%" PRId64 ",\"job\":\"%" PRIx32 "\",\"hash_top\":\"%016" PRIx64
			"\",\"is_block\":%s,\"is_solo\":%s",
			r->work, r->job, r->hash_top, r->is_block ? "true" : "false",
			r->is_apart ? "true" : "false");
	}
	buf_add_str(out, "}\n");
}

/* RFC 4180: in quotes when it must be, and quotes doubled. */
static void add_csv(struct buf *out, const char *text)
{
	if (!strpbrk(text, "\",\r\n")) {
		buf_add_str(out, text);
		return;
	}
	buf_add_u8(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_u8(out, '"');
		buf_add_u8(out, (uint8_t)*text);
	}
	buf_add_u8(out, '"');
}

#define CSV_HEADER                                                                                 \
	"time,time_ms,node,epoch,seq,pool,height,account,worker,work,job,hash_top,is_block,is_"    \
	"solo\r\n"

static void print_csv(const struct journal_record *r, struct buf *out)
{
	char when[CLOCK_TEXT_MAX];

	buf_printf(out, "%s,%" PRId64 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%u,%" PRIu32 ",",
		clock_text(r->time_ms, when), r->time_ms, r->node_id, r->epoch, r->seq, r->pool,
		r->height);
	add_csv(out, r->address);
	buf_add_u8(out, ',');
	add_csv(out, r->worker);
	buf_printf(out, ",%" PRId64 ",%" PRIx32 ",%016" PRIx64 ",%d,%d\r\n", r->work, r->job,
		r->hash_top, r->is_block, r->is_apart);
}

struct walk {
	const struct journal_call *call;
	print_fn *print;
	bool only_shares; /* damage goes to standard error instead */
	uint64_t lost;
};

static void take(struct walk *w, const struct journal_record *r, struct buf *line)
{
	if (!journal_filter_takes(&w->call->filter, r))
		return;
	if (r->type == JOURNAL_DAMAGE)
		w->lost += r->lost;
	if (w->only_shares && r->type == JOURNAL_DAMAGE)
		fprintf(stderr, "kozan journal: %s\n", r->text);
	if (w->only_shares && r->type != JOURNAL_SHARE)
		return;
	buf_clear(line);
	w->print(r, line);
	fwrite(line->data, 1, line->len, stdout);
}

/* Until the end; following, until nobody listens any more. */
static enum err walk(struct walk *w, struct why *why)
{
	struct journal_record record;
	struct journal_reader *r;
	struct buf line = {0};
	enum err e = journal_reader_open(w->call->dir, &r, why);

	while (!e && !ferror(stdout)) {
		e = journal_reader_next(r, &record, why);
		if (!e)
			take(w, &record, &line);
		if (e == ERR_NOT_FOUND && w->call->is_follow) {
			e = OK;
			fflush(stdout);
			clock_sleep_ms(FOLLOW_MS);
			journal_reader_look_again(r);
		}
	}
	journal_reader_close(r);
	buf_free(&line);
	return e == ERR_NOT_FOUND ? OK : e;
}

static int run(struct walk *w)
{
	struct why why = {0};
	enum err e = walk(w, &why);

	if (e)
		return cli_journal_say(e, &why);
	if (fflush(stdout) || ferror(stdout))
		return CLI_FAILED;
	return CLI_OK;
}

int cli_journal_cat(const struct journal_call *call)
{
	struct walk w = {.call = call, .print = call->is_json ? print_json : print_text};

	return run(&w);
}

int cli_journal_export(const struct journal_call *call)
{
	struct walk w = {
		.call = call, .print = call->is_csv ? print_csv : print_json, .only_shares = true};
	int code;

	if (call->is_csv)
		fputs(CSV_HEADER, stdout);
	code = run(&w);
	if (w.lost)
		fprintf(stderr, "kozan journal: %" PRIu64 " records are lost: see verify\n",
			w.lost);
	return w.lost ? CLI_FAILED : code;
}
