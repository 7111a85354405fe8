/* accounts_priv.h -- which place of an array belongs to an account: the order of coming does not
 * matter in the end. */
#ifndef REWARD_ACCOUNTS_PRIV_H
#define REWARD_ACCOUNTS_PRIV_H

#include <stddef.h>
#include <stdint.h>

struct map;

/* Rows of any struct that begins with `int64_t account`. Zero-initialise with the size. */
struct accounts {
	size_t size; /* of a row */
	void *rows;
	size_t n, cap;
	struct map *index; /* account -> its number in rows, plus 1 */
};

/** accounts_find(a, account): its row, or NULL. accounts_get(): a new one of zeroes when there is
 * none. Until the next accounts_get(). */
void *accounts_find(const struct accounts *a, int64_t account);
void *accounts_get(struct accounts *a, int64_t account);
/** accounts_sort(a): ascending by account; accounts_find() is over then. */
void accounts_sort(struct accounts *a);
void accounts_fini(struct accounts *a);

#endif
