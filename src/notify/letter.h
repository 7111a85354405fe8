/* letter.h -- what is written to people, in their language. Pure. */
#ifndef NOTIFY_LETTER_H
#define NOTIFY_LETTER_H

#include "base/buf.h"

enum letter {
	LETTER_CONFIRM,    /* {link}: an e-mail address is to be used */
	LETTER_KNOWN,      /* {link}: it is used already */
	LETTER_RESET,      /* {link}: a new password */
	LETTER_PASSWORD,   /* {client}, {link}: it was changed */
	LETTER_PAYOUT,     /* {address}, {hours}, {link}: payouts will go elsewhere */
	LETTER_INVITATION, /* {link} */
};

/* What stands for the words in braces; NULL: nothing. */
struct letter_words {
	const char *pool, *link, *address, *hours, *client;
};

/** letter_write(letter, lang, words, out_subject, out_body): both appended; English where there is
 * no such language. The subject begins with the pool's name. */
void letter_write(enum letter letter, const char *lang, const struct letter_words *words,
	struct buf *out_subject, struct buf *out_body);

#endif
