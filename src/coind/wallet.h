/*
 * wallet.h -- the pool's wallet inside a daemon: whose addresses, how much, and payments in steps
 * that a crash cannot repeat: build and sign, (the caller stores), send.
 *
 * Thread:  a struct wallet is used by one thread at a time.
 * Memory:  the configuration is borrowed for the life of the object.
 * Amounts: never a double, neither here nor on the wire.
 */
#ifndef COIND_WALLET_H
#define COIND_WALLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/err.h"
#include "base/thread.h"

struct conf_pool;
struct wallet; /* in wallet.c */

/** wallet_new(pool): the wallet of the pool's configuration; nothing is asked yet. */
struct wallet *wallet_new(const struct conf_pool *pool);
void wallet_free(struct wallet *w);
/** wallet_abort(w): the call under way and all later ones end with ERR_CLOSED. */
void wallet_abort(struct wallet *w) ANY_THREAD;

/*
 * Errors of all functions below, with a sentence in why:
 *   ERR_UNAVAILABLE, ERR_TIMEOUT, ERR_WARMUP, ERR_BUSY  the daemon: try again later
 *   ERR_UNCERTAIN    an answer did not come: read back before doing it again
 *   ERR_AUTH         credentials of the daemon, or passphrase of the wallet
 *   ERR_NOT_FOUND    there is no such wallet in the daemon
 *   ERR_UNSUPPORTED  the daemon has no wallet or lacks a call that is needed
 *   ERR_PROTOCOL, ERR_REFUSED, ERR_CLOSED  as coind_call()
 */

enum wallet_generation {
	WALLET_CORE_0_15, /* signrawtransaction, validateaddress.ismine */
	WALLET_CORE_0_17, /* signrawtransactionwithwallet, getaddressinfo */
};

struct wallet_info {
	enum wallet_generation generation;
	int64_t version; /* of the daemon: 170001 */
	bool is_encrypted;
	bool is_unlocked;        /* true for a wallet without passphrase */
	struct amount available; /* may be spent now */
	struct amount incoming;  /* unconfirmed */
	struct amount immature;  /* mined, too young to spend */
};

/** wallet_probe(w, out, why): what the wallet is and holds. Call it once before the others. */
enum err wallet_probe(struct wallet *w, struct wallet_info *out, struct why *why) MUST_CHECK BLOCKS;

/** wallet_height(w, out, why): of the best block of its daemon. */
enum err wallet_height(struct wallet *w, int64_t *out, struct why *why) MUST_CHECK BLOCKS;

/** wallet_owns(w, address, out, why): whether the wallet can spend what is sent there.
 * errs + ERR_INVALID the daemon does not know such an address */
enum err wallet_owns(
	struct wallet *w, const char *address, bool *out, struct why *why) MUST_CHECK BLOCKS;

/** wallet_is_payable(w, address, out, why): whether the daemon takes it for an address. */
enum err wallet_is_payable(
	struct wallet *w, const char *address, bool *out, struct why *why) MUST_CHECK BLOCKS;

struct wallet_payment {
	const char *address;  /* borrowed */
	struct amount amount; /* > 0 */
};

struct wallet_input {
	char txid[65];
	uint32_t vout;
};

struct wallet_options {
	struct amount fee_rate; /* per 1000 bytes; 0: the daemon estimates */
	struct amount fee_max;  /* of the whole transaction; 0: no limit */
	/* The fee comes off the payments, in proportion to them, by largest remainder; else it is
	 * paid on top of them. */
	bool is_fee_in_payments;
	/* Inputs that must be among those that it spends, whatever they were locked for: to take
	 * the place of another transaction. Borrowed. */
	const struct wallet_input *inputs;
	unsigned inputs_n;
};

/* A transaction that is signed and not sent. */
struct wallet_signed {
	char txid[65];
	char *raw;           /* hex */
	struct amount total; /* of the payments as asked for */
	struct amount fee;
	struct amount *payment_fees; /* [n] what came off each payment; NULL: nothing */
	struct wallet_input *inputs; /* locked in the wallet until spent or unlocked */
	unsigned input_count;
};

