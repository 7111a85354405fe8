/*
 * vardiff.h -- how large a session's shares should be, so that they come at the wanted pace.
 *
 * Work is an integer count of the coin's work units; the estimator follows the Poisson error of the
 * share count (docs/stratum.md, "Difficulty"). Pure: the caller passes the time.
 */
#ifndef STRATUM_VARDIFF_H
#define STRATUM_VARDIFF_H

#include <stdbool.h>
#include <stdint.h>

struct vardiff_rule {
	int64_t min_work, max_work; /* [units] 1 <= min <= max */
	int64_t interval_ms;        /* the wanted time between two shares */
	bool fixed;                 /* never change */
};

struct vardiff {
	int64_t since_ms;      /* [monotonic] the window's start */
	int64_t last_share_ms; /* any sign of life: accepted or rejected */
	int64_t work;          /* accepted in the window [units] */
	uint16_t shares;       /* accepted in the window */
	uint8_t halvings;      /* lowered by silence so many times without a share since */
};

/** vardiff_start(v, now_ms): begin a new window, for instance after a change. */
void vardiff_start(struct vardiff *v, int64_t now_ms);

/** vardiff_share(v, rule, current, work, now_ms): count an accepted share; returns the work to use
 * from now on. */
int64_t vardiff_share(struct vardiff *v, const struct vardiff_rule *rule, int64_t current,
	int64_t work, int64_t now_ms);

/** vardiff_alive(v, now_ms): a rejected share is a sign of life too. */
void vardiff_alive(struct vardiff *v, int64_t now_ms);

/** vardiff_sweep(v, rule, current, now_ms): call every 10 s or so; lowers for slow and silent
 * miners. */
int64_t vardiff_sweep(
	struct vardiff *v, const struct vardiff_rule *rule, int64_t current, int64_t now_ms);

/** vardiff_clamp(rule, work, network_work): within the rule, and never above what a block takes. */
int64_t vardiff_clamp(const struct vardiff_rule *rule, int64_t work, int64_t network_work);

#endif
