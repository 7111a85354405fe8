/* pack.c -- see pack_priv.h. */
#include "store/pack_priv.h"

#include <string.h>

#include "base/mem.h"

#define FORMAT     1
#define NUMBER_MAX 10 /* [bytes] of 64 bits, seven in each */
#define SLOT_MIN   4  /* [bytes] */

/* ---- numbers ---- */

static uint8_t *put(uint8_t *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	return p;
}

static uint64_t zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ -(v & 1));
}

struct reader {
	const uint8_t *at, *end;
};

/* False: it is cut off, longer than needed, or has more than 64 bits. */
static bool get(struct reader *r, uint64_t *out)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		uint8_t byte = *r->at++;

		if (shift == 63 && byte > 1)
			return false;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*out = v;
			return byte > 0 || shift == 0;
		}
	}
	return false;
}

/* ---- slots ---- */

static int compare(const void *left, const void *right)
{
	const struct pack_slot *a = left, *b = right;

	if (a->account != b->account)
		return a->account < b->account ? -1 : 1;
	return (a->worker > b->worker) - (a->worker < b->worker);
}

size_t pack_sum(struct pack_slot *slots, size_t n)
{
	size_t kept = 0;

	if (n == 0)
		return 0;
	qsort(slots, n, sizeof(*slots), compare);
	for (size_t i = 1; i < n; i++) {
		if (compare(&slots[kept], &slots[i]) == 0) {
			bool overflow = __builtin_add_overflow(
				slots[kept].work, slots[i].work, &slots[kept].work);

			assert(!overflow);
			slots[kept].shares += slots[i].shares;
		} else {
			slots[++kept] = slots[i];
		}
	}
	return kept + 1;
}

void pack_encode(const struct pack_slot *slots, size_t n, struct buf *out)
{
	struct pack_slot before = {0};
	uint8_t *start = buf_reserve(out, 1 + NUMBER_MAX + n * 4 * NUMBER_MAX), *p = start;

	*p++ = FORMAT;
	p = put(p, n);
	for (size_t i = 0; i < n; i++) {
		const struct pack_slot *s = &slots[i];

		assert(s->account >= 0 && s->worker >= 0 && s->work >= 0 && s->shares >= 0);
		assert(i == 0 || compare(&before, s) < 0);
		p = put(p, (uint64_t)(s->account - before.account));
		p = put(p, zigzag(s->worker - before.worker));
		p = put(p, (uint64_t)s->work);
		p = put(p, (uint64_t)s->shares);
		before = *s;
	}
	*p = '\0';
	out->len += (size_t)(p - start);
}

static bool get_slot(struct reader *r, const struct pack_slot *before, struct pack_slot *out)
{
	uint64_t account, worker, work, shares;

	if (!get(r, &account) || !get(r, &worker) || !get(r, &work) || !get(r, &shares) ||
		account > INT64_MAX || work > INT64_MAX || shares > INT64_MAX)
		return false;
	*out = (struct pack_slot){.work = (int64_t)work, .shares = (int64_t)shares};
	return !__builtin_add_overflow(before->account, (int64_t)account, &out->account) &&
	       !__builtin_add_overflow(before->worker, unzigzag(worker), &out->worker) &&
	       out->worker >= 0;
}

static bool get_slots(struct reader *r, struct pack_slot *slots, size_t n)
{
	struct pack_slot before = {0};
	int64_t work = 0, shares = 0;

	for (size_t i = 0; i < n; i++) {
		if (!get_slot(r, &before, &slots[i]) ||
			(i > 0 && compare(&before, &slots[i]) >= 0) ||
			__builtin_add_overflow(work, slots[i].work, &work) ||
			__builtin_add_overflow(shares, slots[i].shares, &shares))
			return false;
		before = slots[i];
	}
	return r->at == r->end;
}

enum err pack_decode(
	const uint8_t *data, size_t len, struct pack_slot **out, size_t *out_n, struct why *why)
{
	struct reader r = {data, data + len};
	struct pack_slot *slots;
	uint64_t n;

	if (len > 0 && *r.at++ != FORMAT)
		return err_fail(why, ERR_VERSION,
			"packed work of format %u; this program knows format %u", data[0], FORMAT);
	if (!get(&r, &n) || n > (size_t)(r.end - r.at) / SLOT_MIN)
		return err_fail(why, ERR_CORRUPT, "packed work is damaged");
	slots = n > 0 ? NEW_ARRAY(struct pack_slot, n) : NULL;
	if (!get_slots(&r, slots, n)) {
		free(slots);
		return err_fail(why, ERR_CORRUPT, "packed work is damaged");
	}
	*out = slots;
	*out_n = n;
	return OK;
}
