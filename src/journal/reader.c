/*
 * reader.c -- reads a journal's folder back, oldest epoch first.
 *
 * Where a segment ends is told by the one that follows in its epoch (prev_seq): what stands beyond
 * was never recorded. The last segment of an epoch ends at the limit while it is being written, and
 * at its last good record afterwards. Whatever is unreadable before that end is damage.
 */
#include "journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "journal/format_priv.h"

#define READER_MAGIC  0x6b6a7264
#define CHUNK_RECORDS 1024
#define END_UNKNOWN   UINT64_MAX

struct skip {
	uint64_t epoch;
	uint64_t seq;
};

struct names {
	char address[JOURNAL_ADDRESS_MAX + 1];
	char worker[JOURNAL_WORKER_MAX + 1];
};

struct journal_reader {
	uint32_t magic;
	char *dir;
	bool has_limit;
	uint64_t limit_epoch;
	uint64_t limit_seq;
	struct skip *skips;
	size_t skips_n, skips_cap;

	/* the segment at hand; fd -1: none. seq is the last record of the epoch that was passed */
	struct segment_name segment;
	int fd;
	uint64_t seq;
	uint64_t end_seq; /* the segment's last record, or END_UNKNOWN */
	bool end_is_old;  /* the limit has moved since end_seq was looked for */
	bool is_final;    /* there was a later segment: nothing more comes to this one */

	uint8_t *chunk;
	uint64_t chunk_index; /* place in the file of the chunk's first record */
	size_t chunk_n;
	bool has_looked_twice; /* at the record after seq */

	struct names **names; /* [worker] of this epoch; NULL: not seen */
	size_t names_n, names_cap;
	uint32_t part_worker; /* whose names are half read */
	uint8_t part_next;
	uint8_t parts[NAME_PARTS_MAX * NAME_PART_BYTES];
	char text[160];
};

/* ---- the settings ---- */

enum err journal_reader_open(const char *dir, struct journal_reader **out, struct why *why)
{
	struct journal_reader *r = NEW(struct journal_reader);

	r->magic = READER_MAGIC;
	r->dir = str_dup(dir);
	r->fd = -1;
	r->chunk = mem_alloc(CHUNK_RECORDS * RECORD_BYTES);
	*out = r;
	return OK;
}

static void forget_names(struct journal_reader *r)
{
	for (size_t i = 0; i < r->names_n; i++)
		free(r->names[i]);
	r->names_n = 0;
	r->part_worker = 0;
}

void journal_reader_close(struct journal_reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	forget_names(r);
	free(r->names);
	free(r->skips);
	free(r->chunk);
	free(r->dir);
	free(r);
}

void journal_reader_look_again(struct journal_reader *r)
{
	r->end_is_old = true;
	r->chunk_n = 0;
}

void journal_reader_set_limit(struct journal_reader *r, uint64_t epoch, uint64_t committed)
{
	r->has_limit = true;
	r->limit_epoch = epoch;
	r->limit_seq = committed;
	journal_reader_look_again(r); /* what was reserved space has been written since */
}

void journal_reader_skip(struct journal_reader *r, uint64_t epoch, uint64_t seq)
{
	r->skips = array_grow(r->skips, r->skips_n, &r->skips_cap, sizeof *r->skips);
	r->skips[r->skips_n++] = (struct skip){epoch, seq};
}

static const struct skip *skip_of(const struct journal_reader *r, uint64_t epoch)
{
	for (size_t i = 0; i < r->skips_n; i++)
		if (r->skips[i].epoch == epoch)
			return &r->skips[i];
	return NULL;
}

enum err journal_reader_epochs(
	struct journal_reader *r, struct journal_epoch **out, size_t *out_n, struct why *why)
{
	struct journal_epoch *epochs = NULL;
	struct segment_name *all;
	size_t n, epochs_n = 0, cap = 0;
	enum err err = segment_list(r->dir, &all, &n, why);

