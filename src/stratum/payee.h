/*
 * payee.h -- whom a block of a solo port pays: its coinbase is rendered once for all the sessions
 * of the account.
 *
 * Thread:  belongs to its shard.
 * Memory:  reference-counted by sessions and by shares in flight.
 */
#ifndef STRATUM_PAYEE_H
#define STRATUM_PAYEE_H

#include "chain/address.h"
#include "stratum/job.h"

struct payee;
struct shard;

/** payee_get(shard, address): the payee of an account, made when it is the first. */
struct payee *payee_get(struct shard *shard, const struct address *address) ON_LOOP;
struct payee *payee_ref(struct payee *p) ON_LOOP;
/** payee_unref(p): NULL is fine. */
void payee_unref(struct payee *p) ON_LOOP;

/** payee_address(p): borrowed. */
const struct address *payee_address(const struct payee *p);
/** payee_coinbase(p, job): the job's coinbase as this account gets it; borrowed until the next call
 * with another job. p NULL: that which pays the pool. */
const struct job_coinbase *payee_coinbase(struct payee *p, struct job *job) ON_LOOP;

#endif
