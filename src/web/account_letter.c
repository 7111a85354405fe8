/* account_letter.c -- letters to people, put where the ledger role finds and sends them. */
#include "store/store_mail.h"
#include "web/account_priv.h"

enum err account_letter(struct account_call *call, enum letter letter, const char *to,
	const char *lang, struct letter_words *words)
{
	const struct conf_pool *pool = call->web->pool;
	struct buf subject = {0}, body = {0};
	enum err err;

	if (!*to || !*call->web->conf->mail.url)
		return OK;
	words->pool = pool->title[0] ? pool->title : pool->coin.title;
	letter_write(letter, lang, words, &subject, &body);
	err = store_mail_add(call->st, to, buf_str(&subject), buf_str(&body), &call->why);
	buf_free(&subject);
	buf_free(&body);
	return err;
}
