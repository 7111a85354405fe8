/* sample.h -- numbers over time that cannot be had from work: who is there, how hard blocks are. */
#ifndef LEDGER_SAMPLE_H
#define LEDGER_SAMPLE_H

#include "base/log.h"
#include "conf/conf.h"
#include "store/store.h"

/* Zero-initialise. */
struct sample {
	int64_t due_ms; /* monotonic */
	bool has_failed;
};

/** sample_pass(s, conf, st, log): once a minute; a sample stands for the period that it is in, the
 * last one of a period stays. Failures are logged, and tried again later. */
void sample_pass(
	struct sample *s, const struct conf *conf, struct store *st, const struct logger *log);

#endif
