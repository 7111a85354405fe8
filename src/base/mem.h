/*
 * mem.h -- small allocations do not fail: they end the process with a message.
 *
 * Whatever a peer can size has a limit of its own, checked before it is allocated here.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/** mem_alloc(size): size bytes of zeroes; the caller frees with free(). */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
/** mem_realloc(p, size): as realloc(3); the new part is not cleared. */
void *mem_realloc(void *p, size_t size) __attribute__((returns_nonnull));
/** mem_dup(p, len): a copy of len bytes with a NUL after them. */
void *mem_dup(const void *p, size_t len) __attribute__((malloc, returns_nonnull));
/** str_dup(s): a copy of the NUL-terminated s; NULL stays NULL. */
char *str_dup(const char *s);
/** str_printf(fmt, ...): a new string; the caller frees it. */
char *str_printf(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), malloc, returns_nonnull));
/** str_copy(out, size, s): copy what fits, always NUL-terminated; false when s was cut. */
bool str_copy(char *out, size_t size, const char *s);
/** mem_alloc_array(n, size): n * size bytes of zeroes; an overflow ends the process. */
void *mem_alloc_array(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/** array_grow(p, n, cap, size): make room for element n of an array; returns the array, *cap is
 * updated. */
void *array_grow(void *p, size_t n, size_t *cap, size_t size);

#define NEW(type)                       ((type *)mem_alloc(sizeof(type)))
#define NEW_ARRAY(type, n)              ((type *)mem_alloc_array((n), sizeof(type)))
#define ARRAY_LEN(a)                    (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/*
 * Magic: every object reached through a void * begins with `uint32_t magic` and is checked on
 * entry. struct job { uint32_t magic; … };  #define JOB_MAGIC 0x6a6f6221 struct job *job =
 * CAST_OBJ(struct job, ptr, JOB_MAGIC);
 */
#define CAST_OBJ(type, ptr, value)                                                                 \
	({                                                                                         \
		type *cast_obj_ = (type *)(ptr);                                                   \
		assert(cast_obj_ && cast_obj_->magic == (value));                                  \
		cast_obj_;                                                                         \
	})

#endif
