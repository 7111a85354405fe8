/* help_texts.h -- the files of help/, made into a table by tools/embed_texts.py. */
#ifndef CLI_HELP_TEXTS_H
#define CLI_HELP_TEXTS_H

#include <stddef.h>

struct help_text {
	const char *name; /* of the subcommand; NULL ends the table */
	const char *text;
};

extern const struct help_text help_texts[];

#endif
