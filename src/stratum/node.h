/*
 * node.h -- who this stratum process is: a node id that no other has, and the number of this start
 * (epoch).
 *
 * Kept in <data_dir>/stratum/node.json, so that a node restarts while the database is away, for a
 * week after it was last seen there; the lock beside it keeps a second process from the same
 * folder. All of it BLOCKS.
 */
#ifndef STRATUM_NODE_H
#define STRATUM_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store_node.h"
#include "store/store_secret.h"

struct node {
	char uuid[STORE_UUID_MAX];
	char name[STORE_NAME_MAX]; /* the machine's */
	int64_t id;                /* -1: never had one */
	int64_t epoch;             /* of this start; grows with each */
	int64_t proven_ms;         /* monotonic: when the database last said that the id is ours */
	int lock;                  /* its time of change is the same by the wall clock */
	uint8_t key[STORE_SECRET_LEN]; /* all nodes have it: of session tokens */
};

/* An id is ours for so long after the database has said so; another node may have it after twice as
 * long at the earliest (STORE_NODE_REST_DAYS). */
#define NODE_LEASE_MS (INT64_C(7) * 86400 * 1000)

/**
 * node_open(dir, out, why): lock the folder, read who we were, count the epoch up and write it
 * back. errs  ERR_BUSY another process serves from this folder; ERR_CORRUPT node.json is not
 * readable; ERR_IO, ERR_FULL
 */
enum err node_open(const char *dir, struct node *out, struct why *why) MUST_CHECK;

/**
 * node_claim(n, dir, st, why): tell the database; the first time, get an id from it, and with an id
 * that another node had before also a later epoch. The key of all nodes comes along.
 * errs  ERR_CONFLICT somebody else lives under our name; those of store_node_claim()
 */
enum err node_claim(struct node *n, const char *dir, struct store *st, struct why *why) MUST_CHECK;

/** node_proven(n): the database has just said that the id is ours. */
void node_proven(struct node *n);
/** node_may_go_on(n): the id is ours without asking. */
bool node_may_go_on(const struct node *n);

void node_close(struct node *n);

/** node_read(dir, out, why): who has served from this folder; changes nothing. errs  ERR_NOT_FOUND
 * nobody; ERR_CORRUPT, ERR_IO */
enum err node_read(const char *dir, struct node *out, struct why *why) MUST_CHECK;
/** node_keep_out(dir, out_lock, why): no node can begin to serve from this folder until the caller
 * closes *out_lock; -1: none ever has. errs  ERR_BUSY one serves from it */
enum err node_keep_out(const char *dir, int *out_lock, struct why *why) MUST_CHECK;

#endif
