/* store_switch.h -- for which pool the miners of a port work: what the operator, or the prices,
 * tell all nodes. A port without a row works for its own pool. */
#ifndef STORE_STORE_SWITCH_H
#define STORE_STORE_SWITCH_H

#include "store/store.h"

#define STORE_PORT_MAX          67 /* bytes with the NUL */
#define STORE_SWITCH_REASON_MAX 201

struct store_switch {
	char port[STORE_PORT_MAX]; /* "pool/port": names of the configuration */
	int64_t pool;              /* for which it works */
	int64_t since_ms;
	bool by_hand; /* prices do not change it */
	char reason[STORE_SWITCH_REASON_MAX];
};

/** store_switch_set(st, row, why): in place of what there was. */
enum err store_switch_set(
	struct store *st, const struct store_switch *row, struct why *why) MUST_CHECK;
/** store_switch_list(st, out, out_n, why): all, by port. */
enum err store_switch_list(
	struct store *st, struct store_switch **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_switches(struct store_switch *rows);

#endif
