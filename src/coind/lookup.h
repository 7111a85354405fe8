/*
 * lookup.h -- what a daemon knows about a block or the network, in one call each.
 *
 * Thread:  that of the struct coind.
 */
#ifndef COIND_LOOKUP_H
#define COIND_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"
#include "coind/coind.h"

enum lookup_place {
	LOOKUP_UNKNOWN, /* the daemon has never seen the block */
	LOOKUP_SIDE,    /* known, but not in its best chain: an orphan, so far */
	LOOKUP_IN_CHAIN,
};

struct lookup_block {
	enum lookup_place place;
	uint32_t height;        /* of the block; 0 when unknown */
	uint32_t confirmations; /* 1: it is the tip; 0 unless in chain */
	uint32_t tip_height;    /* of the daemon's best chain, asked after the block */
};

/**
 * lookup_block(d, id, out, error): where a block stands.
 *   id    internal order
 *   errs  those of coind_call()
 */
enum err lookup_block(struct coind *d, const uint8_t id[32], struct lookup_block *out,
	struct coind_error *error) MUST_CHECK BLOCKS;

struct lookup_chain {
	char chain[32];      /* "main", "test", "regtest" */
	uint32_t height;     /* of the best block */
	uint32_t headers;    /* of the best header */
	uint8_t best[32];    /* internal order */
	bool is_downloading; /* initial block download; false when the daemon does not say */
};

/** lookup_chain(d, out, error): getblockchaininfo. errs as coind_call(). */
enum err lookup_chain(
	struct coind *d, struct lookup_chain *out, struct coind_error *error) MUST_CHECK BLOCKS;

/** lookup_best(d, out, error): id of the tip, internal order. errs as coind_call(). */
enum err lookup_best(struct coind *d, uint8_t out[32], struct coind_error *error) MUST_CHECK BLOCKS;

/** lookup_hash_at(d, height, out, error): id of the block at a height of the best chain, internal
 * order. errs as coind_call(); ERR_NOT_FOUND beyond the tip. */
enum err lookup_hash_at(struct coind *d, uint32_t height, uint8_t out[32],
	struct coind_error *error) MUST_CHECK BLOCKS;

/** lookup_bits_at(d, height, out, error): the target of the block at a height of the best chain, in
 * its compact form (target.h). errs as lookup_hash_at() */
enum err lookup_bits_at(struct coind *d, uint32_t height, uint32_t *out,
	struct coind_error *error) MUST_CHECK BLOCKS;

#endif
