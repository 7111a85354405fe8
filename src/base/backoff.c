#include "base/backoff.h"

#include "base/clock.h"
#include "base/random.h"

int64_t backoff_wait_ms(unsigned failures, uint64_t random)
{
	int64_t ms = BACKOFF_FIRST_MS;

	for (unsigned i = 1; i < failures && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	return ms / 2 + (int64_t)(random % (uint64_t)(ms / 2 + 1));
}

bool backoff_is_due(const struct backoff *b)
{
	return b->failures == 0 || clock_mono_ms() >= b->due_ms;
}

void backoff_failed(struct backoff *b)
{
	b->failures++;
	b->due_ms = clock_mono_ms() + backoff_wait_ms(b->failures, random_u64());
}

void backoff_over(struct backoff *b)
{
	b->failures = 0;
}
