#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/mem.h"

uint8_t *buf_reserve(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1;

	assert(need > more);
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;

		while (cap < need)
			cap *= 2;
		b->data = mem_realloc(b->data, cap);
		b->cap = cap;
	}
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *p, size_t len)
{
	uint8_t *end = buf_reserve(b, len);

	if (len)
		memcpy(end, p, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_add_u8(struct buf *b, uint8_t v)
{
	buf_add(b, &v, 1);
}

void buf_add_le32(struct buf *b, uint32_t v)
{
	uint8_t bytes[4];

	put_le32(bytes, v);
	buf_add(b, bytes, sizeof(bytes));
}

void buf_add_le64(struct buf *b, uint64_t v)
{
	uint8_t bytes[8];

	put_le64(bytes, v);
	buf_add(b, bytes, sizeof(bytes));
}

void buf_add_varint(struct buf *b, uint64_t v)
{
	uint8_t bytes[9];

	buf_add(b, bytes, bytes_put_varint(bytes, v));
}

void buf_add_hex(struct buf *b, const void *p, size_t len)
{
	hex_encode((char *)buf_reserve(b, 2 * len), p, len);
	b->len += 2 * len;
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	assert(len >= 0);
	buf_reserve(b, (size_t)len);
	vsnprintf((char *)b->data + b->len, (size_t)len + 1, fmt, again);
	va_end(again);
	b->len += (size_t)len;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *buf_str(const struct buf *b)
{
	return b->data ? (const char *)b->data : "";
}

char *buf_take(struct buf *b)
{
	char *data = b->data ? (char *)b->data : str_dup("");

	*b = (struct buf){0};
	return data;
}

void buf_drop_front(struct buf *b, size_t n)
{
	assert(n <= b->len);
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}
