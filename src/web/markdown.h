/*
 * markdown.h -- a little Markdown as HTML: paragraphs, lists, headings, **bold**, `code`, links.
 *
 * Whatever else stands in the text comes out escaped: the result holds no markup but p, ul, li, h3,
 * b, code and links to http, https or paths of this site.
 */
#ifndef WEB_MARKDOWN_H
#define WEB_MARKDOWN_H

#include "base/buf.h"

/** markdown_html(out, text): appended. */
void markdown_html(struct buf *out, const char *text);

#endif
