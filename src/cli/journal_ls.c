/* journal_ls.c -- `kozan journal ls|verify`: the files of a journal, and what is wrong in them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/journal.h"
#include "journal/inspect.h"
#include "store/store_slot.h"

/* ---- ls ---- */

struct list {
	const struct journal_call *call;
	struct store *store; /* NULL: what is in the database is not known */
	struct buf json;
	enum err err; /* of the database */
	struct why why;
	unsigned files;
};

static const char *state_text(struct list *l, const struct journal_segment *s)
{
	int64_t cursor = 0;

	if (s->last_seq < s->first_seq)
		return "empty";
	if (l->store && !l->err)
		l->err = store_slot_cursor(
			l->store, s->node_id, (int64_t)s->epoch, &cursor, &l->why);
	if (!l->store || l->err)
		return "unknown";
	if ((uint64_t)cursor >= s->last_seq)
		return "flushed";
	return (uint64_t)cursor >= s->first_seq ? "partly" : "waiting";
}

static void list_json(struct list *l, const struct journal_segment *s, const char *state)
{
	buf_printf(&l->json,
		"%s{\"file\":\"%s\",\"node\":%" PRIu32 ",\"epoch\":%" PRIu64
		",\"first_seq\":%" PRIu64 ",\"last_seq\":%" PRIu64 ",\"records\":%" PRIu64
		",\"shares\":%" PRIu64 ",\"work\":%" PRId64 ",\"bytes\":%" PRIu64
		",\"from_ms\":%" PRId64 ",\"through_ms\":%" PRId64
		",\"state\":\"%s\",\"bad\":%" PRIu64 ",\"torn_bytes\":%" PRIu64 "}",
		l->files ? "," : "", s->file, s->node_id, s->epoch, s->first_seq, s->last_seq,
		s->records, s->shares, s->work, s->size_bytes, s->from_ms, s->through_ms, state,
		s->bad, s->torn_bytes);
}

static void print_span(const struct journal_segment *s)
{
	char from[CLOCK_TEXT_MAX], through[CLOCK_TEXT_MAX];

	if (s->shares)
		printf("  %.19s  %.19s", clock_text(s->from_ms, from),
			clock_text(s->through_ms, through));
	else
		printf("  %-19s  %-19s", "-", "-");
}

static void list_segment(void *ctx, const struct journal_segment *s)
{
	struct list *l = ctx;
	const char *state = state_text(l, s);

	if (l->call->is_json) {
		list_json(l, s, state);
	} else {
		printf("%-39s %4" PRIu32 " %6" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64
		       " %10" PRIu64 " %16" PRId64 " %10" PRIu64,
			s->file, s->node_id, s->epoch, s->first_seq, s->last_seq, s->records,
			s->shares, s->work, s->size_bytes);
		print_span(s);
		printf("  %s", state);
		if (s->torn_bytes)
			printf(", torn: %" PRIu64 " bytes", s->torn_bytes);
		if (s->bad)
			printf(", DAMAGED: %" PRIu64 " records", s->bad);
		putchar('\n');
	}
	l->files++;
}

int cli_journal_ls(const struct journal_call *call)
{
	struct list l = {.call = call};
	struct journal_inspector to = {NULL, list_segment, &l};
	struct why why = {0};
	enum err e = OK;

	if (call->conf) {
		e = cli_store_open(call->conf, &l.store, &why);
		if (e)
			fprintf(stderr,
				"kozan journal: %s; so what is in the database is not known\n",
				why.text[0] ? why.text : err_text(e));
		if (e) {
			store_close(l.store);
			l.store = NULL;
		}
	}
	if (!call->is_json)
		printf("%-39s %4s %6s %10s %10s %10s %10s %16s %10s  %-19s  %-19s  %s\n", "file",
			"node", "epoch", "first", "last", "records", "shares", "work", "bytes",
			"from (UTC)", "to", "state");
	e = journal_inspect(call->dir, &to, &why);
	if (call->is_json)
		printf("[%s]\n", buf_str(&l.json));
	if (l.err)
		fprintf(stderr, "kozan journal: %s; so what is in the database is not known\n",
			l.why.text[0] ? l.why.text : err_text(l.err));
	store_close(l.store);
	buf_free(&l.json);
	return e ? cli_journal_say(e, &why) : CLI_OK;
}

