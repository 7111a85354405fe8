/*
 * outbox_priv.h -- found blocks on disk: one file per block, <id>.block, written atomically.
 *
 * Line 1 is JSON: format (1), pool, id, prev, height, created_ms, verdict, daemon, answer, crc32c
 * of line 2, meta. Line 2 is the block in hexadecimal digits.
 */
#ifndef COIND_OUTBOX_PRIV_H
#define COIND_OUTBOX_PRIV_H

#include "base/err.h"
#include "base/thread.h"
#include "coind/submit.h"

/* What a file holds. */
struct outbox_entry {
	uint8_t id[32];
	uint8_t prev[32];
	uint32_t height;
	int64_t created_ms; /* wall clock */
	enum submit_verdict verdict;
	char daemon[64];
	char answer[128];
	char *hex;  /* the block */
	char *meta; /* "" none */
};

void outbox_entry_fini(struct outbox_entry *e);

/** outbox_write(dir, pool, entry, why): make or replace its file, durably. errs ERR_FULL, ERR_IO */
enum err outbox_write(const char *dir, const char *pool, const struct outbox_entry *e,
	struct why *why) MUST_CHECK BLOCKS;

/** outbox_remove(dir, id, why): a file that is not there is fine. errs ERR_IO */
enum err outbox_remove(const char *dir, const uint8_t id[32], struct why *why) MUST_CHECK BLOCKS;

/**
 * outbox_list(dir, pool, take, ctx, why): read all files of this pool; makes dir if need be.
 *   take  called for each entry, which it takes over
 *   errs  ERR_IO the folder; a damaged file is renamed to <name>.damaged and told by why with OK
 */
enum err outbox_list(const char *dir, const char *pool,
	void (*take)(void *ctx, struct outbox_entry *e), void *ctx,
	struct why *why) MUST_CHECK BLOCKS;

#endif
