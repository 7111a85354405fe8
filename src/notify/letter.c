/* letter.c -- see letter.h. */
#include "notify/letter.h"

#include <string.h>

#include "base/mem.h"

static const struct text {
	enum letter letter;
	const char *lang, *subject, *body;
} texts[] = {
#define LETTER(occasion, lang, subject, body) {LETTER_##occasion, lang, subject, body},
#include "notify/letter.tbl"
#undef LETTER
};

static const struct text *find(enum letter letter, const char *lang)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].letter == letter && !strcmp(texts[i].lang, lang))
			return &texts[i];
	}
	return strcmp(lang, "en") ? find(letter, "en") : NULL;
}

static const char *word(const struct letter_words *words, const char *name, size_t len)
{
	const struct {
		const char *name, *value;
	} all[] = {{"pool", words->pool}, {"link", words->link}, {"address", words->address},
		{"hours", words->hours}, {"client", words->client}};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (strlen(all[i].name) == len && !strncmp(all[i].name, name, len) && all[i].value)
			return all[i].value;
	}
	return "";
}

static void fill(const char *text, const struct letter_words *words, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "{");

		buf_add(out, text, len);
		text += len;
		if (!*text)
			break;
		len = strcspn(++text, "}");
		buf_add_str(out, word(words, text, len));
		text += len + 1;
	}
}

void letter_write(enum letter letter, const char *lang, const struct letter_words *words,
	struct buf *out_subject, struct buf *out_body)
{
	const struct text *text = find(letter, lang);

	buf_printf(out_subject, "%s: ", words->pool ? words->pool : "");
	fill(text->subject, words, out_subject);
	fill(text->body, words, out_body);
}
