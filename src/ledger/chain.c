/* chain.c -- what the daemons say about the chain: the longest one that is the right one counts. */
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "chain/target.h"
#include "ledger/ledger_priv.h"

/* A sentence about a daemon that will not do in this pass; NULL when it will. */
static const char *fault_of(const struct ledger *l, const struct lookup_chain *chain)
{
	if (strcmp(chain->chain, l->pool->network->daemon_chain) != 0)
		return "it is on another network";
	if (chain->is_downloading)
		return "it is still catching up with its network";
	return NULL;
}

enum err chain_choose(struct ledger *l, struct why *why)
{
	char faults[sizeof(why->text)] = "";
	size_t len = 0;

	l->daemon = NULL;
	for (size_t i = 0; i < l->pool->daemons_count; i++) {
		struct coind_error error = {0};
		struct lookup_chain chain;
		const char *fault;
		enum err err = lookup_chain(l->daemons[i], &chain, &error);

		if (err == ERR_CLOSED)
			return err_fail(why, err, "stopping");
		fault = err ? (*error.why.text ? error.why.text : err_text(err))
			    : fault_of(l, &chain);
		if (fault && len < sizeof(faults)) {
			len += (size_t)snprintf(faults + len, sizeof(faults) - len, "%s%s: %s",
				len ? "; " : "", coind_name(l->daemons[i]), fault);
		}
		if (!fault && (!l->daemon || chain.height > l->chain.height)) {
			l->daemon = l->daemons[i];
			l->chain = chain;
		}
	}
	if (!l->daemon)
		return err_fail(why, ERR_UNAVAILABLE, "%s", faults);
	return OK;
}

static enum err fail_call(
	const struct ledger *l, enum err err, const struct coind_error *error, struct why *why)
{
	return err_fail(why, err, "%s: %s", coind_name(l->daemon),
		*error->why.text ? error->why.text : err_text(err));
}

enum err chain_find(struct ledger *l, const char *hash, struct lookup_block *out, struct why *why)
{
	struct coind_error error = {0};
	uint8_t id[32];
	enum err err;

	if (!hex_decode_reversed(id, sizeof(id), hash, strlen(hash)))
		return err_fail(why, ERR_CORRUPT, "\"%s\" is not the hash of a block", hash);
	err = lookup_block(l->daemon, id, out, &error);
	return err ? fail_call(l, err, &error, why) : OK;
}

enum err chain_network_work(struct ledger *l, int64_t height, int64_t *out, struct why *why)
{
	struct coind_error error = {0};
	struct u256 target;
	uint32_t bits;
	enum err err = lookup_bits_at(l->daemon, (uint32_t)height, &bits, &error);

	if (err == ERR_NOT_FOUND)
		return err_fail(why, ERR_CONFLICT, "height %lld left the chain", (long long)height);
	if (err)
		return fail_call(l, err, &error, why);
	if (target_from_bits(bits, &target) != OK)
		return err_fail(why, ERR_PROTOCOL, "%s: bits %08x of height %lld are no target",
			coind_name(l->daemon), bits, (long long)height);
	*out = target_to_work(target, l->pool->network->work_bits);
	return OK;
}

enum err chain_is_unchanged(struct ledger *l, bool *out, struct why *why)
{
	struct coind_error error = {0};
	uint8_t best[32];
	enum err err = lookup_best(l->daemon, best, &error);

	if (err)
		return fail_call(l, err, &error, why);
	*out = memcmp(best, l->chain.best, sizeof(best)) == 0;
	return OK;
}
