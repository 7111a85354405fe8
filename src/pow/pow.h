/*
 * pow.h -- the proof of work: from a block header to the hash that is compared with a target.
 *
 * Memory:  a pow_algo says which function it is; it never changes. A pow_ctx is the scratch memory
 *          of one thread, allocated once; hashing allocates nothing.
 * Thread:  a pow_algo may be shared by all threads, a pow_ctx belongs to one. Everything else here
 *          is ANY_THREAD.
 * Hashes:  32 bytes in the order in which the function yields them; as a number little-endian
 *          (hash[31] is the most significant byte).
 */
#ifndef POW_POW_H
#define POW_POW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define POW_HEADER_LEN 80 /* [bytes] of a block header */
#define POW_HASH_LEN   32 /* [bytes] of its hash */

struct pow_algo; /* in pow_priv.h */
struct pow_ctx;  /* in pow_priv.h */

/* A parameter as the configuration has it; see docs/proof-of-work.md for each algorithm's. */
struct pow_param {
	const char *name;
	const char *value;
};

/**
 * pow_algo_new(name, params, n, out, why): the algorithm of that name with these parameters.
 *   params  n of them, borrowed for the call, no NULLs; of two with one name the latter counts
 *   out     freed with pow_algo_free()
 *   errs    ERR_NOT_FOUND no such algorithm; ERR_INVALID, ERR_RANGE a parameter is wrong;
 *           ERR_LIMIT one hash would need more than POW_HASH_MEMORY_MAX
 */
enum err pow_algo_new(const char *name, const struct pow_param *params, unsigned n,
	struct pow_algo **out, struct why *why) MUST_CHECK;
void pow_algo_free(struct pow_algo *algo);
/** pow_algo_name(algo): the name it was made with; lives as long as algo. */
const char *pow_algo_name(const struct pow_algo *algo);

#define POW_HASH_MEMORY_MAX                                                                        \
	((size_t)129 << 20) /* [bytes] for one hash in flight: a table of 128 MiB, and the rest */
#define POW_CTX_MEMORY_MAX ((size_t)256 << 20) /* [bytes] for one context, whatever its batch */

/**
 * pow_ctx_new(algo, variant, out, why): scratch memory for one thread.
 *   algo     borrowed for the call only
 *   variant  which code computes it: a name from pow_variant_at(), or NULL for the widest one that
 *            this CPU has; pow_choose_variant() knows better. It is checked against known hashes
 *            the first time the process uses it.
 *   out      freed with pow_ctx_free()
 *   errs     ERR_NOT_FOUND no such variant; ERR_UNSUPPORTED this CPU lacks it; ERR_CORRUPT it
 *            computes wrong hashes here; ERR_LIMIT it needs more than POW_CTX_MEMORY_MAX;
 *            ERR_UNAVAILABLE no memory
 */
enum err pow_ctx_new(const struct pow_algo *algo, const char *variant, struct pow_ctx **out,
	struct why *why) MUST_CHECK;
void pow_ctx_free(struct pow_ctx *ctx);
/** pow_ctx_batch(ctx): how many hashes it computes together; 1 or more. */
unsigned pow_ctx_batch(const struct pow_ctx *ctx);
/** pow_ctx_memory(ctx): [bytes] of scratch memory that it holds, for its whole life. */
size_t pow_ctx_memory(const struct pow_ctx *ctx);
/** pow_ctx_variant(ctx): the name of the code that it runs. */
const char *pow_ctx_variant(const struct pow_ctx *ctx);

/**
 * pow_hash(ctx, n, headers, hashes): hashes[i] of headers[i], any n. Faster per hash when n is a
 * multiple of the batch, but never wait for that: 1, 2 or 3 are taken as they come.
 */
void pow_hash(struct pow_ctx *ctx, unsigned n, const uint8_t (*headers)[POW_HEADER_LEN],
	uint8_t (*hashes)[POW_HASH_LEN]);
/** pow_hash_bytes(ctx, input, len_bytes, out): the hash of one input of any length. */
void pow_hash_bytes(
	struct pow_ctx *ctx, const uint8_t *input, size_t len_bytes, uint8_t out[POW_HASH_LEN]);

/** pow_algo_at(i, out_text): the name of algorithm number i and one line on it; NULL after the
 * last. */
const char *pow_algo_at(unsigned i, const char **out_text);

struct pow_variant_info {
	const char *name;
	unsigned batch;      /* hashes computed together */
	size_t memory_bytes; /* of a context */
	bool usable;         /* the CPU has what it needs, and the memory limit allows it */
};

/** pow_variant_at(algo, i, out): code number i that can compute algo, slowest first; false after
 * the last. */
bool pow_variant_at(const struct pow_algo *algo, unsigned i, struct pow_variant_info *out);

/* A variant that computed a wrong hash and is therefore not used. */
struct pow_fault {
	const char *family;
	const char *variant;
};

/**
 * pow_self_test(out, max): check every variant that this CPU has, each once per process.
 *   out     up to max of those that failed
 *   return  how many failed; a role reports them (they are out of use already)
 */
unsigned pow_self_test(struct pow_fault *out, unsigned max);

/**
 * pow_choose_variant(algo, threads): the fastest variant that passed its check, timed with that
 * many threads hashing at once. Takes a few dozen milliseconds per algorithm.
 *   return  a name for pow_ctx_new(), never NULL
 *   blocks  while it measures
 */
const char *pow_choose_variant(const struct pow_algo *algo, unsigned threads);

#endif
