/*
 * pow_priv.h -- how a proof-of-work family is described to pow.c: its parameters, its code
 * variants, its kernels.
 *
 * family   one way to compute (sha256d, scrypt, yescrypt); algorithms are families with parameters
 * variant  one build of a family's code for one kind of CPU, with
 * kernels  that compute 1, 2, … hashes together
 */
#ifndef POW_POW_PRIV_H
#define POW_POW_PRIV_H

#include "pow/pow.h"

#define POW_WIDTH_MAX    16 /* hashes that any kernel computes together */
#define POW_VARIANTS_MAX 16
#define POW_KERNELS_MAX  4
#define POW_PERS_MAX     128 /* [bytes] */

/* What a variant asks of the CPU. */
enum pow_cpu {
	POW_CPU_AVX2 = 1 << 0,   /* and BMI2 */
	POW_CPU_AVX512 = 1 << 1, /* F, VL, BW; and BMI2 */
	POW_CPU_SHA = 1 << 2,    /* and AVX, BMI2; on ARM SHA2 */
	POW_CPU_PEXT = 1 << 3,   /* has it, and it is not microcoded */
};

enum pow_pers {
	POW_PERS_NONE,
	POW_PERS_HEADER, /* the input itself; at most 80 bytes of it are hashed */
	POW_PERS_BYTES,
};

/* n, r, p keep the capital or small letters that the papers give them in the configuration. */
struct pow_algo {
	const char *name;
	const struct pow_family *family;
	unsigned version; /* yescrypt: 5 is generation 0.5, 10 is generation 1.0 */
	uint32_t n, r, p;
	enum pow_pers pers;
	uint8_t pers_len;
	uint8_t pers_bytes[POW_PERS_MAX];
};

struct yescrypt_shape;
struct yescrypt_lane;

struct pow_kernel {
	unsigned width; /* hashes computed together */
	unsigned least; /* fewest inputs for which it is worth running, the rest being idle */
	union {
		/* two SHA-256 of each of `width` 80-byte headers */
		void (*sha256d)(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN]);
		/* scrypt's ROMix of `width` blocks of 128 r bytes, in place; v is the big table */
		void (*romix)(uint32_t n, uint32_t r, uint8_t *blocks, void *v);
		/* the mixing of `width` hashes, from and to their lanes' rows */
		void (*smix)(const struct yescrypt_shape *shape, const struct yescrypt_lane *lanes);
	};
};

struct pow_variant {
	const char *name;
	unsigned cpu;                               /* enum pow_cpu bits */
	struct pow_kernel kernels[POW_KERNELS_MAX]; /* widest first, the last has width 1 */
};

struct pow_family {
	const char *name;
	const char *parameters; /* for messages: "N, r and p"; NULL when it takes none */
	/* take one parameter; ERR_NOT_FOUND when it has no such parameter */
	enum err (*set)(struct pow_algo *algo, const struct pow_param *param, struct why *why);
	/* look at all of them together; NULL when there is nothing to see */
	enum err (*check)(const struct pow_algo *algo, struct why *why);
	/* scratch memory for `width` hashes together; a multiple of 64 */
	size_t (*memory)(const struct pow_algo *algo, unsigned width);
	/* n <= kernel->width inputs of len bytes each, one after the other */
	void (*hash)(struct pow_ctx *ctx, const struct pow_kernel *kernel, unsigned n,
		const uint8_t *inputs, size_t len, uint8_t (*out)[POW_HASH_LEN]);
	const struct pow_variant *const *variants; /* plain C first, NULL at the end */
	const struct pow_known *known;             /* hashes to check them with */
	unsigned n_known;
};

/* A hash that everybody knows: one per code path that differs by parameters. */
struct pow_known {
	const char *algo;
	struct pow_param params[4];
	unsigned n_params;
	const char *header; /* hex */
	const char *hash;   /* hex */
};

struct pow_ctx {
	struct pow_algo algo;
	const struct pow_variant *variant;
	uint8_t *mem; /* mem_len bytes, aligned to a huge page when it is that large */
	size_t mem_len;
};

extern const struct pow_family pow_sha256d, pow_scrypt, pow_yescrypt;
/** pow_family_at(i): sha256d, scrypt, yescrypt, NULL. */
const struct pow_family *pow_family_at(unsigned i);

/** pow_cpu_has(bits): whether this CPU and its kernel support all of these enum pow_cpu bits. */
bool pow_cpu_has(unsigned bits);

/** pow_u32(param, min, max, out, why): a decimal number within limits. */
enum err pow_u32(const struct pow_param *param, uint32_t min, uint32_t max, uint32_t *out,
	struct why *why) MUST_CHECK;

/** pow_ctx_open(algo, variant, out, why): a context for a variant that nobody has checked yet. */
enum err pow_ctx_open(const struct pow_algo *algo, const struct pow_variant *variant,
	struct pow_ctx **out, struct why *why) MUST_CHECK;
/** pow_variant_fits(algo, variant): the CPU has it and its memory stays within the limit. */
bool pow_variant_fits(const struct pow_algo *algo, const struct pow_variant *variant);
/** pow_variant_verified(family, i): check it if nobody has yet; false when it computes nonsense. */
bool pow_variant_verified(const struct pow_family *family, unsigned i);

#endif
