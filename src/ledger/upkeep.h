/* upkeep.h -- what the leader does for the database now and then: old statistics go. */
#ifndef LEDGER_UPKEEP_H
#define LEDGER_UPKEEP_H

#include "base/log.h"
#include "conf/conf.h"
#include "store/store.h"

/* Zero-initialise. */
struct upkeep {
	int64_t due_ms; /* monotonic */
	bool has_failed;
};

/** upkeep_pass(u, conf, st, log): when it is time. Failures are logged, and tried again later. */
void upkeep_pass(
	struct upkeep *u, const struct conf *conf, struct store *st, const struct logger *log);

#endif
