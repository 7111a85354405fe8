/*
 * log.h -- one line per noteworthy event, to standard error, as text or JSON. Any thread.
 *
 * Levels say who must act: debug nobody, info nobody, odd we coped, broken a person must look.
 * Libraries (all folders but the roles and cli) log only at debug; the role that decides logs,
 * once.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_ODD, LOG_LEVEL_BROKEN };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Who speaks: made once per object that logs; both strings are borrowed for its life. */
struct logger {
	const char *role;  /* "stratum", "ledger", "web", "run", … */
	const char *scope; /* pool, daemon, connection …; NULL or "" when there is none */
};

/** log_setup(level, format): once at start, before other threads. Default: info, text. */
void log_setup(enum log_level level, enum log_format format);
/** log_is_on(level): whether such a line would be written. */
bool log_is_on(enum log_level level);

/**
 * log_at(lg, level, event, fmt, ...): prefer the four macros.
 *   event  stable name, words_with_underscores; appears in docs and may be alarmed on
 *   fmt    "key=value key=value"; values with spaces in quotes
 * Equal events of one logger scope beyond 20 in a second are counted and reported in one line.
 */
void log_at(const struct logger *lg, enum log_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#define log_debug(lg, event, ...)                                                                  \
	do {                                                                                       \
		if (log_is_on(LOG_LEVEL_DEBUG))                                                    \
			log_at((lg), LOG_LEVEL_DEBUG, event, __VA_ARGS__);                         \
	} while (0)
#define log_info(lg, event, ...)   log_at((lg), LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_odd(lg, event, ...)    log_at((lg), LOG_LEVEL_ODD, event, __VA_ARGS__)
#define log_broken(lg, event, ...) log_at((lg), LOG_LEVEL_BROKEN, event, __VA_ARGS__)

#endif
