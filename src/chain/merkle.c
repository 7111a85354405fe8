#include "chain/merkle.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sha256.h"

static void join(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t pair[64];

	memcpy(pair, left, 32);
	memcpy(pair + 32, right, 32);
	sha256d(pair, sizeof(pair), out);
}

/*
 * level holds one row of the tree without its first node, which depends on the coinbase. The first
 * of level is that node's sibling and joins the branch; the others pair up into the next row.
 */
enum err merkle_branch_of(const uint8_t (*txids)[32], size_t n, struct merkle_branch *out)
{
	uint8_t(*level)[32];

	if (n >= (size_t)1 << MERKLE_BRANCH_MAX)
		return ERR_LIMIT;
	level = (void *)NEW_ARRAY(uint8_t, 32 * n);
	if (n > 0)
		memcpy(level, txids, 32 * n);
	out->count = 0;
	while (n > 0) {
		size_t pairs = n / 2; /* an odd row's last node pairs with itself */

		memcpy(out->hash[out->count++], level[0], 32);
		for (size_t i = 0; i < pairs; i++) {
			size_t left = 1 + 2 * i, right = left + 1 < n ? left + 1 : left;

			join(level[left], level[right], level[i]);
		}
		n = pairs;
	}
	free(level);
	return OK;
}

void merkle_fold(
	const struct merkle_branch *branch, const uint8_t coinbase_txid[32], uint8_t out[32])
{
	memmove(out, coinbase_txid, 32);
	for (unsigned i = 0; i < branch->count; i++)
		join(out, branch->hash[i], out);
}