	if (err != OK)
		return err;
	for (size_t i = 0; i < n; i++) {
		if (i && all[i].epoch == all[i - 1].epoch)
			continue;
		epochs = array_grow(epochs, epochs_n, &cap, sizeof *epochs);
		epochs[epochs_n++] = (struct journal_epoch){all[i].epoch, all[i].node_id};
	}
	free(all);
	*out = epochs;
	*out_n = epochs_n;
	return OK;
}

/* ---- single records of the segment at hand ---- */

static uint64_t limit_of(const struct journal_reader *r, uint64_t epoch)
{
	return r->has_limit && epoch == r->limit_epoch ? r->limit_seq : UINT64_MAX;
}

static uint64_t index_of(const struct journal_reader *r, uint64_t seq)
{
	return seq - r->segment.first_seq + 1;
}

enum found { FOUND_GOOD, FOUND_BAD, FOUND_END };

static enum err read_at(struct journal_reader *r, uint64_t index, struct record *out,
	enum found *found, struct why *why)
{
	const uint8_t *bytes;

	if (index < r->chunk_index || index >= r->chunk_index + r->chunk_n) {
		ssize_t n = pread(r->fd, r->chunk, CHUNK_RECORDS * RECORD_BYTES,
			(off_t)(index * RECORD_BYTES));

		if (n < 0)
			return err_fail(
				why, ERR_IO, "cannot read the journal: %s", strerror(errno));
		r->chunk_index = index;
		r->chunk_n = (size_t)n / RECORD_BYTES;
	}
	if (index >= r->chunk_index + r->chunk_n) {
		*found = FOUND_END;
		return OK;
	}
	bytes = r->chunk + (index - r->chunk_index) * RECORD_BYTES;
	*found = record_decode(bytes, out) && segment_record_is(&r->segment, index, out)
			 ? FOUND_GOOD
			 : FOUND_BAD;
	return OK;
}

/* The first good record at or after `from` and not beyond `last`; 0 when there is none. */
static enum err find_good(
	struct journal_reader *r, uint64_t from, uint64_t last, uint64_t *out_seq, struct why *why)
{
	enum found found = FOUND_BAD;
	struct record record;
	enum err err = OK;

	*out_seq = 0;
	for (uint64_t seq = from; seq <= last && found == FOUND_BAD; seq++) {
		err = read_at(r, index_of(r, seq), &record, &found, why);
		if (err != OK)
			return err;
		if (found == FOUND_GOOD)
			*out_seq = seq;
	}
	return OK;
}

/* ---- from segment to segment ---- */

/* The place in all[n] of the first segment after the one at hand. */
static size_t next_in_list(const struct journal_reader *r, const struct segment_name *all, size_t n)
{
	size_t i = 0;

	while (i < n && (all[i].epoch < r->segment.epoch ||
				(all[i].epoch == r->segment.epoch &&
					all[i].first_seq <= r->segment.first_seq)))
		i++;
	return i;
}

static uint64_t end_of(const struct journal_reader *r, const struct segment_name *all, size_t n,
	size_t next, uint64_t epoch)
{
	return next < n && all[next].epoch == epoch ? segment_prev_seq(r->dir, &all[next])
						    : END_UNKNOWN;
}

static enum err refresh_end(struct journal_reader *r, struct why *why)
{
	struct segment_name *all;
	size_t n;
	enum err err = segment_list(r->dir, &all, &n, why);

	if (err != OK)
		return err;
	r->end_seq = end_of(r, all, n, next_in_list(r, all, n), r->segment.epoch);
	r->end_is_old = false;
	free(all);
	return OK;
}

static void damage(struct journal_reader *r, uint64_t from, uint64_t through, const char *what,
	struct journal_record *out)
{
	snprintf(r->text, sizeof r->text,
		"epoch %" PRIu64 ", records %" PRIu64 " to %" PRIu64 ": %s", r->segment.epoch, from,
		through, what);
	*out = (struct journal_record){
		.type = JOURNAL_DAMAGE,
		.node_id = r->segment.node_id,
		.epoch = r->segment.epoch,
		.seq = through,
		.lost = through - from + 1,
		.text = r->text,
	};
	r->seq = through;
}

