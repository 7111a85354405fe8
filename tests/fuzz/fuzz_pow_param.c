/*
 * fuzz_pow_param.c -- algorithms and parameters out of arbitrary bytes: a name in the first line,
 * then NAME=VALUE lines. Whatever is accepted keeps the memory limits; whatever is refused says
 * why.
 *
 *     clang -fsanitize=fuzzer,address,undefined -DWITH_FUZZER -Isrc tests/fuzz/fuzz_pow_param.c
 * LIBRARIES
 *
 * Without WITH_FUZZER it is a program that replays the files of the folders that it is given.
 */
#include <dirent.h>
#include <stdio.h>
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

#ifndef WITH_FUZZER
static void replay(const char *path)
{
	static uint8_t data[1 << 16];
	FILE *f = fopen(path, "rb");
	size_t len;

	if (!f) {
		perror(path);
		exit(1);
	}
	len = fread(data, 1, sizeof(data), f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, len);
}

int main(int argc, char **argv)
{
	unsigned n = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *entry;

		if (!dir) {
			perror(argv[i]);
			return 1;
		}
		while ((entry = readdir(dir))) {
			char *path = str_printf("%s/%s", argv[i], entry->d_name);

			if (entry->d_name[0] != '.') {
				replay(path);
				n++;
			}
			free(path);
		}
		closedir(dir);
	}
	printf("%u inputs\n", n);
	return n == 0;
}
#endif
