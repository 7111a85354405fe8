/* verdict.h -- what became of a submitted share: the table of verdict.tbl as an enum. */
#ifndef STRATUM_VERDICT_H
#define STRATUM_VERDICT_H

enum verdict {
#define VERDICT(name, number, code, counter, text) VERDICT_##name = number,
#include "stratum/verdict.tbl"
#undef VERDICT
	VERDICT_COUNT_
};

/** verdict_code(v), verdict_text(v): as sent to the miner. */
int verdict_code(enum verdict v);
const char *verdict_text(enum verdict v);

#endif
