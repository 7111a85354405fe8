/*
 * share.h -- how a submitted share is judged: cheap checks, proof of work, journal, answer.
 *
 * Thread:  a share belongs to its shard; while it is hashed only its verify_task is lent.
 * Memory:  shares are recycled by their shard; nothing is allocated for one once the shard is warm.
 */
#ifndef STRATUM_SHARE_H
#define STRATUM_SHARE_H

#include "base/list.h"
#include "stratum/job.h"
#include "stratum/request.h"
#include "stratum/session.h"
#include "stratum/verify.h"

struct share {
	struct verify_task task; /* first the header, then its hash */
	struct share *next;      /* in shard->free_shares or shard->owed */
	struct list of_session;
	struct session *session; /* NULL: gone */
	struct shard *shard;
	struct shard_pool *pool; /* whose job it is of */
	struct job *job;
	struct payee *payee; /* whom its coinbase pays; NULL: the pool */
	bool is_apart;       /* of a solo port, no part of the pool's rounds */
	struct worker *by;   /* valid while there is a session */
	char address[JOURNAL_ADDRESS_MAX + 1];
	char worker[JOURNAL_WORKER_MAX + 1];
	uint8_t nonce[NONCE_LEN]; /* extranonce1 | extranonce2 */
	int64_t work;
	uint64_t ticket; /* the journal's */
	char id[REQUEST_ID_MAX + 1];
	enum json_kind id_kind; /* JSON_KIND_NONE: wants no answer */
	enum verdict verdict;
	bool is_late;    /* stale whatever its hash: hashed only because it may be a block */
	bool is_decided; /* verdict is known; it is sent when all earlier ones of the session are */
};

/** share_on_submit(s, r): a mining.submit came. */
void share_on_submit(struct session *s, const struct request *r) ON_LOOP;
/** share_leave_session(share): its session ends; the share, if it is under way, does not. */
void share_leave_session(struct share *share) ON_LOOP;
/** share_record_gathered(shard): the shares that were accepted in this turn enter the journal. */
void share_record_gathered(struct shard *shard) ON_LOOP;
/** share_settle(shard, through, result): the journal has settled these tickets: answer the miners.
 */
void share_settle(struct shard *shard, uint64_t through, enum err result) ON_LOOP;

#endif
