#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"

struct slot {
	uint64_t hash; /* 0 = free, 1 = removed */
	uint8_t *key;
	size_t len;
	void *value;
};

struct map {
	struct slot *slots;
	size_t size;  /* a power of two */
	size_t used;  /* live and removed */
	size_t count; /* live */
	uint64_t k0, k1;
};

enum { FREE = 0, REMOVED = 1, FIRST_SIZE = 16 };

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = ROTL(v[1], 13) ^ v[0];
	v[0] = ROTL(v[0], 32);
	v[2] += v[3];
	v[3] = ROTL(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = ROTL(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = ROTL(v[1], 17) ^ v[2];
	v[2] = ROTL(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein 2012, the reduced-round member of the family). */
static uint64_t hash_of(const struct map *m, const uint8_t *key, size_t len)
{
	uint64_t v[4] = {m->k0 ^ 0x736f6d6570736575, m->k1 ^ 0x646f72616e646f6d,
		m->k0 ^ 0x6c7967656e657261, m->k1 ^ 0x7465646279746573};
	uint64_t word, hash;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		memcpy(&word, key + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)len << 56;
	for (size_t j = 0; i + j < len; j++)
		word |= (uint64_t)key[i + j] << (8 * j);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int r = 0; r < 3; r++)
		sip_round(v);
	hash = v[0] ^ v[1] ^ v[2] ^ v[3];
	return hash <= REMOVED ? hash + 2 : hash;
}

struct map *map_new(void)
{
	struct map *m = NEW(struct map);

	m->size = FIRST_SIZE;
	m->slots = NEW_ARRAY(struct slot, m->size);
	random_bytes(&m->k0, sizeof(m->k0));
	random_bytes(&m->k1, sizeof(m->k1));
	return m;
}

void map_free(struct map *m, void (*drop)(void *value))
{
	if (!m)
		return;
	for (size_t i = 0; i < m->size; i++) {
		if (m->slots[i].hash <= REMOVED)
			continue;
		free(m->slots[i].key);
		if (drop)
			drop(m->slots[i].value);
	}
	free(m->slots);
	free(m);
}

size_t map_count(const struct map *m)
{
	return m->count;
}

static struct slot *find(const struct map *m, uint64_t hash, const void *key, size_t len)
{
	for (size_t i = hash & (m->size - 1);; i = (i + 1) & (m->size - 1)) {
		struct slot *s = &m->slots[i];

		if (s->hash == FREE)
			return NULL;
		if (s->hash == hash && s->len == len && memcmp(s->key, key, len) == 0)
			return s;
	}
}

static struct slot *find_free(struct slot *slots, size_t size, uint64_t hash)
{
	size_t i = hash & (size - 1);

	while (slots[i].hash > REMOVED)
		i = (i + 1) & (size - 1);
	return &slots[i];
}

static void grow(struct map *m)
{
	size_t size = m->count * 4 > m->size ? m->size * 2 : m->size;
	struct slot *slots = NEW_ARRAY(struct slot, size);

	for (size_t i = 0; i < m->size; i++) {
		if (m->slots[i].hash > REMOVED)
			*find_free(slots, size, m->slots[i].hash) = m->slots[i];
	}
	free(m->slots);
	m->slots = slots;
	m->size = size;
	m->used = m->count;
}

void *map_get(const struct map *m, const void *key, size_t len)
{
	struct slot *s = find(m, hash_of(m, key, len), key, len);

	return s ? s->value : NULL;
}

void *map_set(struct map *m, const void *key, size_t len, void *value)
{
	uint64_t hash = hash_of(m, key, len);
	struct slot *s = find(m, hash, key, len);

	assert(value);
	if (s) {
		void *old = s->value;

		s->value = value;
		return old;
	}
	if ((m->used + 1) * 4 > m->size * 3)
		grow(m);
	s = find_free(m->slots, m->size, hash);
	m->used += s->hash == FREE;
	m->count++;
	*s = (struct slot){hash, mem_dup(key, len), len, value};
	return NULL;
}

void *map_remove(struct map *m, const void *key, size_t len)
{
	struct slot *s = find(m, hash_of(m, key, len), key, len);
	void *old;

	if (!s)
		return NULL;
	old = s->value;
	free(s->key);
	*s = (struct slot){.hash = REMOVED};
	m->count--;
	return old;
}

void *map_next(const struct map *m, size_t *pos, const void **key, size_t *len)
{
	for (; *pos < m->size; (*pos)++) {
		struct slot *s = &m->slots[*pos];

		if (s->hash <= REMOVED)
			continue;
		if (key)
			*key = s->key;
		if (len)
			*len = s->len;
		(*pos)++;
		return s->value;
	}
	return NULL;
}
