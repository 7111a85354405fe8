/* time.h -- two clocks that must not be mixed: the wall clock (may jump) and the monotonic one
 * (never does). */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>

/** time_wall_ms(): milliseconds since 1970 UTC. For what people and other machines read. */
int64_t time_wall_ms(void);
/** time_wall_ns(): the same in nanoseconds. */
int64_t time_wall_ns(void);
/** time_mono_ms(), time_mono_us(): since some fixed moment. For every interval and deadline. */
int64_t time_mono_ms(void);
int64_t time_mono_us(void);
/** time_sleep_ms(ms): sleep the whole time, signals or not. */
void time_sleep_ms(int64_t ms);

#define TIME_TEXT_MAX 32
/** time_text(wall_ms, text): "2026-11-22T19:27:25.123Z"; returns text. */
const char *time_text(int64_t wall_ms, char text[TIME_TEXT_MAX]);

#endif
