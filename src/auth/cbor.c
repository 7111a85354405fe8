/* cbor.c -- see cbor.h. */
#include "auth/cbor.h"

#define DEEPEST 8

static bool read_number(struct cbor *c, unsigned info, uint64_t *out)
{
	unsigned bytes = info < 24 ? 0 : 1u << (info - 24);
	uint64_t value = info;

	if (info > 27 || (size_t)(c->end - c->at) < bytes)
		return false;
	if (bytes > 0)
		value = 0;
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | *c->at++;
	*out = value;
	return true;
}

bool cbor_next(struct cbor *c, struct cbor_item *out)
{
	uint8_t head;

	if (c->at >= c->end)
		return false;
	head = *c->at++;
	out->kind = (enum cbor_kind)(head >> 5);
	out->data = NULL;
	if (!read_number(c, head & 31, &out->value))
		return false;
	if (out->kind == CBOR_BYTES || out->kind == CBOR_TEXT) {
		if (out->value > (uint64_t)(c->end - c->at))
			return false;
		out->data = c->at;
		c->at += out->value;
	}
	return true;
}

static bool skip(struct cbor *c, unsigned depth)
{
	struct cbor_item item;
	uint64_t inside = 0;

	if (depth > DEEPEST || !cbor_next(c, &item))
		return false;
	if (item.kind == CBOR_ARRAY)
		inside = item.value;
	else if (item.kind == CBOR_MAP)
		inside = 2 * item.value;
	else if (item.kind == CBOR_TAG)
		inside = 1;
	if (inside > (uint64_t)(c->end - c->at)) /* each has a byte at least */
		return false;
	while (inside-- > 0) {
		if (!skip(c, depth + 1))
			return false;
	}
	return true;
}

bool cbor_skip(struct cbor *c)
{
	return skip(c, 0);
}

bool cbor_int(const struct cbor_item *item, int64_t *out)
{
	if ((item->kind != CBOR_UINT && item->kind != CBOR_NEGATIVE) || item->value > INT64_MAX)
		return false;
	*out = item->kind == CBOR_UINT ? (int64_t)item->value : -1 - (int64_t)item->value;
	return true;
}
