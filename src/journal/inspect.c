/*
 * inspect.c -- a journal's folder file by file: what is in it, and what is wrong with it.
 *
 * Where a file ends is told by the one that follows in its epoch, as for the reader. The last one
 * of an epoch ends at its last good record: what is unreadable after it was never acknowledged.
 */
#include "journal/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "journal/format_priv.h"

#define CHUNK_RECORDS 4096
#define END_UNKNOWN   UINT64_MAX

/* Bad records in a row: a fault if something good follows, or must follow. */
struct bad_run {
	uint64_t seq; /* of the first */
	uint64_t n;
	char text[96];
};

struct inspection {
	const struct journal_inspector *to;
	const char *dir;
	uint8_t *chunk;

	/* of the file at hand */
	const struct segment_name *name;
	struct journal_segment out;
	uint64_t end_seq; /* its last record, or END_UNKNOWN */
	uint64_t next_seq;
	uint64_t written_bytes; /* what is beyond is the zeroes of reserved space */
	struct bad_run run;

	/* of the epoch: workers whose names were seen */
	struct worker_parts_seen {
		uint32_t worker;
		uint8_t next;
	} part;
	bool *is_named;
	size_t named_n, named_cap;
};

static bool is_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

static void add_capped(int64_t *sum, int64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = INT64_MAX;
}

static void report(
	struct inspection *in, uint64_t offset, uint64_t seq, uint64_t records, const char *text)
{
	struct journal_fault fault = {in->out.file, offset, in->out.epoch, seq, records, text};

	in->out.bad += records;
	if (in->to->on_fault)
		in->to->on_fault(in->to->ctx, &fault);
}

static uint64_t offset_of(const struct inspection *in, uint64_t seq)
{
	return (seq - in->name->first_seq + 1) * RECORD_BYTES;
}

/* ---- single records ---- */

/* What is wrong with the record that should have this place. */
static void describe(
	const uint8_t *bytes, const struct record *r, bool is_record, uint64_t seq, char text[96])
{
	if (is_zero(bytes, RECORD_BYTES))
		snprintf(text, 96, "zeroes instead of a record");
	else if (get_le32(bytes) != crc32c(0, bytes + 4, RECORD_BYTES - 4))
		snprintf(text, 96, "its checksum is wrong");
	else if (!is_record)
		snprintf(text, 96, "its checksum is right, but no record of type %u looks so",
			bytes[4]);
	else if (r->type == RECORD_SEGMENT)
		snprintf(text, 96, "the head of a file in the middle of it");
	else
		snprintf(text, 96, "record %" PRIu64 " stands in the place of %" PRIu64, r->seq,
			seq);
}

static void take_part(struct inspection *in, const struct worker_part *part)
{
	if (part->part == 0)
		in->part = (struct worker_parts_seen){part->worker, 0};
	if (part->worker != in->part.worker || part->part != in->part.next)
		return;
	if (++in->part.next < part->parts)
		return;
	while (in->named_n <= part->worker) {
		in->is_named =
			array_grow(in->is_named, in->named_n, &in->named_cap, sizeof *in->is_named);
		in->is_named[in->named_n++] = false;
	}
	in->is_named[part->worker] = true;
}

static void take_share(struct inspection *in, const struct record *r)
{
	const struct journal_share *share = &r->share;
	struct journal_segment *out = &in->out;

	if (share->worker >= in->named_n || !in->is_named[share->worker]) {
		report(in, offset_of(in, r->seq), r->seq, 1, "a share whose worker's name is lost");
		return;
	}
	out->shares++;
	add_capped(&out->work, share->work);
	if (out->shares == 1 || share->time_ms < out->from_ms)
		out->from_ms = share->time_ms;
	if (out->shares == 1 || share->time_ms > out->through_ms)
		out->through_ms = share->time_ms;
}

static void end_run(struct inspection *in)
{
	if (in->run.n)
		report(in, offset_of(in, in->run.seq), in->run.seq, in->run.n, in->run.text);
	in->run.n = 0;
}

static void take_record(struct inspection *in, const uint8_t *bytes)
{
	uint64_t seq = in->next_seq++;
	struct record r;
	bool is_record = record_decode(bytes, &r);

	if (!is_record || !segment_record_is(in->name, seq - in->name->first_seq + 1, &r)) {
		if (in->run.n++ == 0) {
			in->run.seq = seq;
			describe(bytes, &r, is_record, seq, in->run.text);
		}
		return;
	}
	end_run(in);
	in->out.records++;
	in->out.last_seq = seq;
	if (r.type == RECORD_WORKER)
		take_part(in, &r.part);
	if (r.type == RECORD_SHARE)
		take_share(in, &r);
}

