/*
 * fuzz_pow_param.c -- algorithms and parameters out of arbitrary bytes: a name in the first line,
 * then NAME=VALUE lines. Whatever is accepted keeps the memory limits; whatever is refused says
 * why.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_pow_param.c LIBRARIES
 *
 * With replay.c instead of the fuzzer it is a test of the corpus.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pow/pow.h"

#define PARAMS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A usable variant never needs more than its limit, and plain C can always be tried. */
static void check_accepted(const struct pow_algo *algo)
{
	struct pow_variant_info info;
	unsigned usable = 0;

	assert(pow_algo_name(algo)[0]);
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++) {
		if (i == 0)
			assert(info.memory_bytes <= POW_HASH_MEMORY_MAX);
		assert(!info.usable || info.memory_bytes <= POW_CTX_MEMORY_MAX);
		usable += info.usable;
	}
	assert(usable > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_dup(data, size), *save = NULL;
	const char *name = strtok_r(text, "\n", &save);
	struct pow_param params[PARAMS_MAX];
	struct pow_algo *algo = NULL;
	struct why why = {0};
	unsigned n = 0;

	for (char *line; n < PARAMS_MAX && (line = strtok_r(NULL, "\n", &save)); n++) {
		char *value = strchr(line, '=');

		params[n].name = line;
		params[n].value = value ? value + 1 : "";
		if (value)
			*value = '\0';
	}
	if (pow_algo_new(name ? name : "", params, n, &algo, &why) == OK)
		check_accepted(algo);
	else
		assert(why.text[0] && !algo);
	pow_algo_free(algo);
	free(text);
	return 0;
}
