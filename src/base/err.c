#include "base/err.h"

#include <stdio.h>
#include <string.h>

static const char *const texts[ERR_COUNT_] = {
	[OK] = "ok",
#define ERR(name, text) [ERR_##name] = text,
#include "base/err.tbl"
#undef ERR
};

const char *err_text(enum err e)
{
	if ((unsigned)e >= ERR_COUNT_)
		return "unknown error";
	return texts[e];
}

enum err err_fail(struct why *why, enum err e, const char *fmt, ...)
{
	if (why) {
		va_list ap;

		va_start(ap, fmt);
		vsnprintf(why->text, sizeof(why->text), fmt, ap);
		va_end(ap);
	}
	return e;
}

void err_prefix(struct why *why, const char *fmt, ...)
{
	struct why old;
	va_list ap;
	size_t len;

	if (!why)
		return;
	old = *why;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	len = strlen(why->text);
	snprintf(why->text + len, sizeof(why->text) - len, ": %s", old.text);
}
