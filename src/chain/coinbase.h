/*
 * coinbase.h -- the transaction that pays the pool, in the two halves between which miners put
 * their extranonces.
 *
 *   scriptSig: height push (BIP34, always first) | daemon's flags | push of the tag |
 *              push of { node tag 4, time 8, extranonce1, extranonce2 }
 *   outputs:   as given; the witness commitment last
 *
 * Coins differ from that: see the end of struct coinbase_spec.
 *
 * The halves are the serialisation without witness, whose double SHA-256 is the txid.
 */
#ifndef CHAIN_COINBASE_H
#define CHAIN_COINBASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "chain/script.h"

#define COINBASE_SCRIPT_MAX 100 /* [bytes] of a scriptSig: consensus */
#define COINBASE_TAG_MAX    20  /* [bytes] of the pool's text */
#define COINBASE_NONCE_MAX  32  /* [bytes] of both extranonces together */

struct coinbase_output {
	struct amount value;
	struct script script;
};

/* What a coinbase is made of; everything is borrowed for the call. */
struct coinbase_spec {
	int64_t height;
	const uint8_t *flags; /* the template's coinbaseaux.flags; NULL when flags_len is 0 */
	size_t flags_len;
	const char *tag;    /* the pool's text, up to COINBASE_TAG_MAX bytes; "" is allowed */
	uint32_t node_tag;  /* differs between nodes, so that their work can never be the same */
	uint64_t time_ns;   /* differs between jobs */
	unsigned nonce_len; /* [bytes] of extranonce1 and extranonce2 together */
	const struct coinbase_output *outputs;
	unsigned outputs_count;
	const struct script *commitment; /* witness commitment; NULL when segwit is not active */

	uint32_t version;           /* 0: 2, as most coins have it */
	const uint32_t *time;       /* [s since 1970] behind the version; NULL: there is none */
	const uint8_t *script_head; /* instead of height and flags, when script_head_len is not 0 */
	size_t script_head_len;
	const uint8_t *extra; /* behind the lock time: a payload, a comment, each with its length */
	size_t extra_len;
};

struct coinbase {
	struct buf head;         /* coinb1 */
	struct buf tail;         /* coinb2 */
	unsigned nonce_len;      /* [bytes] between them */
	size_t version_len;      /* [bytes] of version and time */
	size_t extra_len;        /* [bytes] behind the lock time */
	bool has_witness;        /* in a block it carries the reserved value */
	struct sha256 head_hash; /* after the head: each share continues from here */
};

/**
 * coinbase_init(cb, spec, why): build it; on success the caller calls coinbase_fini().
 *   errs  ERR_LIMIT    the scriptSig would be longer than COINBASE_SCRIPT_MAX
 *         ERR_INVALID  height < 0, the tag is too long, no outputs, a negative value
 */
enum err coinbase_init(
	struct coinbase *cb, const struct coinbase_spec *spec, struct why *why) MUST_CHECK;
void coinbase_fini(struct coinbase *cb);

/**
 * coinbase_pay(cb, spec, out, why): the same coinbase with other outputs: those of spec, of which
 * nothing else is read but commitment and extra.
 *   out   shares cb's head, so it must not outlive cb; only its tail is the caller's to free
 *   errs  ERR_INVALID  no outputs, a negative value
 */
enum err coinbase_pay(const struct coinbase *cb, const struct coinbase_spec *spec,
	struct coinbase *out, struct why *why) MUST_CHECK;

/** coinbase_txid(cb, nonce, out): nonce is extranonce1 | extranonce2, nonce_len bytes. */
void coinbase_txid(const struct coinbase *cb, const uint8_t *nonce, uint8_t out[32]);

/** coinbase_add_to(cb, nonce, block): append the transaction as it stands in a block. */
void coinbase_add_to(const struct coinbase *cb, const uint8_t *nonce, struct buf *block);

#endif
