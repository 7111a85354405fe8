/* slots.h -- journal records of one batch, summed up into slots. */
#ifndef STRATUM_SLOTS_H
#define STRATUM_SLOTS_H

#include <stddef.h>

#include "base/map.h"
#include "journal/reader.h"
#include "store/store_slot.h"

enum { SLOTS_POOLS_MAX = 16 };

/* Zero-initialise. Records of one epoch only. */
struct slots {
	struct map *index; /* key -> slot number + 1 */
	struct store_slot_add *list;
	size_t count, cap;
	struct store_flushed flushed[SLOTS_POOLS_MAX];
	size_t flushed_count;
	uint64_t epoch;
	uint64_t last_seq; /* of the last record added */
	size_t records;
};

/** slots_add(s, record, pool): add a share or a height; pool is the database's id for record->pool.
 */
void slots_add(struct slots *s, const struct journal_record *record, int64_t pool);
void slots_clear(struct slots *s);

#endif
