#include "web/markdown.h"

#include <stdbool.h>
#include <string.h>

#include "web/html.h"

static void add_escaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		html_text(out, (char[]){text[i], '\0'});
}

static size_t find(const char *text, size_t len, const char *what)
{
	const char *at = memmem(text, len, what, strlen(what));

	return at ? (size_t)(at - text) : len;
}

/* To other sites by name, and within this one; nothing that a browser would run. */
static bool is_safe(const char *url, size_t len)
{
	bool leads_out = (len > 8 && !strncmp(url, "https://", 8)) ||
			 (len > 7 && !strncmp(url, "http://", 7));

	return leads_out || (len > 0 && url[0] == '/' && (len == 1 || url[1] != '/'));
}

/* "[words](url)" at text: how long it is; 0: it is none. */
static size_t add_link(struct buf *out, const char *text, size_t len)
{
	size_t words = find(text, len, "](");
	const char *url = text + words + 2;
	size_t url_len;

	if (words == len)
		return 0;
	url_len = find(url, len - words - 2, ")");
	if (url_len == len - words - 2 || memchr(text, '\n', words) || !is_safe(url, url_len))
		return 0;
	buf_add_str(out, "<a href=\"");
	add_escaped(out, url, url_len);
	buf_add_str(out, "\" rel=\"noopener noreferrer\">");
	add_escaped(out, text + 1, words - 1);
	buf_add_str(out, "</a>");
	return words + url_len + 3;
}

/* What stands between two marks, such as "**"; 0: there is no second one. */
static size_t add_marked(
	struct buf *out, const char *text, size_t len, const char *mark, const char *tag)
{
	size_t mark_len = strlen(mark), inside;

	if (len < 2 * mark_len || strncmp(text, mark, mark_len) != 0)
		return 0;
	inside = find(text + mark_len, len - mark_len, mark);
	if (inside == len - mark_len || inside == 0)
		return 0;
	buf_printf(out, "<%s>", tag);
	add_escaped(out, text + mark_len, inside);
	buf_printf(out, "</%s>", tag);
	return inside + 2 * mark_len;
}

static void add_inline(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t took = 0;

		if (text[i] == '[')
			took = add_link(out, text + i, len - i);
		else if (text[i] == '*')
			took = add_marked(out, text + i, len - i, "**", "b");
		else if (text[i] == '`')
			took = add_marked(out, text + i, len - i, "`", "code");
		if (took == 0) {
			add_escaped(out, text + i, 1);
			took = 1;
		}
		i += took;
	}
}

enum block { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_LIST };

static void close_block(struct buf *out, enum block *block)
{
	if (*block == BLOCK_PARAGRAPH)
		buf_add_str(out, "</p>");
	else if (*block == BLOCK_LIST)
		buf_add_str(out, "</ul>");
	*block = BLOCK_NONE;
}

static void open_block(struct buf *out, enum block *block, enum block wanted)
{
	if (*block == wanted) {
		buf_add_str(out, wanted == BLOCK_PARAGRAPH ? "\n" : "");
		return;
	}
	close_block(out, block);
	buf_add_str(out, wanted == BLOCK_PARAGRAPH ? "<p>" : "<ul>");
	*block = wanted;
}

static void add_line(struct buf *out, enum block *block, const char *line, size_t len)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len == 0) {
		close_block(out, block);
	} else if (len > 2 && !strncmp(line, "- ", 2)) {
		open_block(out, block, BLOCK_LIST);
		buf_add_str(out, "<li>");
		add_inline(out, line + 2, len - 2);
		buf_add_str(out, "</li>");
	} else if (len > 3 && !strncmp(line, "## ", 3)) {
		close_block(out, block);
		buf_add_str(out, "<h3>");
		add_inline(out, line + 3, len - 3);
		buf_add_str(out, "</h3>");
	} else {
		open_block(out, block, BLOCK_PARAGRAPH);
		add_inline(out, line, len);
	}
}

void markdown_html(struct buf *out, const char *text)
{
	enum block block = BLOCK_NONE;

	while (*text) {
		size_t len = strcspn(text, "\n");

		add_line(out, &block, text, len);
		text += len + (text[len] == '\n');
	}
	close_block(out, &block);
}
