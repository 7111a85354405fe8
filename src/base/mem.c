#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void out_of_memory(size_t size)
{
	fprintf(stderr, "kozan: out of memory (asked for %zu bytes)\n", size);
	abort();
}

void *mem_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

void *mem_alloc_array(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory(SIZE_MAX);
	return mem_alloc(bytes);
}

void *mem_realloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);

	if (!q)
		out_of_memory(size);
	return q;
}

void *mem_dup(const void *p, size_t len)
{
	char *q = mem_realloc(NULL, len + 1);

	if (len)
		memcpy(q, p, len);
	q[len] = '\0';
	return q;
}

char *str_dup(const char *s)
{
	return s ? mem_dup(s, strlen(s)) : NULL;
}

char *str_printf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory(0);
	va_end(ap);
	return s;
}

bool str_copy(char *out, size_t size, const char *s)
{
	size_t len = strlen(s);

	assert(size > 0);
	if (len < size) {
		memcpy(out, s, len + 1);
		return true;
	}
	memcpy(out, s, size - 1);
	out[size - 1] = '\0';
	return false;
}

void *array_grow(void *p, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap : 8, bytes;

	if (n < *cap)
		return p;
	while (want <= n)
		want *= 2;
	if (__builtin_mul_overflow(want, size, &bytes))
		out_of_memory(SIZE_MAX);
	p = mem_realloc(p, bytes);
	*cap = want;
	return p;
}
