/*
 * fuzz_http.c -- HTTP on a miners' port. It is whole at the same byte however it was cut, and
 * whatever it says about itself, the answer has the lines that we wrote, and no more.
 *
 *     clang -fsanitize=fuzzer,address,undefined -Isrc tests/fuzz/fuzz_http.c LIBRARIES
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stratum/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The answer to the request whose lines behind the first come in pieces of this size. */
static char *answer(const char *line, size_t line_len, const char *rest, size_t len, size_t piece)
{
	struct http_call *h = http_call_new(line, line_len);
	struct buf out = {0};
	bool is_whole;

	if (!h)
		return NULL;
	is_whole = http_call_feed(h, "", 0);
	for (size_t at = 0; at < len && !is_whole; at += piece) {
		size_t n = len - at < piece ? len - at : piece;
		char *copy = mem_dup(rest + at, n); /* so that a read beyond it is seen */

		is_whole = http_call_feed(h, copy, n);
		free(copy);
	}
	http_call_answer(h, "stratum+tcp", "127.0.0.1", 3333, &out);
	http_call_free(h);
	return buf_take(&out);
}

/* Status, type, length, "close", perhaps the way, an empty line; all of printable characters. */
static void check_head(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	unsigned lines = 1;

	assert(end && strncmp(text, "HTTP/1.0 200 OK\r\n", 17) == 0);
	for (const char *p = text; p < end; p++) {
		if (*p == '\r') {
			assert(p[1] == '\n');
			lines++;
			p++;
		} else {
			assert(*p >= ' ' && *p < 127);
		}
	}
	assert(lines == 4 || lines == 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = size ? memchr(text, '\n', size) : NULL;
	size_t line_len = end ? (size_t)(end - text) : size;
	const char *rest = end ? end + 1 : text + size;
	size_t len = size - (size_t)(rest - text);
	char *whole = answer(text, line_len, rest, len, len ? len : 1);
	char *bytes = answer(text, line_len, rest, len, 1);

	assert(!whole == !bytes);
	if (whole) {
		check_head(whole);
		check_head(bytes);
		assert(len > HTTP_MAX || strcmp(whole, bytes) == 0);
	}
	free(whole);
	free(bytes);
	return 0;
}
