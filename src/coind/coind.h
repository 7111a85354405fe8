/*
 * coind.h -- one coin daemon as one caller sees it: its URL, its credentials and one connection.
 *
 * Thread:  a struct coind is used by one thread at a time; only coind_abort() may come from
 * another. Whoever wants to ask a daemon from two threads makes two. Memory:  the configuration is
 * borrowed for the life of the object.
 */
#ifndef COIND_COIND_H
#define COIND_COIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/thread.h"

struct conf_daemon;
struct coind; /* in client.c */

/* The codes of daemons that mean more than "refused". */
enum coind_code {
	COIND_CODE_MISC = -1,      /* RPC_MISC_ERROR */
	COIND_CODE_NOT_FOUND = -5, /* no such block, transaction or address */
	COIND_CODE_WALLET = -4,
	COIND_CODE_FUNDS = -6,
	COIND_CODE_PARAMETER = -8,
	COIND_CODE_NO_PEERS = -9,
	COIND_CODE_SYNCING = -10,
	COIND_CODE_KEYPOOL = -12,
	COIND_CODE_LOCKED = -13,
	COIND_CODE_PASSPHRASE = -14,
	COIND_CODE_DECODE = -22,
	COIND_CODE_INPUTS = -25,
	COIND_CODE_POLICY = -26,
	COIND_CODE_IN_CHAIN = -27,
	COIND_CODE_WARMUP = -28,
	COIND_CODE_NO_METHOD = -32601,
};

/* What went wrong with a call. */
struct coind_error {
	int code;        /* the daemon's JSON-RPC error code; 0: it gave none */
	int http_status; /* 0: no HTTP answer */
	struct why why;  /* for people: the daemon's own words, or ours */
};

struct coind *coind_new(const struct conf_daemon *conf);
/** coind_new_at(conf, url): the same credentials at another URL (a wallet's path or port); copied.
 */
struct coind *coind_new_at(const struct conf_daemon *conf, const char *url);
void coind_free(struct coind *d);
/** coind_name(d): the configured name. */
const char *coind_name(const struct coind *d);
/** coind_abort(d): the call under way and all later ones end at once with ERR_CLOSED. */
void coind_abort(struct coind *d) ANY_THREAD;

/**
 * coind_call(d, method, params, timeout_ms, out, error): one call; waits for the answer.
 *   params      an array, or NULL for none; taken (also on failure)
 *   timeout_ms  of the whole call; 0: none, for long polls
 *   out         the result, a new reference (JSON null is json_null()); NULL when not wanted
 *   error       filled on failure; may be NULL
 *   errs  ERR_UNAVAILABLE  nobody answers there (or the connection broke and a second one too)
 *         ERR_TIMEOUT      no answer in time; for a call that may be repeated
 *         ERR_UNCERTAIN    a call that must not be repeated was sent and its answer did not come
 *         ERR_AUTH         wrong user or password
 *         ERR_WARMUP       the daemon is starting (-28)
 *         ERR_BUSY         its queue is full
 *         ERR_PROTOCOL     the answer is not JSON-RPC
 *         ERR_LIMIT        the answer is larger than any answer should be
 *         ERR_REFUSED      a JSON-RPC error: error->code
 *         ERR_CLOSED       coind_abort()
 * Only calls that are harmless to repeat (a table in client.c) are sent a second time when a kept
 * connection breaks; all others take a connection of their own.
 */
enum err coind_call(struct coind *d, const char *method, json_t *params, int64_t timeout_ms,
	json_t **out, struct coind_error *error) MUST_CHECK BLOCKS;

/** coind_call_text(d, method, params, …): the same with the parameters as JSON text, borrowed: for
 * a block of megabytes, which a JSON library takes its time to escape. */
enum err coind_call_text(struct coind *d, const char *method, const char *params,
	int64_t timeout_ms, json_t **out, struct coind_error *error) MUST_CHECK BLOCKS;

/** coind_latency_us(d): how long the last call took that was answered; 0: none yet. */
int64_t coind_latency_us(const struct coind *d);

#endif
