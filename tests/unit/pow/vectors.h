/* vectors.h -- reading tests/vectors/pow/vectors.txt: "what params | input | output" a line. */
#ifndef TESTS_POW_VECTORS_H
#define TESTS_POW_VECTORS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "pow/pow.h"

#define VECTOR_BYTES_MAX 1024

struct vector {
	char what[32];    /* yescrypt05, yespower10, scrypt1024_1_1, sha256d, trace05, trace10 */
	char params[512]; /* the rest of the first column */
	uint8_t input[VECTOR_BYTES_MAX];
	size_t input_len;
	uint8_t output[VECTOR_BYTES_MAX];
	size_t output_len;
};

static inline size_t vector_bytes(uint8_t *out, const char *text)
{
	size_t digits = strspn(text, "0123456789abcdef");

	assert_true(digits / 2 <= VECTOR_BYTES_MAX);
	assert_true(hex_decode(out, digits / 2, text, digits));
	return digits / 2;
}

/* Calls fn for each line that is not a comment; returns how many there were. */
static inline unsigned vectors_each(void (*fn)(const struct vector *vector, void *arg), void *arg)
{
	FILE *f = fopen(VECTORS_DIR "/pow/vectors.txt", "r");
	static char line[8192];
	unsigned n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		struct vector v = {0};
		char *input, *output;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		input = strstr(line, " | ");
		assert_non_null(input);
		output = strstr(input + 3, " | ");
		assert_non_null(output);
		*input = '\0';
		assert_int_equal(sscanf(line, "%31s %511[^\n]", v.what, v.params), 2);
		v.input_len = vector_bytes(v.input, input + 3);
		v.output_len = vector_bytes(v.output, output + 3);
		fn(&v, arg);
		n++;
	}
	fclose(f);
	return n;
}

#endif
