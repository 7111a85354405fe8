/*
 * submit_priv.h -- what the threads of submit.h share.
 *
 *   sender (one per daemon)  takes blocks to it, again and again   submit_send.c
 *   manager (one)            decides, writes files, reports        submit_settle.c
 */
#ifndef COIND_SUBMIT_PRIV_H
#define COIND_SUBMIT_PRIV_H

#include <pthread.h>

#include "base/list.h"
#include "coind/coind.h"
#include "coind/outbox_priv.h"
#include "coind/submit.h"
#include "conf/conf.h"

#define SUBMIT_LINGER_MS                                                                           \
	60000 /* that daemons which were away are still served after the matter is settled */
#define SUBMIT_IDLE_MS 3600000 /* a wait without an end that is known */

/* One block at one daemon. */
struct attempt {
	enum submit_verdict verdict;
	bool is_final;   /* nothing more to ask */
	bool has_news;   /* the manager has to report it */
	unsigned failed; /* attempts without a final answer */
	int64_t next_ms; /* of the next attempt */
	char answer[128];
	const char *text; /* static */
};

/*
 * One block. Rules:
 *   1. submit->lock guards all fields but file.id, .prev, .height, .hex and .meta, which are
 * constant.
 *   2. Only the manager writes files, runs callbacks and frees; it does not free while users > 0.
 */
struct entry {
	struct list node;
	struct outbox_entry file;
	const char *text;         /* of the verdict; static */
	struct attempt *attempts; /* one per daemon */
	unsigned users;           /* senders that hold it without the lock */
	int64_t start_ms;         /* in this process, monotonic */
	int64_t side_ms;          /* first answer "valid, but another is the tip"; 0: none */
	int64_t settled_ms;       /* 0: not settled */
	bool is_old;              /* was in the outbox at start */
	bool is_on_disk;          /* file.verdict is what the disk has */
	bool is_reported;         /* on_settled() was called */
	bool is_forgotten;        /* by the caller */
	bool is_removed;          /* from the disk, after that */
	bool has_disk_problem;
};

struct sender {
	struct submit *submit;
	unsigned idx;
	struct coind *coind;
	pthread_t thread;
};

struct submit {
	const struct conf_pool *pool;
	struct submit_callbacks callbacks;
	void *ctx;
	char *dir;
	struct sender *senders;
	unsigned senders_count;
	pthread_t manager;

	pthread_mutex_t lock;
	pthread_cond_t work; /* for senders */
	pthread_cond_t news; /* for the manager */
	bool is_stopping;
	struct list entries;
	int64_t disk_ms; /* no attempt to write before */
};

void submit_entry_free(struct entry *e);
void *submit_run_sender(void *sender);
void *submit_run_manager(void *submit);

#endif
