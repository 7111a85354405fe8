/*
 * sha256.h -- SHA-256 and what is built on it: double SHA-256, HMAC, PBKDF2. Any thread.
 *
 * The compression function is plain C, or the CPU's own instructions where it has them; which one
 * is decided once, before main().
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN   32 /* [bytes] of a digest */
#define SHA256_BLOCK 64 /* [bytes] that one compression takes in */

/* A hash under way; copying the struct forks it. */
struct sha256 {
	uint32_t state[8];
	uint64_t len_bytes;          /* taken in so far */
	uint8_t block[SHA256_BLOCK]; /* the last len_bytes % 64 of them */
};

void sha256_init(struct sha256 *ctx);
void sha256_add(struct sha256 *ctx, const void *data, size_t len_bytes);
/** sha256_finish(ctx, out): the digest of all that was added; ctx must be initialised again. */
void sha256_finish(struct sha256 *ctx, uint8_t out[SHA256_LEN]);

/** sha256(data, len_bytes, out): the digest of one string; out may overlap data. */
void sha256(const void *data, size_t len_bytes, uint8_t out[SHA256_LEN]);
/** sha256d(data, len_bytes, out): SHA-256 of the SHA-256, as Bitcoin hashes; out may overlap data.
 */
void sha256d(const void *data, size_t len_bytes, uint8_t out[SHA256_LEN]);

/* HMAC-SHA-256 (RFC 2104); copying the struct forks it, which is what makes PBKDF2 cheap. */
struct hmac_sha256 {
	struct sha256 inner;
	struct sha256 outer;
};

void hmac_sha256_init(struct hmac_sha256 *ctx, const void *key, size_t key_len);
void hmac_sha256_add(struct hmac_sha256 *ctx, const void *data, size_t len_bytes);
void hmac_sha256_finish(struct hmac_sha256 *ctx, uint8_t out[SHA256_LEN]);
/** hmac_sha256(key, key_len, data, len_bytes, out): the three calls above in one. */
void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len_bytes,
	uint8_t out[SHA256_LEN]);

/**
 * pbkdf2_sha256(password, password_len, salt, salt_len, iterations, out, out_len): RFC 8018 5.2.
 *   iterations  1 or more
 *   out         out_len bytes; must not overlap password or salt
 */
void pbkdf2_sha256(const void *password, size_t password_len, const void *salt, size_t salt_len,
	unsigned iterations, uint8_t *out, size_t out_len);

/** sha256_compress(state, blocks, n): take n blocks of 64 bytes into state; no padding. */
void sha256_compress(uint32_t state[8], const uint8_t *blocks, size_t n);
/** sha256_compress_c(state, blocks, n): the same, always in plain C. */
void sha256_compress_c(uint32_t state[8], const uint8_t *blocks, size_t n);
/** sha256_start(state): the state before the first block. */
void sha256_start(uint32_t state[8]);

/** sha256_variant(): "sha-ni" or "c", the compression in use. */
const char *sha256_variant(void);
/** sha256_set_variant(name): use that one from now on, process-wide (tests and benchmarks, before
 * other threads start); false when this CPU does not have it. */
bool sha256_set_variant(const char *name);

#endif
