/*
 * map.h -- hash map from byte strings to void *. Keys are copied, values are the caller's.
 * Seeded SipHash-like mixing, so that a peer who chooses the keys cannot make them collide.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map;

struct map *map_new(void);
/** map_free(m, drop): calls drop(value) for each value when drop is not NULL. NULL m is fine. */
void map_free(struct map *m, void (*drop)(void *value));
size_t map_count(const struct map *m);
/** map_get(): the value, or NULL. */
void *map_get(const struct map *m, const void *key, size_t len);
/** map_set(): returns the value that was replaced, or NULL. value must not be NULL. */
void *map_set(struct map *m, const void *key, size_t len, void *value);
/** map_remove(): returns the value that was there, or NULL. */
void *map_remove(struct map *m, const void *key, size_t len);
/** map_next(m, pos, key, len): walk: *pos = 0 first; NULL at the end. The map must not change
 * meanwhile. */
void *map_next(const struct map *m, size_t *pos, const void **key, size_t *len);

#endif