/* Begin with `s`; its epoch may be a new one. */
static enum err enter(struct journal_reader *r, const struct segment_name *s, uint64_t prev_seq,
	uint64_t end_seq, bool *out_gap, struct journal_record *out, struct why *why)
{
	const struct skip *skip = skip_of(r, s->epoch);
	bool is_new_epoch = s->epoch != r->segment.epoch;
	uint64_t known = is_new_epoch ? 0 : r->seq;
	char *path = segment_path(r->dir, s);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*out_gap = false;
	if (fd < 0) {
		enum err err = err_fail(why, ERR_IO, "cannot open %s: %s", path, strerror(errno));

		free(path);
		return err;
	}
	free(path);
	if (r->fd >= 0)
		close(r->fd);
	r->fd = fd;
	r->segment = *s;
	r->end_seq = end_seq;
	r->end_is_old = false;
	r->is_final = false;
	r->chunk_n = 0;
	r->part_worker = 0;
	if (is_new_epoch)
		forget_names(r);
	/* Records that are in the database need not be here; nor those deleted long ago. */
	if (skip && known < skip->seq)
		known = skip->seq;
	if ((skip || !is_new_epoch) && known < prev_seq) {
		damage(r, known + 1, prev_seq, "their file is missing or cut", out);
		*out_gap = true;
	}
	r->seq = s->first_seq - 1; /* in between: never recorded */
	return OK;
}

/* The next segment that has something to give. errs ERR_NOT_FOUND */
static enum err advance(
	struct journal_reader *r, bool *out_gap, struct journal_record *out, struct why *why)
{
	struct segment_name *all;
	size_t n, i;
	enum err err = segment_list(r->dir, &all, &n, why);

	if (err != OK)
		return err;
	err = ERR_NOT_FOUND;
	for (i = next_in_list(r, all, n); i < n && err == ERR_NOT_FOUND; i++) {
		const struct skip *skip = skip_of(r, all[i].epoch);
		uint64_t end = end_of(r, all, n, i + 1, all[i].epoch);

		if (r->has_limit && all[i].epoch > r->limit_epoch)
			break;
		if (skip && end != END_UNKNOWN && end <= skip->seq)
			continue;
		err = enter(r, &all[i], segment_prev_seq(r->dir, &all[i]), end, out_gap, out, why);
	}
	free(all);
	return err;
}

/* The end of the segment at hand was reached. Its writer may have added to it since, before it
 * began the next one: once there is a next one, look a last time. */
static enum err look_a_last_time(struct journal_reader *r, bool *out_again, struct why *why)
{
	struct segment_name *all;
	size_t n;
	enum err err = OK;

	*out_again = false;
	if (r->fd < 0 || r->is_final || r->end_seq != END_UNKNOWN)
		return OK;
	err = segment_list(r->dir, &all, &n, why);
	if (err != OK)
		return err;
	*out_again = r->is_final = next_in_list(r, all, n) < n;
	free(all);
	if (*out_again)
		journal_reader_look_again(r);
	return OK;
}

/* ---- records into what callers get ---- */

static void take_part(struct journal_reader *r, const struct worker_part *part)
{
	struct names *names;

	if (part->part == 0) {
		r->part_worker = part->worker;
		r->part_next = 0;
	}
	if (part->worker != r->part_worker || part->part != r->part_next)
		return;
	memcpy(r->parts + part->part * NAME_PART_BYTES, part->text, NAME_PART_BYTES);
	if (++r->part_next < part->parts)
		return;
	while (r->names_n <= part->worker) {
		r->names = array_grow(r->names, r->names_n, &r->names_cap, sizeof *r->names);
		r->names[r->names_n++] = NULL;
	}
	if (!r->names[part->worker])
		r->names[part->worker] = NEW(struct names);
	names = r->names[part->worker];
	*names = (struct names){0};
	memcpy(names->address, r->parts, part->address_len);
	memcpy(names->worker, r->parts + part->address_len, part->worker_len);
}

