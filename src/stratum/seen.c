/* seen.c -- see seen.h. */
#include "stratum/seen.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"

enum { FIRST_SIZE = 16 };

static uint64_t secret[4]; /* drawn once for the process, then only read */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void draw_secret(void)
{
	random_bytes(secret, sizeof(secret));
	for (size_t i = 0; i < ARRAY_LEN(secret); i++)
		secret[i] |= 1;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t fingerprint(const struct share_key *key)
{
	uint64_t words[3], h;

	_Static_assert(sizeof(*key) == sizeof(words), "the key has no padding");
	memcpy(words, key, sizeof(words));
	h = mix(words[0] ^ secret[0], words[1] ^ secret[1]);
	h = mix(h ^ words[2] ^ secret[2], secret[3]);
	h = mix(h ^ words[0], words[1] ^ words[2] ^ secret[3]);
	return h ? h : 1;
}

static bool insert(uint64_t *slots, size_t size, uint64_t h)
{
	size_t i = h & (size - 1);

	for (; slots[i]; i = (i + 1) & (size - 1)) {
		if (slots[i] == h)
			return false;
	}
	slots[i] = h;
	return true;
}

static void grow(struct seen *s)
{
	size_t size = s->size ? s->size * 2 : FIRST_SIZE;
	uint64_t *slots = NEW_ARRAY(uint64_t, size);

	for (size_t i = 0; i < s->size; i++) {
		if (s->slots[i])
			insert(slots, size, s->slots[i]);
	}
	free(s->slots);
	s->slots = slots;
	s->size = size;
}

bool seen_add(struct seen *s, const struct share_key *key)
{
	pthread_once(&once, draw_secret);
	if ((s->count + 1) * 2 > s->size)
		grow(s);
	if (!insert(s->slots, s->size, fingerprint(key)))
		return false;
	s->count++;
	return true;
}

void seen_free(struct seen *s)
{
	free(s->slots);
	*s = (struct seen){0};
}
