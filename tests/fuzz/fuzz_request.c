/*
 * fuzz_request.c -- lines from miners. Whatever is read stays inside the line; an id that is echoed
 * keeps the answer one line; numbers and digits read back as they stand there.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_request.c LIBRARIES
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "stratum/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct line {
	const char *text;
	size_t len;
};

static void check_inside(const struct line *line, const struct span *s)
{
	if (s->kind == JSON_KIND_NONE)
		return;
	assert(s->text >= line->text && s->text + s->len <= line->text + line->len);
	assert(!memchr(s->text, '\n', s->len));
}

static void check_hex(const struct span *s)
{
	uint8_t bytes[4];
	uint32_t number;
	char digits[9];

	if (!span_hex(s, bytes, sizeof(bytes)))
		return;
	assert(span_hex_u32(s, &number));
	hex_encode(digits, bytes, sizeof(bytes));
	assert(number == (uint32_t)strtoul(digits, NULL, 16));
}

static void check_value(const struct line *line, const struct span *s)
{
	struct span elements[REQUEST_PARAMS_MAX], member;
	unsigned n = span_list(s, elements, REQUEST_PARAMS_MAX);
	char text[64];
	double number;

	check_inside(line, s);
	assert(n <= REQUEST_PARAMS_MAX && (n == 0 || s->kind == JSON_KIND_ARRAY));
	for (unsigned i = 0; i < n; i++)
		check_inside(line, &elements[i]);
	if (span_member(s, "a", &member))
		check_inside(line, &member);
	/* an escape is never shorter than what it stands for */
	if (span_text(s, text, sizeof(text)))
		assert(strlen(text) < sizeof(text) && strlen(text) <= s->len);
	if (span_double(s, &number))
		assert(isfinite(number));
	check_hex(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = mem_alloc(size + !size); /* of just that size: a step too far is seen */
	struct line line = {memcpy(copy, data, size), size};
	struct request r;

	if (!memchr(data, '\n', size) && request_read(line.text, line.len, &r) == OK) {
		check_inside(&line, &r.id);
		check_inside(&line, &r.method);
		assert(r.param_count <= REQUEST_PARAMS_MAX);
		for (unsigned i = 0; i < r.param_count; i++)
			check_value(&line, &r.params[i]);
		if (r.id.kind != JSON_KIND_NONE)
			check_value(&line, &r.id);
		if (request_wants_reply(&r))
			assert(r.id.len > 0 || r.id.kind == JSON_KIND_STRING);
	}
	free(copy);
	return 0;
}
