/* test_memory.c -- hashing allocates nothing and the process does not grow, however long it runs.
 *
 * The linker sends every allocation of the program through the wrappers below (meson.build).
 */
#include "vectors.h"

#include <stdatomic.h>
#include <unistd.h>

#define BATCH   64
#define SLACK   ((size_t)1 << 20) /* [bytes] by which the kernel's count of pages may be late */
#define WARM_UP (3 * BATCH)

static atomic_size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	allocations++;
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	allocations++;
	return __real_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
	allocations++;
	return __real_aligned_alloc(align, size);
}

static size_t resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	size_t total, resident;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%zu %zu", &total, &resident), 2);
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static void hash_many(struct pow_ctx *ctx, unsigned n)
{
	static uint8_t headers[BATCH][POW_HEADER_LEN], hashes[BATCH][POW_HASH_LEN];

	unsigned done = 0, take;

	for (unsigned turn = 0; done < n; turn++, done += take) {
		take = 1 + turn % BATCH; /* all sizes: every kernel has its turn */
		if (take > n - done)
			take = n - done;
		memcpy(headers[turn % BATCH], hashes[0], POW_HASH_LEN);
		pow_hash(ctx, take, (const uint8_t(*)[POW_HEADER_LEN])headers, hashes);
	}
}

/* What a context costs at first, it costs for ever. */
static void check_constant(const char *name, const char *variant, unsigned hashes)
{
	struct pow_algo *algo;
	struct pow_ctx *ctx;
	size_t memory, before, resident;

	before = allocations;
	assert_int_equal(pow_algo_new(name, NULL, 0, &algo, NULL), OK);
	assert_int_equal(pow_ctx_new(algo, variant, &ctx, NULL), OK);
	assert_true(allocations > before); /* the wrappers are in place */
	memory = pow_ctx_memory(ctx);
	hash_many(ctx, WARM_UP < hashes / 4 ? WARM_UP : hashes / 4);
	resident = resident_bytes();
	before = allocations;
	hash_many(ctx, hashes);
	assert_int_equal(allocations, before);
	assert_true(resident_bytes() <= resident + SLACK);
	assert_int_equal(pow_ctx_memory(ctx), memory);
	pow_ctx_free(ctx);
	pow_algo_free(algo);
}

/* So many hashes that each line takes less than a second of a fast core. */
static void test_memory_is_constant(void **state)
{
	static const struct {
		const char *name;
		unsigned hashes;
	} runs[] = {
		{"sha256d", 1000000},
		{"scrypt", 10000},
		{"yescryptr8", 800},
		{"yescryptr8g", 200},
		{"yescryptr16", 200},
		{"yescryptr32", 100},
		{"yespower", 200},
		{"yespowerr16", 200},
	};

	for (unsigned i = 0; i < ARRAY_LEN(runs); i++)
		check_constant(runs[i].name, NULL, runs[i].hashes);
}

static void test_memory_is_constant_in_plain_c(void **state)
{
	check_constant("sha256d", "c", 1000000);
	check_constant("scrypt", "c", 1000);
	check_constant("yescryptr8", "c", 100);
	check_constant("yespower", "c", 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_constant),
		cmocka_unit_test(test_memory_is_constant_in_plain_c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
