/* accounts.c -- see accounts_priv.h. */
#include "reward/accounts_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

static void *row_at(const struct accounts *a, size_t i)
{
	return (char *)a->rows + i * a->size;
}

void *accounts_find(const struct accounts *a, int64_t account)
{
	uintptr_t place = a->index ? (uintptr_t)map_get(a->index, &account, sizeof(account)) : 0;

	return place ? row_at(a, place - 1) : NULL;
}

void *accounts_get(struct accounts *a, int64_t account)
{
	void *row = accounts_find(a, account);

	if (row)
		return row;
	if (!a->index)
		a->index = map_new();
	a->rows = array_grow(a->rows, a->n, &a->cap, a->size);
	row = row_at(a, a->n++);
	memset(row, 0, a->size);
	*(int64_t *)row = account;
	map_set(a->index, &account, sizeof(account), (void *)(uintptr_t)a->n);
	return row;
}

static int by_account(const void *pa, const void *pb)
{
	int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;

	return (a > b) - (a < b);
}

void accounts_sort(struct accounts *a)
{
	if (a->n > 1)
		qsort(a->rows, a->n, a->size, by_account);
	map_free(a->index, NULL);
	a->index = NULL;
}

void accounts_fini(struct accounts *a)
{
	map_free(a->index, NULL);
	free(a->rows);
	*a = (struct accounts){.size = a->size};
}