/* ---- verify ---- */

struct proof {
	bool is_bad;
	struct journal_fault first;
	char first_file[JOURNAL_FILE_MAX], first_text[128];
	uint64_t faults, bad_records, files, bad_files;
	uint64_t records, shares, bytes, torn_bytes;
	int64_t work;
};

static void prove_fault(void *ctx, const struct journal_fault *fault)
{
	struct proof *p = ctx;

	p->faults++;
	p->bad_records += fault->records;
	if (p->is_bad)
		return;
	p->is_bad = true;
	p->first = *fault;
	str_copy(p->first_file, sizeof p->first_file, fault->file);
	str_copy(p->first_text, sizeof p->first_text, fault->text);
}

static void prove_segment(void *ctx, const struct journal_segment *s)
{
	struct proof *p = ctx;

	p->files++;
	p->bad_files += s->bad > 0;
	p->records += s->records;
	p->shares += s->shares;
	p->bytes += s->size_bytes;
	p->torn_bytes += s->torn_bytes;
	if (__builtin_add_overflow(p->work, s->work, &p->work))
		p->work = INT64_MAX;
}

static void print_proof(const struct proof *p)
{
	if (p->is_bad) {
		printf("BAD  %s, offset %" PRIu64, p->first_file, p->first.offset);
		if (p->first.seq)
			printf(", record %" PRIu64 ".%" PRIu64, p->first.epoch, p->first.seq);
		printf(": %s\n", p->first_text);
		if (p->first.records > 1)
			printf("     and the %" PRIu64 " records after it\n", p->first.records - 1);
		if (p->faults > 1)
			printf("     and in %" PRIu64 " other places\n", p->faults - 1);
		printf("%" PRIu64 " record%s lost.\n", p->bad_records,
			p->bad_records == 1 ? " is" : "s are");
	}
	printf("%" PRIu64 " record%s good in %" PRIu64 " file%s: %" PRIu64 " shares, work %" PRId64
	       "; %" PRIu64 " bytes were read.\n",
		p->records, p->records == 1 ? " is" : "s are", p->files, p->files == 1 ? "" : "s",
		p->shares, p->work, p->bytes);
	if (p->torn_bytes)
		printf("%" PRIu64 " bytes after the ends of files were never acknowledged; they do "
		       "not count.\n",
			p->torn_bytes);
}

static void print_proof_json(const struct proof *p)
{
	struct buf out = {0};

	buf_printf(&out,
		"{\"ok\":%s,\"files\":%" PRIu64 ",\"records\":%" PRIu64 ",\"shares\":%" PRIu64
		",\"work\":%" PRId64 ",\"bytes\":%" PRIu64 ",\"torn_bytes\":%" PRIu64
		",\"faults\":%" PRIu64 ",\"bad_records\":%" PRIu64 ",\"first\":",
		p->is_bad ? "false" : "true", p->files, p->records, p->shares, p->work, p->bytes,
		p->torn_bytes, p->faults, p->bad_records);
	if (p->is_bad) {
		buf_printf(&out,
			"{\"file\":\"%s\",\"offset\":%" PRIu64 ",\"epoch\":%" PRIu64
			",\"seq\":%" PRIu64 ",\"records\":%" PRIu64 ",\"text\":",
			p->first_file, p->first.offset, p->first.epoch, p->first.seq,
			p->first.records);
		buf_add_json_str(&out, p->first_text);
		buf_add_str(&out, "}");
	} else {
		buf_add_str(&out, "null");
	}
	buf_add_str(&out, "}");
	puts(buf_str(&out));
	buf_free(&out);
}

int cli_journal_verify(const struct journal_call *call)
{
	struct proof p = {0};
	struct journal_inspector to = {prove_fault, prove_segment, &p};
	struct why why = {0};
	enum err e = journal_inspect(call->dir, &to, &why);

	if (e)
		return cli_journal_say(e, &why);
	if (call->is_json)
		print_proof_json(&p);
	else
		print_proof(&p);
	return p.is_bad ? CLI_FAILED : CLI_OK;
}
