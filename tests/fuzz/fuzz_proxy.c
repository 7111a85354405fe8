/*
 * fuzz_proxy.c -- PROXY headers from whoever sits at a load balancer's address. What is taken is no
 * longer than what came, and says the same however it was cut.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_proxy.c LIBRARIES
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_header whole = {.len = 0}, part = {.len = 0};
	enum proxy_verdict v = proxy_read(data, size, &whole);

	for (size_t len = 0; len <= size && len < PROXY_HEADER_MAX + 16; len++) {
		uint8_t *copy = mem_dup(data, len); /* so that a read beyond it is seen */
		enum proxy_verdict early = proxy_read(copy, len, &part);

		free(copy);
		if (early == PROXY_MORE)
			continue; /* it may still become anything */
		assert(early == v);
		if (v == PROXY_GARBAGE)
			break;
		assert(part.len == whole.len && part.len <= len && part.len > 0);
		assert(v == PROXY_LOCAL ||
			(net_addr_is_same(&part.addr, &whole.addr) && part.port == whole.port));
	}
	if (v == PROXY_MORE)
		assert(size <= PROXY_HEADER_MAX);
	return 0;
}
