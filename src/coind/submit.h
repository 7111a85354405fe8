/*
 * submit.h -- found blocks: sent to every daemon at once, kept on disk until they are settled.
 *
 * A block goes from memory to all daemons in parallel, each on its own thread and connection, while
 * the outbox file is being written. A daemon that is away, starting or busy is tried again until
 * one of them has the block. What was left in the outbox is submitted again at start. An answer
 * that did not come is looked up by getblockheader; submitblock itself is harmless to repeat.
 *
 * Thread:  the callbacks run one at a time on one thread of this module, with no lock held.
 * Memory:  configuration borrowed until submit_stop(); blocks are copied.
 */
#ifndef COIND_SUBMIT_H
#define COIND_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/thread.h"
#include "coind/coind.h"

struct conf_pool;
struct submit; /* in submit.c */

/* What an answer means. Stored in the outbox: do not renumber. */
enum submit_verdict {
	SUBMIT_PENDING = 0,  /* nobody has taken or refused it for good yet */
	SUBMIT_ACCEPTED = 1, /* in the daemon's best chain */
	SUBMIT_SIDE = 2,     /* valid, but another block is in the chain at its height */
	SUBMIT_STALE = 3,    /* its parent is not known or no longer the chain's */
	SUBMIT_REJECTED = 4, /* against the rules */
};

struct submit_block {
	uint8_t id[32];   /* block id, internal order */
	uint8_t prev[32]; /* of its parent, internal order */
	uint32_t height;
	const void *bytes; /* the whole block as submitblock wants it (binary); copied */
	size_t len;
	const char *meta; /* the caller's own notes as JSON text, kept with it; NULL: none */
};

/* One daemon's answer, or the end of the matter. Strings are borrowed for the callback. */
struct submit_report {
	uint8_t id[32];
	uint32_t height;
	enum submit_verdict verdict;
	const char *daemon; /* who said so; "" when all of them refused */
	const char *answer; /* in the daemon's words: "null", "high-hash", "error -22: …" */
	const char *text;   /* for people */
	const char *meta;   /* as given; "" for none */
	bool is_old;        /* it was in the outbox when the program started */
};

struct submit_callbacks {
	/* A daemon answered something new (for the log); may be NULL. */
	void (*on_answer)(void *ctx, const struct submit_report *report);
	/*
	 * The block is settled: a daemon has it, or all refused it. Comes once per block and
	 * program start until submit_forget() was called, so it must be harmless to repeat.
	 */
	void (*on_settled)(void *ctx, const struct submit_report *report);
};

/**
 * submit_start(pool, dir, callbacks, ctx, out, why): read the outbox and go on with what is in it.
 *   dir   the outbox folder; made when it is not there
 *   errs  ERR_IO and others of the folder. Damaged files are renamed to "….damaged" and told by why
 *         with OK.
 */
enum err submit_start(const struct conf_pool *pool, const char *dir,
	const struct submit_callbacks *callbacks, void *ctx, struct submit **out,
	struct why *why) MUST_CHECK BLOCKS;
/**
 * submit_stop(s, why): ends the threads within 100 ms; unsettled blocks stay in the outbox.
 *   errs  ERR_FULL, ERR_IO: a block found a moment ago could not be written, and is lost unless a
 *         daemon has it. s is freed all the same.
 */
enum err submit_stop(struct submit *s, struct why *why) MUST_CHECK BLOCKS;

/** submit_block(s, block): send it to everybody, now. Returns at once; a known id changes nothing.
 */
void submit_block(struct submit *s, const struct submit_block *block) ANY_THREAD;

/** submit_forget(s, id): the caller has recorded the settled block: remove it from the outbox. */
void submit_forget(struct submit *s, const uint8_t id[32]) ANY_THREAD;

/** submit_count(s): blocks in the outbox. */
unsigned submit_count(struct submit *s) ANY_THREAD;

/* An answer of submitblock, understood. */
struct submit_answer {
	enum submit_verdict verdict; /* PENDING: try again later */
	char answer[128];            /* the daemon's words */
	const char *text;            /* what it means, for people */
};

/**
 * submit_classify(err, result, error, out): understand an answer of submitblock of any daemon.
 *   err, result, error  what coind_call() gave; result is NULL unless err is OK
 */
void submit_classify(enum err err, const json_t *result, const struct coind_error *error,
	struct submit_answer *out);

#endif