/**
 * wallet_build(w, payments, n, options, out, why): choose inputs, lock them, sign. Nothing is sent.
 * What was signed is decoded again and compared with what was asked; on any failure after the
 * choice the inputs are unlocked.
 *   n     1 .. 3000; addresses must differ
 *   errs  + ERR_LIMIT    the fee would be above fee_max, or the transaction too large
 *         + ERR_FULL     not enough funds
 *         + ERR_INVALID  an address or amount is not acceptable to the daemon
 */
enum err wallet_build(struct wallet *w, const struct wallet_payment *payments, unsigned n,
	const struct wallet_options *options, struct wallet_signed *out,
	struct why *why) MUST_CHECK BLOCKS;
void wallet_signed_fini(struct wallet_signed *s);

enum wallet_sent {
	WALLET_SENT,     /* in the daemon's memory pool, now or already before */
	WALLET_MINED,    /* already in a block */
	WALLET_CONFLICT, /* an input was spent by another transaction: it can never confirm as is */
	WALLET_NO_INPUTS,   /* inputs are not there: spent elsewhere, or the daemon is behind */
	WALLET_NOT_RELAYED, /* the memory pool refuses it for now (fee, policy): send again later */
};

/** wallet_inputs(w, raw, out, out_n, why): what a signed transaction spends; the caller frees. */
enum err wallet_inputs(struct wallet *w, const char *raw, struct wallet_input **out,
	unsigned *out_n, struct why *why) MUST_CHECK BLOCKS;

/**
 * wallet_send(w, raw, txid, out, why): broadcast; harmless to repeat for ever.
 *   out   set with OK; why then holds the daemon's words for everything but WALLET_SENT
 */
enum err wallet_send(struct wallet *w, const char *raw, const char *txid, enum wallet_sent *out,
	struct why *why) MUST_CHECK BLOCKS;

struct wallet_tx {
	bool is_known;
	bool is_conflicted;    /* a block holds another transaction that spends its inputs */
	int64_t confirmations; /* 0: not in a block; negative: conflicted that deep */
	char block[65];        /* id of its block; "" when in none */
	struct amount fee;     /* what the wallet says it cost; 0 when unknown */
};

/** wallet_tx(w, txid, out, why): what became of a transaction; unknown is not an error. */
enum err wallet_tx(struct wallet *w, const char *txid, struct wallet_tx *out,
	struct why *why) MUST_CHECK BLOCKS;

/* What one transaction does to the wallet. */
struct wallet_move {
	char txid[65];
	char block[65];       /* "" when in none */
	struct amount amount; /* of the balance; the fee that we paid included */
	int64_t confirmations;
	bool is_generated; /* a block's reward */
	bool is_counted;   /* the balance has changed by it already */
	bool has_fee;      /* it spends coins of the wallet */
};

/**
 * wallet_history(w, since, depth, out, out_n, out_since, why): all transactions that are not below
 * a block; the caller frees out.
 *   since      a block's id; "" for all there are
 *   depth      out_since is the block that lies so deep: what is younger is told again next time
 */
enum err wallet_history(struct wallet *w, const char *since, unsigned depth,
	struct wallet_move **out, size_t *out_n, char out_since[65],
	struct why *why) MUST_CHECK BLOCKS;

/** wallet_unlock_inputs(w, inputs, n, why): let the wallet use them again; already spent or
 * unlocked ones are passed over. */
enum err wallet_unlock_inputs(struct wallet *w, const struct wallet_input *inputs, unsigned n,
	struct why *why) MUST_CHECK BLOCKS;

/**
 * wallet_set_locks(w, inputs, n, why): make exactly these inputs locked (after a restart of the
 * daemon, which forgets locks, or of the payer, which may have died between building and storing).
 */
enum err wallet_set_locks(struct wallet *w, const struct wallet_input *inputs, unsigned n,
	struct why *why) MUST_CHECK BLOCKS;

#endif
