/* bytes.h -- numbers in byte strings: little and big endian, and Bitcoin's CompactSize. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
	put_le16(p, (uint16_t)v);
	put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
	put_le32(p, __builtin_bswap32(v));
}

static inline void put_be64(uint8_t *p, uint64_t v)
{
	put_le64(p, __builtin_bswap64(v));
}

static inline uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get_le32(const uint8_t *p)
{
	return get_le16(p) | (uint32_t)get_le16(p + 2) << 16;
}

static inline uint64_t get_le64(const uint8_t *p)
{
	return get_le32(p) | (uint64_t)get_le32(p + 4) << 32;
}

static inline uint32_t get_be32(const uint8_t *p)
{
	return __builtin_bswap32(get_le32(p));
}

static inline uint64_t get_be64(const uint8_t *p)
{
	return __builtin_bswap64(get_le64(p));
}

/** bytes_reverse(out, in, len): out = in backwards; the two may be the same. */
void bytes_reverse(uint8_t *out, const uint8_t *in, size_t len);

/** bytes_put_varint(p, v): write v as CompactSize (1, 3, 5 or 9 bytes); returns the count. p has
 * room for 9. */
size_t bytes_put_varint(uint8_t *p, uint64_t v);

#endif
