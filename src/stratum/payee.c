/* payee.c -- see payee.h. */
#include "stratum/payee.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "stratum/shard.h"

enum { KEPT = 4 }; /* renderings: shares of a job come in while others are given the next one */

struct rendering {
	struct job *job; /* NULL: the place is free */
	struct job_coinbase coinbase;
};

struct payee {
	struct shard *shard;
	unsigned refs;
	struct address address;
	struct rendering kept[KEPT];
	unsigned newest;
};

struct payee *payee_get(struct shard *shard, const struct address *address)
{
	size_t len = strlen(address->text); /* of two coins, one script has two texts */
	struct payee *p;

	if (!shard->payees)
		shard->payees = map_new();
	p = map_get(shard->payees, address->text, len);
	if (p)
		return payee_ref(p);
	p = NEW(struct payee);
	p->shard = shard;
	p->refs = 1;
	p->address = *address;
	map_set(shard->payees, address->text, len, p);
	return p;
}

struct payee *payee_ref(struct payee *p)
{
	if (p)
		p->refs++;
	return p;
}

static void forget(struct rendering *r)
{
	if (!r->job)
		return;
	job_coinbase_fini(&r->coinbase);
	job_unref(r->job);
	r->job = NULL;
}

void payee_unref(struct payee *p)
{
	if (!p || --p->refs > 0)
		return;
	map_remove(p->shard->payees, p->address.text, strlen(p->address.text));
	for (unsigned i = 0; i < KEPT; i++)
		forget(&p->kept[i]);
	free(p);
}

const struct address *payee_address(const struct payee *p)
{
	return &p->address;
}

const struct job_coinbase *payee_coinbase(struct payee *p, struct job *job)
{
	struct rendering *r;

	if (!p)
		return &job->coinbase;
	for (unsigned i = 0; i < KEPT; i++) {
		r = &p->kept[(p->newest + KEPT - i) % KEPT];
		if (r->job == job)
			return &r->coinbase;
	}
	p->newest = (p->newest + 1) % KEPT;
	r = &p->kept[p->newest];
	forget(r);
	r->job = job_ref(job);
	job_coinbase_init(&r->coinbase, job, &p->address);
	return &r->coinbase;
}
