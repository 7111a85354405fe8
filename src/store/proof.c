/* proof.c -- what was published of each closed round. */
#include <inttypes.h>

#include "base/mem.h"
#include "store/block_priv.h"
#include "store/sql_priv.h"
#include "store/store_block.h"
#include "store/store_proof.h"

static enum err expect_closed(struct store *st, const struct store_proof *proof, struct why *why)
{
	struct store_block block;
	enum err err = store_block_get(st, proof->block, &block, why);

	if (err != OK)
		return err;
	if ((block.state != STORE_BLOCK_IMMATURE && block.state != STORE_BLOCK_MATURE) ||
		block.closed_ms != proof->closed_ms)
		return err_fail(why, ERR_CONFLICT,
			"the round of height %" PRId64 " is no longer closed as it was",
			block.height);
	return OK;
}

static enum err put(struct store *st, void *ctx, struct why *why)
{
	const struct store_proof *proof = ctx;
	enum err err = sql_turn(st, why);

	if (err == OK)
		err = expect_closed(st, proof, why);
	if (err == OK)
		err = sql_run(st, "DELETE FROM round_proof WHERE block_id = ?",
			BINDS(INT(proof->block)), why);
	if (err == OK)
		err = sql_run(st,
			"INSERT INTO round_proof (block_id, closed_ms, id, text)"
			" VALUES (?, ?, ?, ?)",
			BINDS(INT(proof->block), INT(proof->closed_ms), TEXT(proof->id),
				TEXT(proof->text)),
			why);
	return err;
}

enum err store_proof_put(struct store *st, const struct store_proof *proof, struct why *why)
{
	return sql_transaction(st, put, (void *)(uintptr_t)proof, why);
}

static void read_proof(const struct sql *q, void *row)
{
	struct store_proof *p = row;

	p->block = sql_int(q, 0);
	p->closed_ms = sql_int(q, 1);
	str_copy(p->id, sizeof p->id, sql_str(q, 2));
	p->text = str_dup(sql_str(q, 3));
}

enum err store_proof_get(struct store *st, int64_t block, struct store_proof *out, struct why *why)
{
	static const struct sql_type proof_row = {sizeof(struct store_proof), read_proof, NULL};

	return sql_get(st, &proof_row,
		"SELECT p.block_id, p.closed_ms, p.id, p.text FROM round_proof p"
		" JOIN block b ON b.id = p.block_id AND b.closed_ms = p.closed_ms"
		" WHERE p.block_id = ?",
		BINDS(INT(block)), out, why);
}