static void take_head(struct inspection *in, const uint8_t *bytes)
{
	struct record r;

	if (!record_decode(bytes, &r) || !segment_record_is(in->name, 0, &r))
		report(in, 0, 0, 0, "the head of the file is unreadable");
}

/* ---- one file ---- */

/* bytes[len] at this offset of the file, which is a multiple of a record. */
static void take_bytes(struct inspection *in, uint64_t offset, const uint8_t *bytes, size_t len)
{
	for (size_t at = 0; at < len; at += RECORD_BYTES) {
		size_t n = len - at < RECORD_BYTES ? len - at : RECORD_BYTES;

		if (!is_zero(bytes + at, n))
			in->written_bytes = offset + at + n;
		if (n < RECORD_BYTES || (offset + at && in->next_seq > in->end_seq))
			continue; /* a part of a record, or beyond the end */
		if (offset + at == 0)
			take_head(in, bytes);
		else
			take_record(in, bytes + at);
	}
}

static enum err read_file(struct inspection *in, int fd, struct why *why)
{
	uint64_t at = 0;
	ssize_t n;

	while ((n = pread(fd, in->chunk, CHUNK_RECORDS * RECORD_BYTES, (off_t)at)) > 0) {
		take_bytes(in, at, in->chunk, (size_t)n);
		at += (uint64_t)n;
		if (n % RECORD_BYTES)
			break;
	}
	in->out.size_bytes = at;
	return n < 0 ? err_fail(why, ERR_IO, "cannot read %s: %s", in->out.file, strerror(errno))
		     : OK;
}

/* After the last byte: what should have been there, and what should not. */
static void end_file(struct inspection *in)
{
	uint64_t last = in->out.last_seq, end_bytes;

	if (in->out.size_bytes < RECORD_BYTES)
		report(in, 0, 0, 0, "the file has no head");
	if (in->end_seq == END_UNKNOWN) {
		in->run.n = 0; /* torn */
	} else {
		end_run(in);
		last = in->next_seq - 1;
		if (last < in->end_seq)
			report(in, offset_of(in, in->next_seq), in->next_seq, in->end_seq - last,
				"missing: the file ends here, and the next one begins later");
	}
	end_bytes = offset_of(in, last + 1);
	if (in->written_bytes > end_bytes)
		in->out.torn_bytes = in->written_bytes - end_bytes;
}

static enum err inspect_file(struct inspection *in, const struct segment_name *name,
	uint64_t end_seq, bool is_new_epoch, struct why *why)
{
	char *path = segment_path(in->dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err err;

	in->name = name;
	in->out = (struct journal_segment){.node_id = name->node_id,
		.epoch = name->epoch,
		.first_seq = name->first_seq,
		.last_seq = name->first_seq - 1};
	segment_name_text(name, in->out.file);
	in->end_seq = end_seq;
	in->next_seq = name->first_seq;
	in->written_bytes = 0;
	in->run.n = 0;
	in->part = (struct worker_parts_seen){0};
	if (is_new_epoch)
		in->named_n = 0;
	err = fd < 0 ? err_fail(why, ERR_IO, "cannot open %s: %s", path, strerror(errno))
		     : read_file(in, fd, why);
	if (fd >= 0)
		close(fd);
	free(path);
	if (err == OK)
		end_file(in);
	return err;
}

enum err journal_inspect(const char *dir, const struct journal_inspector *to, struct why *why)
{
	struct inspection in = {.to = to, .dir = dir};
	struct segment_name *all;
	size_t n;
	enum err err = segment_list(dir, &all, &n, why);

	if (err != OK)
		return err;
	in.chunk = mem_alloc(CHUNK_RECORDS * RECORD_BYTES);
	for (size_t i = 0; i < n && err == OK; i++) {
		bool has_next = i + 1 < n && all[i + 1].epoch == all[i].epoch;
		uint64_t end = has_next ? segment_prev_seq(dir, &all[i + 1]) : END_UNKNOWN;

		err = inspect_file(
			&in, &all[i], end, i == 0 || all[i - 1].epoch != all[i].epoch, why);
		if (err == OK && all[i].node_id != all[0].node_id)
			report(&in, 0, 0, 0, "the file is of another node than the first one");
		if (err == OK && to->on_segment)
			to->on_segment(to->ctx, &in.out);
	}
	free(in.is_named);
	free(in.chunk);
	free(all);
	return err;
}
