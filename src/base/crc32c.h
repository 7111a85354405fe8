/* crc32c.h -- CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum of what reaches disk. */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/** crc32c(crc, p, len): crc is 0 to begin with, or the result for the bytes before. crc32c(0,
 * "123456789", 9) == 0xe3069283. */
uint32_t crc32c(uint32_t crc, const void *p, size_t len);

#endif
