/*
 * reader.h -- reads a journal's folder back, oldest epoch first, while it is being written or not.
 *
 * Thread:  a reader belongs to one thread; it BLOCKS on the disk.
 */
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct journal_reader; /* in reader.c */

enum journal_record_type {
	JOURNAL_SHARE,
	JOURNAL_HEIGHT, /* pool, height: no work below this height follows */
	JOURNAL_DAMAGE, /* `lost` records could not be read; `text` says where */
};

struct journal_record {
	enum journal_record_type type;
	uint32_t node_id; /* of the segment */
	uint64_t epoch;
	uint64_t seq; /* the ticket; of a damage: the last record that it covers */
	uint16_t pool;
	uint32_t height;
	int64_t time_ms;
	/* JOURNAL_SHARE only */
	int64_t work;
	uint32_t job;
	uint64_t hash_top;
	bool is_block;
	bool is_apart;       /* as in struct journal_share */
	const char *address; /* borrowed until the next call */
	const char *worker;
	/* JOURNAL_DAMAGE only */
	uint64_t lost;
	const char *text; /* borrowed until the next call */
};

/** journal_reader_open(dir, out, why): an empty or absent folder is fine. */
enum err journal_reader_open(
	const char *dir, struct journal_reader **out, struct why *why) MUST_CHECK;
void journal_reader_close(struct journal_reader *r);

/**
 * journal_reader_set_limit(r, epoch, committed): the epoch being written now is read up to its
 * committed record, earlier ones whole, later ones not at all. Without a limit all is read.
 */
void journal_reader_set_limit(struct journal_reader *r, uint64_t epoch, uint64_t committed);

/** journal_reader_look_again(r): after ERR_NOT_FOUND without a limit, when another process may have
 * written more. */
void journal_reader_look_again(struct journal_reader *r);

/* One epoch that has files in the folder. */
struct journal_epoch {
	uint64_t epoch;
	uint32_t node_id;
};

/** journal_reader_epochs(r, out, out_n, why): ascending; the caller frees *out with free(). */
enum err journal_reader_epochs(struct journal_reader *r, struct journal_epoch **out, size_t *out_n,
	struct why *why) MUST_CHECK;

/** journal_reader_skip(r, epoch, seq): records of this epoch up to seq are not given back (they
 * are in the database); tell before the first journal_reader_next(). */
void journal_reader_skip(struct journal_reader *r, uint64_t epoch, uint64_t seq);

/**
 * journal_reader_next(r, out, why): the next record in (epoch, seq) order.
 *   errs   ERR_NOT_FOUND nothing more up to the limit; ask again after it has moved. ERR_IO
 */
enum err journal_reader_next(
	struct journal_reader *r, struct journal_record *out, struct why *why) MUST_CHECK;

#endif
