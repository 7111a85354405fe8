/* nearest.c -- "did you mean": the word with the fewest changes of a letter. */
#include <string.h>

#include "conf/table_priv.h"

#define WORD_MAX 40 /* [bytes] longer words are not compared */

/* Letters to insert, remove, change or swap with their neighbour to turn a into b. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[3][WORD_MAX + 1]; /* the last three rows of the usual matrix */
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return WORD_MAX;
	for (unsigned j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= b_len; j++) {
			unsigned best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a_len % 3][b_len];
}

const char *conf_nearest(const char *word, const char *const *names, unsigned n)
{
	unsigned best = strlen(word) < 4 ? 2 : 3; /* as many changes are too many */
	const char *nearest = NULL;

	for (unsigned i = 0; i < n; i++) {
		unsigned d = names[i] ? distance(word, names[i]) : WORD_MAX;

		/* of two as near, the one that begins alike */
		if (d < best ||
			(d == best && nearest && nearest[0] != word[0] && names[i][0] == word[0])) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}
