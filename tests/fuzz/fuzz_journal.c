/*
 * fuzz_journal.c -- journals of any content. The input becomes the files of a folder; what the
 * reader gives back is in order and agrees with what the inspection counts, and nothing is read
 * twice.
 *
 * Of each file four bytes: epoch, first number, records, bytes after them; then the records. In the
 * place of a record's checksum stand three flags: bit 0 asks for the right checksum, bit 1 for the
 * right number, bit 2 for a head that belongs to the file.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_journal.c LIBRARIES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "journal/format_priv.h"
#include "journal/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES_MAX 6

struct input {
	const uint8_t *at;
	size_t left;
};

struct sums {
	uint64_t shares, lost;
	int64_t work;
};

static char dir[64];

static void clean_up(void)
{
	char *command = str_printf("rm -rf %s", dir);
	int ignored __attribute__((unused)) = system(command);

	free(command);
}

static void make_dir(void)
{
	snprintf(dir, sizeof dir, "/dev/shm/kozan-fuzz-journal-%d", (int)getpid());
	if (mkdir(dir, 0700) == 0)
		atexit(clean_up);
}

/* ---- single records ---- */

/* What is taken is written the same way again. */
static void check_record(const uint8_t bytes[RECORD_BYTES])
{
	uint8_t again[RECORD_BYTES];
	struct record r, r2;
	bool ok;

	if (!record_decode(bytes, &r))
		return;
	record_encode(&r, again);
	ok = record_decode(again, &r2);
	assert(ok && memcmp(&r, &r2, sizeof r) == 0);
}

static void mend(const struct segment_name *name, uint64_t index, uint8_t bytes[RECORD_BYTES])
{
	unsigned flags = bytes[0];

	if (flags & 4) {
		memcpy(bytes + 16, "kozanjnl", 8);
		put_le32(bytes + 24, name->node_id);
		put_le64(bytes + 32, name->epoch);
	}
	if (flags & 2)
		put_le64(bytes + 8, name->first_seq + (index ? index - 1 : 0));
	if (flags & 1)
		put_le32(bytes, crc32c(0, bytes + 4, RECORD_BYTES - 4));
}

/* ---- the folder ---- */

static size_t take(struct input *in, void *out, size_t len)
{
	size_t n = len < in->left ? len : in->left;

	if (n)
		memcpy(out, in->at, n);
	in->at += n;
	in->left -= n;
	return n;
}

/* The next file of the input, written to the folder; false when there is none. */
static bool put_file(struct input *in, char **out_path)
{
	uint8_t head[4], bytes[RECORD_BYTES];
	struct segment_name name;
	FILE *f;

	if (take(in, head, sizeof head) < sizeof head)
		return false;
	name = (struct segment_name){head[0] % 4u + 1, head[1] + 1u, 7};
	*out_path = segment_path(dir, &name);
	f = fopen(*out_path, "w");
	assert(f);
	for (uint64_t i = 0; i < head[2]; i++) {
		if (take(in, bytes, sizeof bytes) < sizeof bytes)
			break;
		mend(&name, i, bytes);
		check_record(bytes);
		fwrite(bytes, 1, sizeof bytes, f);
	}
	fwrite(bytes, 1, take(in, bytes, head[3] % RECORD_BYTES), f);
	fclose(f);
	return true;
}

/* ---- reading ---- */

static void add_capped(int64_t *sum, int64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = INT64_MAX;
}

static void on_segment(void *ctx, const struct journal_segment *s)
{
	struct sums *sums = ctx;

	sums->shares += s->shares;
	sums->lost += s->bad;
	add_capped(&sums->work, s->work);
}

static void on_fault(void *ctx, const struct journal_fault *fault)
{
	assert(fault->file[0] && fault->text[0]);
}

static void read_all(struct journal_reader *r, struct sums *sums)
{
	struct journal_record record;
	uint64_t epoch = 0, seq = 0;
	enum err err;

	while ((err = journal_reader_next(r, &record, NULL)) == OK) {
		assert(record.epoch > epoch || (record.epoch == epoch && record.seq > seq));
		epoch = record.epoch;
		seq = record.seq;
		if (record.type == JOURNAL_SHARE) {
			assert(record.work > 0 && strlen(record.address) <= JOURNAL_ADDRESS_MAX &&
				strlen(record.worker) <= JOURNAL_WORKER_MAX);
			sums->shares++;
			add_capped(&sums->work, record.work);
		}
		if (record.type == JOURNAL_DAMAGE) {
			assert(record.text[0]);
			sums->lost += record.lost;
		}
	}
	assert(err == ERR_NOT_FOUND);
}

static void check_folder(uint64_t epoch, uint64_t seq)
{
	struct sums inspected = {0}, read = {0}, rest = {0};
	struct journal_inspector to = {on_fault, on_segment, &inspected};
	struct journal_reader *r;
	enum err err = journal_inspect(dir, &to, NULL);

	assert(err == OK);
	err = journal_reader_open(dir, &r, NULL);
	assert(err == OK);
	read_all(r, &read);
	assert(read.shares == inspected.shares && read.lost == inspected.lost);
	assert(read.work == inspected.work || read.work == INT64_MAX ||
		inspected.work == INT64_MAX);
	journal_reader_look_again(r);
	read_all(r, &rest); /* nothing more has come */
	assert(rest.shares == 0 && rest.lost == 0);
	journal_reader_close(r);
	/* As a node does that goes on from what the database has. */
	err = journal_reader_open(dir, &r, NULL);
	assert(err == OK);
	journal_reader_skip(r, epoch, seq);
	journal_reader_set_limit(r, epoch + 1, seq);
	read_all(r, &rest);
	journal_reader_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *paths[FILES_MAX];
	unsigned n = 0;

	make_dir();
	while (n < FILES_MAX && put_file(&in, &paths[n]))
		n++;
	check_folder(size % 5, size % 31);
	while (n--) {
		unlink(paths[n]);
		free(paths[n]);
	}
	return 0;
}
