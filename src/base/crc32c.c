#include "base/crc32c.h"

#define POLYNOMIAL 0x82f63b78u /* 0x1edc6f41 reflected */

/* Four bits at a time; only machines without the CPU instruction come here. */
static uint32_t nibble(uint32_t crc)
{
	for (int i = 0; i < 4; i++)
		crc = crc >> 1 ^ (POLYNOMIAL & -(crc & 1));
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_cpu(uint32_t crc, const uint8_t *p, size_t len)
{
	uint64_t word, wide = crc;

	for (; len >= 8; p += 8, len -= 8) {
		__builtin_memcpy(&word, p, 8);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; len > 0; p++, len--)
		crc = __builtin_ia32_crc32qi(crc, *p);
	return crc;
}
#endif

uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	crc = ~crc;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~by_cpu(crc, p, len);
#endif
	for (; len > 0; p++, len--) {
		crc ^= *p;
		crc = nibble(nibble(crc));
	}
	return ~crc;
}
