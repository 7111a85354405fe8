/*
 * template.h -- what getblocktemplate answered, checked and in binary.
 *
 * Thread:  immutable after template_parse(); references may be taken and dropped by any thread.
 * Memory:  reference-counted; template_parse() gives the first reference.
 */
#ifndef COIND_TEMPLATE_H
#define COIND_TEMPLATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/err.h"
#include "base/json.h"
#include "base/thread.h"
#include "chain/block.h"
#include "chain/script.h"
#include "chain/target.h"

struct coin;
struct coin_network;

#define TEMPLATE_TXS_MAX      100000
#define TEMPLATE_BYTES_MAX    8000000 /* of all transactions; consensus allows 4,000,000 */
#define TEMPLATE_MWEB_MAX     4000000
#define TEMPLATE_FLAGS_MAX    40  /* [bytes] of coinbaseaux.flags: the coinbase has 100 in all */
#define TEMPLATE_LONGPOLL_MAX 127 /* [characters] */

struct template
{
	atomic_uint refs;
	uint32_t height;  /* of the block to be made */
	uint8_t prev[32]; /* hash of its parent, internal order (as in the header) */
	uint32_t bits;
	struct u256 target; /* the same as bits */
	uint32_t version;
	uint32_t version_required; /* bits of version that must stay set */
	uint32_t curtime;          /* [s since 1970] by the daemon's clock when it answered */
	uint32_t mintime;          /* earliest time that is valid */
	struct amount value;       /* subsidy and fees, without the demands: what the pool gets */

	struct coinbase_output *demands; /* who must be paid besides, in this order */
	unsigned demands_count;
	uint32_t tx_version;    /* of the coinbase */
	struct buf script_head; /* of a coinbasetxn: what its script begins with; else empty */
	struct buf payload;     /* coinbase_payload with its length; else empty */
	struct buf end;         /* what blocks end with: votes, a signature */
	bool has_tx_time;       /* the coinbase carries curtime */
	bool has_tx_comment;    /* the coinbase ends with a text */

	bool has_fees;       /* the daemon has said what each transaction pays */
	struct amount fees;  /* of all transactions */
	uint32_t tx_count;   /* without the coinbase */
	uint8_t(*txids)[32]; /* internal order */
	uint8_t *tx_data;    /* the transactions one after the other, as a block holds them */
	size_t tx_data_len;

	bool has_witness;         /* segwit is active: the coinbase has commitment and witness */
	struct script commitment; /* script of the extra output of value 0; len 0 without witness */
	uint8_t *mweb;            /* MWEB extension block, without its leading 01; NULL: none */
	size_t mweb_len;
	uint8_t flags[TEMPLATE_FLAGS_MAX]; /* coinbaseaux.flags, to be put into the coinbase script
					    */
	uint8_t flags_len;

	char longpollid[TEMPLATE_LONGPOLL_MAX + 1]; /* "": the daemon offers no long poll */
	uint64_t content;    /* equal contents but the times: equal numbers */
	int64_t received_ms; /* monotonic clock, when the answer arrived */
	char daemon[64];     /* who gave it */
};

/**
 * template_parse(json, coin, network, daemon, received_ms, out, why): check an answer of
 * getblocktemplate.
 *   json    the result; borrowed
 *   errs    ERR_PROTOCOL     something is missing, of the wrong type or contradicts itself
 *           ERR_LIMIT        larger than a block can be
 *           ERR_UNSUPPORTED  it demands a rule ("!name") that the coin's profile does not list
 */
enum err template_parse(const json_t *json, const struct coin *coin,
	const struct coin_network *network, const char *daemon, int64_t received_ms,
	struct template **out, struct why *why) MUST_CHECK;

/** template_params(coin, longpollid): the parameters of the call, a new reference; longpollid may
 * be NULL. */
json_t *template_params(const struct coin *coin, const char *longpollid);

/**
 * template_without_txs(t): the same block with the coinbase alone, the first reference to it. NULL:
 * it has no transactions anyway, or what else is in it depends on them: an extension block,
 * payments to others, fees that the daemon does not tell.
 */
struct template *template_without_txs(const struct template *t) ANY_THREAD;

struct template *template_ref(struct template *t) ANY_THREAD;
/** template_unref(t): NULL is fine. */
void template_unref(struct template *t) ANY_THREAD;

/** template_body(t): what follows the coinbase in a block, for block_assemble(); borrowed from t.
 */
struct block_body template_body(const struct template *t);

/** template_same_tip(a, b): whether both build on the same block. */
bool template_same_tip(const struct template *a, const struct template *b);

#endif
