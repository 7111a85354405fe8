/*
 * complaint.h -- troubles that last: said once when they begin, and once when they are over.
 */
#ifndef LEDGER_COMPLAINT_H
#define LEDGER_COMPLAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

/* At most one trouble of each is under way. */
enum complaint_about {
	ABOUT_STORE,
	ABOUT_DAEMON,
	ABOUT_FLUSH,
	ABOUT_CHAIN,
	ABOUT_WALLET,
	ABOUT_PAYOUT,
	ABOUT_ADDRESS,
	ABOUT_REWARD_ADDRESS,
	ABOUT_BOOKS,
	ABOUT_FUNDS,
	ABOUT_BEHIND,
	ABOUT_PAUSE,
	ABOUT_RECONCILE,
	ABOUT_HISTORY,
	ABOUT_LIMIT,
	ABOUT_AUDIT,
	ABOUT_RESERVE,
	ABOUT_BLOCK_VALUE,
	ABOUT_UNDONE,
	COMPLAINTS,
};

/* Zero-initialise. */
struct complaint {
	const char *event; /* the trouble under way; NULL: none */
	char text[600];
	int64_t said_ms; /* monotonic */
};

/**
 * complain(c, lg, level, event, fmt, ...): there is such a trouble now. Logged when it is another
 * than the last one; the same with other words at most once a minute, with the same words once an
 * hour.
 *   event  a literal
 */
void complain(struct complaint *c, const struct logger *lg, enum log_level level, const char *event,
	const char *fmt, ...) PRINTF_LIKE(5, 6);
/** complaint_over(c, lg): there is none now; logged when there was one. */
void complaint_over(struct complaint *c, const struct logger *lg);

#endif
