/*
 * request.h -- one line from a miner, read as a JSON-RPC request without allocating.
 *
 * The reader accepts any JSON object; what it keeps are spans of the line, so the line must outlive
 * the request.
 */
#ifndef STRATUM_REQUEST_H
#define STRATUM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { REQUEST_PARAMS_MAX = 12, REQUEST_DEPTH_MAX = 16, REQUEST_ID_MAX = 40 };

/* What a JSON value is, told by its first character. */
enum json_kind {
	JSON_KIND_NONE,
	JSON_KIND_STRING,
	JSON_KIND_NUMBER,
	JSON_KIND_LITERAL,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT
};

/* A value inside the line; a string's span is without its quotes, escapes not resolved. */
struct span {
	const char *text;
	size_t len;
	enum json_kind kind;
};

struct request {
	struct span id;     /* JSON_KIND_NONE when absent; as sent, so that it can be echoed */
	struct span method; /* JSON_KIND_NONE for a reply to one of our own requests */
	struct span params[REQUEST_PARAMS_MAX];
	unsigned param_count; /* elements of the params array; further ones are checked but not kept
			       */
};

/**
 * request_read(line, len, out): read one line (without its newline).
 * errs  ERR_SYNTAX  not one JSON object; ERR_LIMIT  nested deeper than REQUEST_DEPTH_MAX
 */
enum err request_read(const char *line, size_t len, struct request *out) MUST_CHECK;

/** request_wants_reply(r): false when the id is absent or null: such a request must not be
 * answered. */
bool request_wants_reply(const struct request *r);

/** request_is(r, method): compares the method's name. */
bool request_is(const struct request *r, const char *method);

/** span_list(list, out, max): the elements of an array span; returns their count (<= max). 0 when
 * it is no array. */
unsigned span_list(const struct span *list, struct span *out, unsigned max);

/** span_member(object, name, out): the value of that key; false when it is no object or has no such
 * key. */
bool span_member(const struct span *object, const char *name, struct span *out);

/**
 * span_text(s, out, size): a string's characters with escapes resolved, or a number's text;
 * NUL-terminated. false when it is another kind, does not fit, or holds a NUL.
 */
bool span_text(const struct span *s, char *out, size_t size);

/** span_hex(s, out, len): a string (or number) of exactly 2 * len hex digits, "0x" allowed before
 * them. */
bool span_hex(const struct span *s, uint8_t *out, size_t len);

/** span_hex_u32(s, out): 1 to 8 hex digits as a number, "0x" allowed. */
bool span_hex_u32(const struct span *s, uint32_t *out);

/** span_double(s, out): a number, or a string that holds one (cpuminer-opt sends "%f"); finite. */
bool span_double(const struct span *s, double *out);

#endif
