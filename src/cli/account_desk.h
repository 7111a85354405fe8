/* account_desk.h -- the verbs of `kozan account` that have a file of their own. Private to cli. */
#ifndef CLI_ACCOUNT_DESK_H
#define CLI_ACCOUNT_DESK_H

#include "cli/desk.h"

/* account_statement.c */
enum err account_desk_statement(struct desk *d, struct why *why) MUST_CHECK;

#endif
