/*
 * divide.h -- a block's credits from its rules and the work that the database has: to close its
 * round, and to prove later that it was closed so.
 */
#ifndef LEDGER_DIVIDE_H
#define LEDGER_DIVIDE_H

#include "ledger/rules.h"
#include "store/store_block.h"
#include "store/store_ledger.h"

/**
 * divide_block(st, block, rules, round, why): who gets how much.
 *   rules   afterwards without the terms of accounts that do not matter
 *   round   from and work are read; reward, fee, reserve, scheme and credits are filled in.
 *           round->credits, by account, is the caller's to free
 */
enum err divide_block(struct store *st, const struct store_block *block, struct rules *rules,
	struct store_round *round, struct why *why) MUST_CHECK;

#endif
