/*
 * count.h -- the counters of count.tbl. One struct per loop, written by its thread only; others
 * read them at any time, a moment late.
 */
#ifndef STRATUM_COUNT_H
#define STRATUM_COUNT_H

#include <stdatomic.h>
#include <stdint.h>

#include "stratum/verdict.h"

struct counts {
#define COUNT(name, metric, labels, text) atomic_uint_fast64_t name;
#include "stratum/count.tbl"
#undef COUNT
};

/* The same of one pool, for who asks about that. */
struct pool_counts {
	atomic_uint_fast64_t accepted, rejected, work, blocks;
};

/* One writer, so a relaxed load and store is enough, and cheaper than a locked add. */
#define count_add(counts, name, n)                                                                 \
	atomic_store_explicit(&(counts)->name,                                                     \
		atomic_load_explicit(&(counts)->name, memory_order_relaxed) + (uint64_t)(n),       \
		memory_order_relaxed)
#define count_one(counts, name)  count_add(counts, name, 1)
#define count_read(counts, name) atomic_load_explicit(&(counts)->name, memory_order_relaxed)

/** count_verdict(c, v): the counter that verdict.tbl names for it. */
static inline void count_verdict(struct counts *c, enum verdict v)
{
	switch (v) {
#define VERDICT(name, number, code, counter, text)                                                 \
	case VERDICT_##name:                                                                       \
		count_one(c, counter);                                                             \
		break;
#include "stratum/verdict.tbl"
#undef VERDICT
	case VERDICT_COUNT_: break;
	}
}

#endif