/* False when there is nothing in it for the caller. */
static bool give(struct journal_reader *r, const struct record *in, struct journal_record *out)
{
	const struct journal_share *share = &in->share;
	const struct skip *skip = skip_of(r, r->segment.epoch);

	if (in->type == RECORD_WORKER)
		take_part(r, &in->part);
	if (in->type == RECORD_WORKER || (skip && in->seq <= skip->seq))
		return false;
	*out = (struct journal_record){
		.node_id = r->segment.node_id, .epoch = r->segment.epoch, .seq = in->seq};
	if (in->type == RECORD_HEIGHT) {
		out->type = JOURNAL_HEIGHT;
		out->pool = in->height.pool;
		out->height = in->height.height;
		out->time_ms = in->height.time_ms;
		return true;
	}
	if (share->worker >= r->names_n || !r->names[share->worker]) {
		damage(r, in->seq, in->seq, "a share whose worker's name was lost", out);
		return true;
	}
	out->type = JOURNAL_SHARE;
	out->pool = share->pool;
	out->height = share->height;
	out->time_ms = share->time_ms;
	out->work = share->work;
	out->job = share->job;
	out->hash_top = share->hash_top;
	out->is_block = share->is_block;
	out->is_apart = share->is_apart;
	out->address = r->names[share->worker]->address;
	out->worker = r->names[share->worker]->worker;
	return true;
}

enum step { STEP_GIVE, STEP_AGAIN, STEP_NEXT_SEGMENT, STEP_WAIT };

/* The record after r->seq is unreadable: damage, or the end? */
static enum err on_unreadable(
	struct journal_reader *r, enum step *step, struct journal_record *out, struct why *why)
{
	uint64_t limit = limit_of(r, r->segment.epoch), from = r->seq + 1, good;
	uint64_t last = r->end_seq < limit ? r->end_seq : limit;
	const struct skip *skip = skip_of(r, r->segment.epoch);
	enum err err = find_good(r, from, last, &good, why);

	if (err != OK)
		return err;
	*step = STEP_GIVE;
	if (good && !r->has_looked_twice) {
		/* It may be written just now, by another process: then its writer comes to it
		 * before it comes to the good one. */
		r->has_looked_twice = true;
		r->chunk_n = 0;
		*step = STEP_AGAIN;
		return OK;
	}
	r->has_looked_twice = false;
	if (good)
		damage(r, from, good - 1, "unreadable", out);
	else if (last != UINT64_MAX)
		damage(r, from, last, "unreadable", out);
	else
		*step = STEP_NEXT_SEGMENT; /* the torn tail of an epoch that is over */
	if (*step == STEP_GIVE && skip && r->seq <= skip->seq)
		*step = STEP_AGAIN; /* it was reported before */
	return OK;
}

static enum err step_on(
	struct journal_reader *r, enum step *step, struct journal_record *out, struct why *why)
{
	uint64_t next = r->seq + 1;
	struct record record;
	enum found found;
	enum err err = OK;

	if (r->end_is_old)
		err = refresh_end(r, why);
	if (err != OK)
		return err;
	if (next > r->end_seq) {
		*step = STEP_NEXT_SEGMENT;
		return OK;
	}
	if (next > limit_of(r, r->segment.epoch)) {
		*step = STEP_WAIT;
		return OK;
	}
	err = read_at(r, index_of(r, next), &record, &found, why);
	if (err != OK)
		return err;
	if (found != FOUND_GOOD)
		return on_unreadable(r, step, out, why);
	r->has_looked_twice = false;
	r->seq = next;
	*step = give(r, &record, out) ? STEP_GIVE : STEP_AGAIN;
	return OK;
}

enum err journal_reader_next(struct journal_reader *r, struct journal_record *out, struct why *why)
{
	enum step step = r->fd < 0 ? STEP_NEXT_SEGMENT : STEP_AGAIN;
	bool gap = false;
	enum err err;

	for (;;) {
		if (step == STEP_NEXT_SEGMENT) {
			bool again;

			err = look_a_last_time(r, &again, why);
			if (err == OK && !again)
				err = advance(r, &gap, out, why);
			if (err != OK || gap)
				return err;
		}
		err = step_on(r, &step, out, why);
		if (err != OK || step == STEP_GIVE)
			return err;
		if (step == STEP_WAIT)
			return ERR_NOT_FOUND;
	}
}
