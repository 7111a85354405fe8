/*
 * fuzz_pack.c -- packed work, as the column of a damaged database could hold it. What is taken has
 * one spelling only, is in order, and its sums fit.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_pack.c LIBRARIES
 */
#include <string.h>

#include "base/mem.h"
#include "store/pack_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = mem_alloc(size + !size); /* of just that size: a step too far is seen */
	int64_t work = 0, shares = 0;
	struct pack_slot *slots;
	struct buf again = {0};
	size_t n;

	memcpy(copy, data, size);
	if (pack_decode(copy, size, &slots, &n, NULL) == OK) {
		for (size_t i = 0; i < n; i++) {
			bool overflow = __builtin_add_overflow(work, slots[i].work, &work) ||
					__builtin_add_overflow(shares, slots[i].shares, &shares);

			assert(!overflow && slots[i].work >= 0 && slots[i].shares >= 0);
		}
		pack_encode(slots, n, &again);
		assert(again.len == size && memcmp(again.data, data, size) == 0);
		assert(pack_sum(slots, n) == n);
		free(slots);
	}
	buf_free(&again);
	free(copy);
	return 0;
}
