/*
 * session.h -- one miner's connection, from accept to close.
 *
 * Thread:  a session belongs to the loop that accepted it; every function here runs on that loop.
 * Memory:  freed by the loop after the connection has closed; shares in flight then lose their
 * session, not their work.
 */
#ifndef STRATUM_SESSION_H
#define STRATUM_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "io/tcp.h"
#include "stratum/guard.h"
#include "stratum/request.h"
#include "stratum/shard.h"
#include "stratum/token.h"
#include "stratum/vardiff.h"

#define SESSION_MAGIC 0x73657373u

enum {
	SESSION_LINE_MAX = 16384,       /* [bytes] */
	SESSION_LINE_MAX_NEW = 8192,    /* before a worker is authorised */
	SESSION_OUT_MAX = 65536,        /* [bytes] unread output that ends the connection */
	SESSION_OUT_MAX_NEW = 16384,    /* before a worker is authorised */
	SESSION_LINES_MAX_NEW = 100,    /* the same; then it is closed */
	SESSION_READ_MS = 60000,        /* to read what is under way in */
	SESSION_LINE_MS = 60000,        /* to finish a line in */
	SESSION_CREDIT_MAX = 200,       /* [tenths of a point] faults forgiven for good shares */
	SESSION_CREDIT = 10,            /* for each of them */
	SESSION_WORKERS_MAX = 64,       /* authorised on one connection */
	SESSION_SHARES_MAX = 100,       /* in flight on one connection; twice as many close it */
	SESSION_FALSE_SHARES_MAX = 100, /* then it is closed */
	SESSION_BAD_LINES_MAX = 5,      /* then it is closed */
	SESSION_BAD_LOGINS_MAX = 10,
	SESSION_STEPS = 8, /* difficulties remembered */
};

/*
 * An authorised worker of the session, as one of the pools knows it for which its port may work.
 * One allocation with its three strings.
 */
struct worker {
	struct worker *next;
	const struct shard_pool *pool; /* where it is paid at this address */
	uint32_t token;                /* journal_worker(); 0 before the first good share */
	const char *user;              /* as the miner wrote it */
	const char *address;           /* canonical */
	const char *name;
};

/*
 * Shares of the job `seq` from this time on, and of later jobs, are worth `work`, and are made with
 * `extranonce1`. Job and time are part of what a miner hashes: it cannot choose the difficulty when
 * it sees the hash.
 */
struct step {
	uint32_t seq;
	uint32_t time; /* [s since 1970] 0: any */
	uint32_t extranonce1;
	int64_t work;
	uint8_t variant;
	uint8_t pool; /* its index: jobs and times are of this pool */
};

struct session {
	uint32_t magic;
	struct list
		node; /* in shard->fresh until a worker is authorised, then in shard->sessions */
	struct shard *shard;
	struct shard_port *port;
	struct shard_pool *pool; /* whose work it does */
	struct tcp_conn *conn;
	struct buf partial;     /* an unfinished line; empty between lines */
	struct http_call *http; /* != NULL: it speaks HTTP, and this is its request */
	struct worker *workers;
	struct payee *payee; /* on a solo port, whom its blocks pay; NULL: the pool */
	struct list shares;  /* in flight, so that they can forget the session */
	struct verify_source
		*source; /* its place at the hashing threads; NULL when the loop hashes */
	struct guard_seat seat;
	int64_t since_ms;
	int64_t heard_ms;     /* when the last line came */
	int64_t partial_ms;   /* when the unfinished line began */
	uint32_t extranonce1; /* once it is subscribed */
	uint32_t name;        /* the first that it had; with since_s the name of its token */
	uint32_t since_s;     /* [s since 1970] */
	uint32_t version_mask;
	uint32_t job_seq;        /* of the job that it has or is owed, once has_job */
	int64_t work;            /* wanted from the next job on; a block's work limits it */
	int64_t work_told;       /* in the last mining.set_difficulty; 0: none yet */
	int64_t work_begun;      /* when it subscribed */
	int64_t work_remembered; /* for when it comes back; 0: not yet */
	int64_t suggested;       /* by the miner, as work; 0: nothing yet */
	struct vardiff_rule rule;
	struct vardiff vardiff;
	struct step steps[SESSION_STEPS]; /* a ring */
	uint8_t step_count, step_newest;
	uint8_t worker_count, bad_lines, bad_logins;
	uint16_t share_count;  /* in flight */
	uint16_t false_shares; /* hashed for nothing; two are forgiven for each good one */
	uint8_t credit;        /* [tenths of a point] */
	uint8_t lines_new;     /* before a worker was authorised */
	bool is_subscribed;
	bool wants_extranonces; /* understands mining.set_extranonce */
	uint8_t skills;         /* of AGENT_… */
	bool is_asked;          /* for its version, since it was heard */
	bool is_back;           /* with the extranonce that it had before */
	bool is_known;          /* it began with a difficulty of its own that was remembered */
	bool has_spoken;
	bool has_job;
	bool owes_job, owes_clean; /* the peer did not read: the newest job, once it does */
};

