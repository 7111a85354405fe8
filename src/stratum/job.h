/*
 * job.h -- what miners are given: one template with a coinbase of ours, rendered once for all of
 * them; what differs with whom the coinbase pays is rendered once for each of those (payee.h).
 *
 * Thread:  immutable after job_new(); any thread may take and drop references.
 * Wire id: 8 hex digits = sequence (28 bits) and variant (4 bits). The variant changes with a
 * session's difficulty, so that a miner takes the same job for a new one; it decides nothing.
 */
#ifndef STRATUM_JOB_H
#define STRATUM_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "base/err.h"
#include "chain/coinbase.h"
#include "chain/merkle.h"
#include "coind/template.h"
#include "conf/conf.h"
#include "stratum/extranonce.h"

enum { JOB_SEQ_BITS = 28, JOB_VARIANTS = 16, JOB_ID_LEN = 8, JOB_IOV = 6 };
enum { NONCE_LEN = EXTRANONCE1_LEN + EXTRANONCE2_LEN };

/* A job's coinbase as somebody is paid by it. */
struct job_coinbase {
	struct coinbase bytes;
	struct buf coinb2; /* the bytes behind the extranonces in hexadecimal, as miners get them */
};

struct job {
	atomic_uint refs;
	uint32_t seq;
	uint32_t height;
	uint32_t version, bits;
	uint32_t time, min_time; /* [s since 1970] as sent, and the earliest that is valid */
	bool is_new_tip;         /* all earlier work is void */
	int64_t network_work;    /* [units] what a block takes on average */
	struct template *template;
	const struct conf_pool *pool;
	struct job_coinbase coinbase; /* the one that pays the pool */
	struct merkle_branch branch;
	struct buf body;  /* the notification from behind the job id up to coinb2 */
	struct buf after; /* from there up to the time */
	struct buf tail;  /* time and "clean": false */
	struct buf clean; /* the same with "clean": true */
};

struct job_spec {
	struct template *template; /* one more reference is taken */
	uint32_t seq;
	const struct conf_pool *pool; /* borrowed for the job's life */
	uint32_t time;                /* [s] 0: the template's */
	uint32_t node_tag;
	bool is_new_tip;
};

/** job_new(spec, out, why): errs as coinbase_init() and merkle_branch_of(). */
enum err job_new(const struct job_spec *spec, struct job **out, struct why *why) MUST_CHECK;
struct job *job_ref(struct job *job);
void job_unref(struct job *job); /* NULL is fine */

/** job_coinbase_init(c, job, finder): the coinbase that pays the finder; c must not outlive job. */
void job_coinbase_init(struct job_coinbase *c, const struct job *job, const struct address *finder);
void job_coinbase_fini(struct job_coinbase *c);

/** job_header(job, c, nonce, time, nonce32, version, out): the header that a share stands for.
 *   c      one of the job's coinbases
 *   nonce  extranonce1 | extranonce2 */
void job_header(const struct job *job, const struct job_coinbase *c, const uint8_t nonce[NONCE_LEN],
	uint32_t time, uint32_t nonce32, uint32_t version, uint8_t out[80]);

/** job_block(job, c, header, nonce, out): the whole block, for submitblock. */
void job_block(const struct job *job, const struct job_coinbase *c, const uint8_t header[80],
	const uint8_t nonce[NONCE_LEN], struct buf *out);

/**
 * job_line(job, c, variant, is_clean, id, iov): the notification, its parts borrowed from job, c
 * and id. id  room for the digits, filled here
 */
void job_line(const struct job *job, const struct job_coinbase *c, unsigned variant, bool is_clean,
	char id[JOB_ID_LEN + 1], struct iovec iov[JOB_IOV]);

/** job_line_at(job, c, variant, time, is_clean, out): the notification with another time, so that
 * the same job is new work. */
void job_line_at(const struct job *job, const struct job_coinbase *c, unsigned variant,
	uint32_t time, bool is_clean, struct buf *out);

#endif
