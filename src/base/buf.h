/* buf.h -- bytes that grow. Zero-initialise, append, take or buf_free(). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data; /* NUL after data[len - 1] whenever data != NULL, so it can be printed */
	size_t len;
	size_t cap;
};

/** buf_reserve(b, more): room for `more` bytes after len; returns where they go. */
uint8_t *buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_add_u8(struct buf *b, uint8_t v);
void buf_add_le32(struct buf *b, uint32_t v);
void buf_add_le64(struct buf *b, uint64_t v);
/** buf_add_varint(b, v): Bitcoin's CompactSize. */
void buf_add_varint(struct buf *b, uint64_t v);
/** buf_add_hex(b, p, len): lower-case hex text of the bytes. */
void buf_add_hex(struct buf *b, const void *p, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/** buf_str(b): the text, never NULL; borrowed until the next change. */
const char *buf_str(const struct buf *b);
/** buf_take(b): hand over the bytes (NUL-terminated); b is empty afterwards. The caller frees. */
char *buf_take(struct buf *b);
/** buf_drop_front(b, n): forget the first n bytes. */
void buf_drop_front(struct buf *b, size_t n);
/** buf_clear(b): forget the content, keep the memory. */
void buf_clear(struct buf *b);
void buf_free(struct buf *b);

#endif
