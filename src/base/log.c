#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

enum { BURST = 20, WATCHED = 64 };

/* How often an event was written in the current second. A collision merely shares the budget. */
struct rate {
	int64_t second;
	unsigned written, dropped;
};

static struct {
	enum log_level level;
	enum log_format format;
	pthread_mutex_t lock;
	struct rate rates[WATCHED];
} state = {LOG_LEVEL_INFO, LOG_FORMAT_TEXT, PTHREAD_MUTEX_INITIALIZER, {{0, 0, 0}}};

static const char *const names[] = {"debug", "info", "odd", "broken"};

void log_setup(enum log_level level, enum log_format format)
{
	state.level = level;
	state.format = format;
}

bool log_is_on(enum log_level level)
{
	return level >= state.level;
}

static unsigned bucket(const char *event, const char *scope)
{
	uint32_t h = 2166136261u;

	for (; *event; event++)
		h = (h ^ (uint8_t)*event) * 16777619u;
	for (; scope && *scope; scope++)
		h = (h ^ (uint8_t)*scope) * 16777619u;
	return h % WATCHED;
}

/* True when the line may be written; *skipped = lines dropped in the second before. */
static bool admit(const struct logger *lg, const char *event, unsigned *skipped)
{
	struct rate *r = &state.rates[bucket(event, lg->scope)];
	int64_t now = clock_mono_ms() / 1000;
	bool yes;

	pthread_mutex_lock(&state.lock);
	*skipped = 0;
	if (r->second != now) {
		*skipped = r->dropped;
		*r = (struct rate){.second = now};
	}
	yes = r->written < BURST;
	if (yes)
		r->written++;
	else
		r->dropped++;
	pthread_mutex_unlock(&state.lock);
	return yes;
}

static void write_line(struct buf *line)
{
	ssize_t n;

	buf_add_u8(line, '\n');
	n = write(STDERR_FILENO, line->data,
		line->len); /* one write: lines of threads and roles do not mix */
	(void)n;
}

static void format_line(struct buf *line, const struct logger *lg, enum log_level level,
	const char *event, const char *text)
{
	const char *scope = lg->scope ? lg->scope : "";
	char when[CLOCK_TEXT_MAX];

	clock_text(clock_wall_ms(), when);
	if (state.format == LOG_FORMAT_TEXT) {
		buf_printf(line, "%s %-6s %s%s%s %s%s%s", when, names[level], lg->role,
			*scope ? "/" : "", scope, event, *text ? " " : "", text);
		return;
	}
	buf_printf(line, "{\"ts\":\"%s\",\"level\":\"%s\",\"role\":", when, names[level]);
	buf_add_json_str(line, lg->role);
	buf_add_str(line, ",\"scope\":");
	buf_add_json_str(line, scope);
	buf_add_str(line, ",\"event\":");
	buf_add_json_str(line, event);
	buf_add_str(line, ",\"text\":");
	buf_add_json_str(line, text);
	buf_add_u8(line, '}');
}

/* A peer's bytes may stand in a line: nothing that moves a terminal's cursor gets through. */
static void make_printable(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

void log_at(const struct logger *lg, enum log_level level, const char *event, const char *fmt, ...)
{
	struct buf line = {0};
	unsigned skipped;
	char text[1024];
	va_list ap;

	if (!log_is_on(level) || !admit(lg, event, &skipped))
		return;
	if (skipped) {
		snprintf(text, sizeof(text), "event=%s lines=%u", event, skipped);
		format_line(&line, lg, level, "log_lines_skipped", text);
		write_line(&line);
		buf_clear(&line);
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	make_printable(text);
	format_line(&line, lg, level, event, text);
	write_line(&line);
	buf_free(&line);
}
