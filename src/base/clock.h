/* clock.h -- two clocks that must not be mixed: the wall clock (may jump) and the monotonic one
 * (never does). */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/** clock_wall_ms(): milliseconds since 1970 UTC. For what people and other machines read. */
int64_t clock_wall_ms(void);
/** clock_wall_ns(): the same in nanoseconds. */
int64_t clock_wall_ns(void);
/** clock_mono_ms(), clock_mono_us(): since some fixed moment. For every interval and deadline. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/** clock_sleep_ms(ms): sleep the whole time, signals or not. */
void clock_sleep_ms(int64_t ms);

#define CLOCK_TEXT_MAX 32
/** clock_text(wall_ms, text): "2026-11-22T19:27:25.123Z"; returns text. */
const char *clock_text(int64_t wall_ms, char text[CLOCK_TEXT_MAX]);

#endif
