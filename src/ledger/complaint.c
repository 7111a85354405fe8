#include "ledger/complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define REWORD_MS 60000
#define REPEAT_MS 3600000

void complain(struct complaint *c, const struct logger *lg, enum log_level level, const char *event,
	const char *fmt, ...)
{
	int64_t now = clock_mono_ms();
	char text[sizeof(c->text)];
	int64_t wait_ms;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (c->event && strcmp(c->event, event) == 0) {
		wait_ms = strcmp(c->text, text) == 0 ? REPEAT_MS : REWORD_MS;
		if (now - c->said_ms < wait_ms)
			return;
	}
	c->event = event;
	c->said_ms = now;
	memcpy(c->text, text, sizeof(text));
	log_at(lg, level, event, "%s", text);
}

void complaint_over(struct complaint *c, const struct logger *lg)
{
	if (!c->event)
		return;
	log_info(lg, "trouble_over", "trouble=%s", c->event);
	c->event = NULL;
}
