/* breaker.c -- leaves a server that fails alone for a while. */
#include "cache/breaker_priv.h"

bool breaker_is_open(const struct breaker *b)
{
	return atomic_load(&b->open_until_ms) != 0;
}

bool breaker_allows(struct breaker *b, int64_t now_ms)
{
	int64_t until = atomic_load(&b->open_until_ms);

	if (until == 0)
		return true;
	/* who moves the end on is the one who tries */
	if (now_ms < until || !atomic_compare_exchange_strong(
				      &b->open_until_ms, &until, now_ms + atomic_load(&b->wait_ms)))
		return false;
	atomic_store(&b->is_tried, true);
	return true;
}

void breaker_failed(struct breaker *b, int64_t now_ms)
{
	int64_t wait = BREAKER_FIRST_MS;

	if (breaker_is_open(b)) {
		if (!atomic_exchange(&b->is_tried, false))
			return; /* asked before it opened */
		wait = 2 * atomic_load(&b->wait_ms);
		if (wait > BREAKER_LONGEST_MS)
			wait = BREAKER_LONGEST_MS;
	}
	atomic_store(&b->wait_ms, wait);
	atomic_store(&b->open_until_ms, now_ms + wait);
}

void breaker_answered(struct breaker *b)
{
	atomic_store(&b->is_tried, false);
	atomic_store(&b->open_until_ms, 0);
}
