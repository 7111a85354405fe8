/* words.c -- the words in braces: what engines spell differently. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/engine_priv.h"

static void expand_word(struct buf *out, const struct word *words, const char *word, size_t len)
{
	size_t name_len = strcspn(word, " }");

	for (const struct word *w = words; w->name; w++) {
		if (strlen(w->name) != name_len || memcmp(w->name, word, name_len) != 0)
			continue;
		buf_add_str(out, w->before);
		if (w->has_argument)
			buf_add(out, word + name_len + 1, len - name_len - 1);
		buf_add_str(out, w->after);
		return;
	}
	assert(!"a word in braces that the engine does not know");
}

char *words_expand(const struct word *words, const char *text)
{
	struct buf out = {0};
	const char *open;

	while ((open = strchr(text, '{'))) {
		const char *close = strchr(open, '}');

		assert(close);
		buf_add(&out, text, (size_t)(open - text));
		expand_word(&out, words, open + 1, (size_t)(close - open - 1));
		text = close + 1;
	}
	buf_add_str(&out, text);
	return buf_take(&out);
}
