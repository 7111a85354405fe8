/* cbor.h -- reading the part of CBOR (RFC 8949) that authenticators write: definite lengths only.
 */
#ifndef AUTH_CBOR_H
#define AUTH_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cbor_kind {
	CBOR_UINT,
	CBOR_NEGATIVE,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_SIMPLE
};

/* What is left to read; zero end means "broken". */
struct cbor {
	const uint8_t *at, *end;
};

struct cbor_item {
	enum cbor_kind kind;
	uint64_t
		value; /* a number; -1 - value when negative; items of an array or pairs of a map */
	const uint8_t *data; /* of bytes and text: value bytes */
};

/** cbor_next(c, out): the next head, and its bytes when it has some; false at the end, and for what
 * is not of that part. */
bool cbor_next(struct cbor *c, struct cbor_item *out);
/** cbor_skip(c): one whole item, at most 8 deep. */
bool cbor_skip(struct cbor *c);
/** cbor_int(item, out): a whole number that fits. */
bool cbor_int(const struct cbor_item *item, int64_t *out);

#endif
