/* block_priv.h -- for those who change a block's state inside a larger transaction. */
#ifndef STORE_BLOCK_PRIV_H
#define STORE_BLOCK_PRIV_H

#include "store/store_block.h"

/** block_expect(st, id, state, out, why): take the turn (sql_turn()); the block, which must be in
 * this state.
 *   errs  ERR_CONFLICT */
enum err block_expect(struct store *st, int64_t id, enum store_block_state state,
	struct store_block *out, struct why *why) MUST_CHECK;
/** block_move(st, block, to, confirmations, why): the one place that changes a state. */
enum err block_move(struct store *st, const struct store_block *block, enum store_block_state to,
	int64_t confirmations, struct why *why) MUST_CHECK;

/** block_closed_through(st, pool, out, why): the greatest height whose work is paid: work that
 * comes late counts above it. */
enum err block_closed_through(
	struct store *st, int64_t pool, int64_t *out, struct why *why) MUST_CHECK;

const char *block_state_text(enum store_block_state state);

#endif
