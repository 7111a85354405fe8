/* errors.c -- the list of what is wrong with a configuration. */
#include <stdlib.h>

#include "base/mem.h"
#include "conf/read_priv.h"

void conf_errors_add(
	struct conf_errors *errors, bool is_note, const char *file, unsigned line, char *text)
{
	errors->list = array_grow(errors->list, errors->count, &errors->cap, sizeof(*errors->list));
	errors->list[errors->count++] = (struct conf_problem){is_note, str_dup(file), line, text};
	errors->wrong += !is_note;
}

void conf_errors_text(const struct conf_errors *errors, struct buf *out)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct conf_problem *p = &errors->list[i];

		buf_add_str(out, p->file);
		if (p->line > 0)
			buf_printf(out, ":%u", p->line);
		buf_printf(out, ": %s%s\n", p->is_note ? "note: " : "", p->text);
	}
}

void conf_errors_fini(struct conf_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		free(errors->list[i].file);
		free(errors->list[i].text);
	}
	free(errors->list);
	*errors = (struct conf_errors){0};
}