struct session *session_new(struct shard_port *port, struct tcp_conn *conn);
void session_on_data(struct session *s, const char *data, size_t len);
/** session_on_end(s): the peer sends no more; a last line may lack its newline. */
void session_on_end(struct session *s);
void session_on_closed(struct session *s, const char *reason);
/** session_on_drained(s): the peer reads again. */
void session_on_drained(struct session *s);
/** session_on_plain(s): it should have spoken TLS. */
void session_on_plain(struct session *s);
/** session_subscribe(s, token): an extranonce of its own; the first time it takes one.
 *   token  the session that it says it had, "" if none: with one of ours it has its difficulty
 *          again, and its extranonce if that rests here. false: there is no extranonce left. */
bool session_subscribe(struct session *s, const char *token);
/** session_token(s, text): the session's own, once it is subscribed. */
void session_token(const struct session *s, char text[TOKEN_TEXT_MAX]);
/** session_recognise(s, w): begin with what this worker had, or others at its address, unless a
 * token said more. Before the first job. */
void session_recognise(struct session *s, const struct worker *w);
/** session_remember(s): the worker's difficulty, for when it comes back. */
void session_remember(struct session *s);
/** session_leave(s): the same, and the session's and the address's; its connection is closed. */
void session_leave(struct session *s);
/** session_forget_left(shard): at the shard's end. */
void session_forget_left(struct shard *shard);
/** session_on_authorized(s): its first worker is authorised. */
void session_on_authorized(struct session *s);
/** session_fault(s, fault): it has done something wrong. */
void session_fault(struct session *s, enum fault fault);
/** session_move(s): ask it to connect again, if it is one that does. */
bool session_move(struct session *s);
/** session_show(s, text): to the person before it, if it shows such; text has nothing that JSON
 * escapes, and up to 200 characters. */
void session_show(struct session *s, const char *text);
/** session_ask_version(s): if it answers that, we know that it lives. */
void session_ask_version(struct session *s);
/** session_judge_end(s): it ends; one that never had a worker has done something wrong. */
void session_judge_end(struct session *s);
/** session_on_rejected(s, verdict): a share of it was refused. */
void session_on_rejected(struct session *s, enum verdict verdict);
/** session_close(s, reason): after what is written has left. */
void session_close(struct session *s, const char *reason);

static inline bool session_is_authorized(const struct session *s)
{
	return s->workers != NULL;
}

/** session_worker(s, user, pool): the worker that was authorised under exactly this name, as this
 * pool knows it; NULL: none. */
struct worker *session_worker(
	const struct session *s, const char *user, const struct shard_pool *pool);
/** session_switch(s, pool): work for another pool of its port from now on: with the same
 * extranonce, by a clean job. Not before that pool has work, and only when all its workers can be
 * paid there.
 */
void session_switch(struct session *s, struct shard_pool *pool);
/** session_give_job(s, job, is_clean): set_difficulty if it changed, then the job. Ignored before
 * subscribe and authorize. */
void session_give_job(struct session *s, struct job *job, bool is_clean);
/** session_step(s, pool, seq, time): what holds for a share of this pool's job and time; NULL: the
 * job was given before the steps that we remember. Borrowed until the next step. */
const struct step *session_step(
	const struct session *s, unsigned pool, uint32_t seq, uint32_t time);
/** session_set_extranonce(s): another extranonce1, told together with a clean job; shares of what
 * came before keep the old one. false: it did not ask for such, or there is none left. */
bool session_set_extranonce(struct session *s);
/** session_tell_again(s): a miner that subscribes again forgets its difficulty. After the first
 * job. */
void session_tell_again(struct session *s);
/** session_on_accepted(s, work): a share of this work is on disk. */
void session_on_accepted(struct session *s, int64_t work);
/** session_set_work(s, work): clamped; told with the next job, or at once with the same job when it
 * rises steeply. */
void session_set_work(struct session *s, int64_t work);
/** session_sweep(s, now_ms): the timer's visit: deadlines and silent miners. */
void session_sweep(struct session *s, int64_t now_ms);
/** session_close_late(s, now_ms): close one with a worker that has missed a deadline; true when it
 * has. */
bool session_close_late(struct session *s, int64_t now_ms);
/** session_sweep_new(s, now_ms): the same of one without a worker. */
void session_sweep_new(struct session *s, int64_t now_ms);

/* Replies. `id` is echoed as it came. */
void session_reply(struct session *s, const struct span *id, const char *result);
void session_reply_error(struct session *s, const struct span *id, int code, const char *text);
/** session_reply_error2(s, id, text): as JSON-RPC 2.0 has it, for those who speak that. */
void session_reply_error2(struct session *s, const struct span *id, const char *text);

#endif
