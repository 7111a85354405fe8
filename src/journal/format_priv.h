/* format_priv.h -- the bytes of a journal: records, segments and their names.
 * docs/journal-format.md */
#ifndef JOURNAL_FORMAT_PRIV_H
#define JOURNAL_FORMAT_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "journal/inspect.h"
#include "journal/journal.h"

#define RECORD_BYTES     64
#define FORMAT_VERSION   1
#define NAME_PART_BYTES  40 /* of names in one worker record */
#define NAME_PARTS_MAX   4
#define WORKERS_MAX      (1024u * 1024) /* pairs of names in an epoch */
#define SEGMENT_NAME_MAX JOURNAL_FILE_MAX

/* Stored: do not renumber. */
enum record_type {
	RECORD_SEGMENT = 1, /* the first of a file */
	RECORD_WORKER = 2,  /* a part of a worker's names */
	RECORD_SHARE = 3,
	RECORD_HEIGHT = 4,
};

struct segment_head {
	uint32_t node_id;
	uint64_t epoch;
	uint64_t first_seq; /* of the record that follows the head */
	uint64_t prev_seq; /* the last committed one before this segment; in between: never recorded
			    */
	int64_t created_ms;
};

struct worker_part {
	uint32_t worker;
	uint8_t part;
	uint8_t parts;
	uint8_t address_len;
	uint8_t worker_len;
	uint8_t text[NAME_PART_BYTES]; /* of the address and the worker's name, end to end */
};

/* One record, whatever its type. */
struct record {
	enum record_type type;
	uint64_t seq; /* of a head: first_seq */
	union {
		struct segment_head head;
		struct worker_part part;
		struct journal_share share;
		struct {
			uint16_t pool;
			uint32_t height;
			int64_t time_ms;
		} height;
	};
};

/** record_encode(r, out): r into its bytes, checksum included. */
void record_encode(const struct record *r, uint8_t out[RECORD_BYTES]);
/** record_decode(in, out): false when the checksum or anything else is wrong. */
bool record_decode(const uint8_t in[RECORD_BYTES], struct record *out);

/** worker_parts(address_len, worker_len): how many worker records the names take. */
unsigned worker_parts(unsigned address_len, unsigned worker_len);

/* A file of the folder, as its name tells. */
struct segment_name {
	uint64_t epoch;
	uint64_t first_seq;
	uint32_t node_id;
};

const char *segment_name_text(const struct segment_name *s, char text[SEGMENT_NAME_MAX]);
/** segment_list(dir, out, out_n, why): all segments, by epoch, then seq; the caller frees *out. An
 * absent folder has none. */
enum err segment_list(
	const char *dir, struct segment_name **out, size_t *out_n, struct why *why) MUST_CHECK;
/** segment_path(dir, s): the caller frees it. */
char *segment_path(const char *dir, const struct segment_name *s);

/** segment_record_is(s, index, r): r is what must stand at this place: its head at index 0, after
 * it records that are numbered without a gap. */
bool segment_record_is(const struct segment_name *s, uint64_t index, const struct record *r);

/** segment_prev_seq(dir, s): the last record committed before this segment, as its head tells;
 * when the head is unreadable, the highest that it can be. */
uint64_t segment_prev_seq(const char *dir, const struct segment_name *s);

/** err_from_errno(e): ERR_FULL for the ways in which a disk is full, else ERR_IO. */
enum err err_from_errno(int e);

#endif
