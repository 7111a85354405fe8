/*
 * v128.h -- 128-bit vectors of four words, the same by SSE2 (or what extends it) and by NEON; for
 * the files that are compiled once for each instruction set.
 */
#ifndef POW_V128_H
#define POW_V128_H

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

/* v128_load, v128_store: p is aligned to 16 bytes.
 * v128_rotl(x, n): every word by n bits, n constant.
 * v128_turn(x, n): word i comes from word i + n mod 4, n constant.
 * v128_product(x): in each 64 bits the product of their two words. */
#if defined(__x86_64__)

#include <immintrin.h>

typedef __m128i v128;

#define v128_load(p)     _mm_load_si128((const __m128i *)(p))
#define v128_store(p, x) _mm_store_si128((__m128i *)(p), x)
#define v128_fill(word)  _mm_set1_epi32((int)(word))
#define v128_xor(x, y)   _mm_xor_si128(x, y)
#define v128_and(x, y)   _mm_and_si128(x, y)
#define v128_add32(x, y) _mm_add_epi32(x, y)
#define v128_add64(x, y) _mm_add_epi64(x, y)
#define v128_low32(x)    ((uint32_t)_mm_cvtsi128_si32(x))
#define v128_low64(x)    ((uint64_t)_mm_cvtsi128_si64(x))
#define v128_product(x)  _mm_mul_epu32(x, _mm_srli_epi64(x, 32))
#define v128_turn(x, n)  _mm_shuffle_epi32(x, (n) == 1 ? 0x39 : (n) == 2 ? 0x4e : 0x93)
#ifdef __AVX512VL__
#define v128_rotl(x, n) _mm_rol_epi32(x, n)
#else
#define v128_rotl(x, n) _mm_or_si128(_mm_slli_epi32(x, n), _mm_srli_epi32(x, 32 - (n)))
#endif

#elif defined(__aarch64__)

#include <arm_neon.h>

typedef uint32x4_t v128;

#define v128_load(p)     vld1q_u32((const uint32_t *)(p))
#define v128_store(p, x) vst1q_u32((uint32_t *)(p), x)
#define v128_fill(word)  vdupq_n_u32(word)
#define v128_xor(x, y)   veorq_u32(x, y)
#define v128_and(x, y)   vandq_u32(x, y)
#define v128_add32(x, y) vaddq_u32(x, y)
#define v128_add64(x, y)                                                                           \
	vreinterpretq_u32_u64(vaddq_u64(vreinterpretq_u64_u32(x), vreinterpretq_u64_u32(y)))
#define v128_low32(x) vgetq_lane_u32(x, 0)
#define v128_low64(x) vgetq_lane_u64(vreinterpretq_u64_u32(x), 0)
#define v128_product(x)                                                                            \
	vreinterpretq_u32_u64(vmull_u32(                                                           \
		vmovn_u64(vreinterpretq_u64_u32(x)), vshrn_n_u64(vreinterpretq_u64_u32(x), 32)))
#define v128_turn(x, n) vextq_u32(x, x, n)
#define v128_rotl(x, n) vsriq_n_u32(vshlq_n_u32(x, n), x, 32 - (n))

#endif
#endif
