/*
 * extranonce.h -- the four bytes that make each connection's work its own: 12 bits of node, 20 bits
 * of number.
 *
 * A number that was used is handed out again only after the longest life of a job, so that a late
 * share of the old connection can never pass for one of the new. Each loop has its own share of the
 * numbers: no lock.
 */
#ifndef STRATUM_EXTRANONCE_H
#define STRATUM_EXTRANONCE_H

#include <stdbool.h>
#include <stdint.h>

enum { EXTRANONCE1_LEN = 4, EXTRANONCE2_LEN = 8, NODE_ID_BITS = 12, NUMBER_BITS = 20 };

struct extranonce_pool;

/** extranonce_pool_new(node_id, part, parts, quarantine_ms): the numbers with number % parts ==
 * part. */
struct extranonce_pool *extranonce_pool_new(
	unsigned node_id, unsigned part, unsigned parts, int64_t quarantine_ms);
void extranonce_pool_free(struct extranonce_pool *p);
/** extranonce_take(p, now_ms, out): false when every number is in use or in quarantine. */
bool extranonce_take(struct extranonce_pool *p, int64_t now_ms, uint32_t *out);
/** extranonce_retake(p, extranonce1): one that rests, for the connection that gave it back; false
 * when it does not rest here. */
bool extranonce_retake(struct extranonce_pool *p, uint32_t extranonce1);
/** extranonce_give_back(p, now_ms, extranonce1, was_used): was_used: a job was given with it, so it
 * rests; others are handed out again at once. */
void extranonce_give_back(
	struct extranonce_pool *p, int64_t now_ms, uint32_t extranonce1, bool was_used);

#endif
