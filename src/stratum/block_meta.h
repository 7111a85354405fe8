/* block_meta.h -- what the database must know of a found block, kept as JSON text with the block in
 * the outbox. */
#ifndef STRATUM_BLOCK_META_H
#define STRATUM_BLOCK_META_H

#include "store/store_block.h"

struct share;

/** block_meta_text(share, id, node_id): the caller frees it. id  of the block, internal order */
char *block_meta_text(const struct share *share, const uint8_t id[32], unsigned node_id);

/**
 * block_meta_read(text, out, outputs, n): back from it; pool and submit_result are left empty. What
 * an earlier version has written is fine.
 *   outputs  what the coinbase pays to others than the pool; the caller frees them, on success
 *   errs     ERR_CORRUPT
 */
enum err block_meta_read(const char *text, struct store_block *out, struct store_output **outputs,
	size_t *n) MUST_CHECK;

#endif
