/*
 * wish.c -- payouts to another address: the owner is told, and his wish is held before it counts.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/sha256.h"
#include "ledger/ledger_priv.h"
#include "notify/letter.h"
#include "store/store_mail.h"
#include "store/store_wish.h"

#define CODE_LEN 32 /* [bytes] */
#define HOUR_MS  3600000

/* The link that stops it, for whoever reads the mail. */
static enum err write_letter(struct ledger *l, const struct conf *conf,
	const struct store_wish *wish, const struct store_user *user, const char *code,
	struct why *why)
{
	char *link = str_printf("%s/login#cancel=%s", conf->web.url, code), hours[24];
	struct letter_words words = {.pool = *l->pool->title ? l->pool->title : l->pool->coin.title,
		.link = link,
		.address = wish->address,
		.hours = hours};
	struct buf subject = {0}, body = {0};
	enum err err;

	snprintf(hours, sizeof(hours), "%lld",
		(long long)((conf->accounts.hold_ms + HOUR_MS - 1) / HOUR_MS));
	letter_write(LETTER_PAYOUT, user->lang, &words, &subject, &body);
	err = store_mail_add(l->store, user->email, buf_str(&subject), buf_str(&body), why);
	buf_free(&subject);
	buf_free(&body);
	free(link);
	return err;
}

static enum err hold_and_tell(
	struct ledger *l, const struct conf *conf, const struct store_wish *wish, struct why *why)
{
	uint8_t bytes[CODE_LEN], digest[SHA256_LEN];
	char code[2 * CODE_LEN + 1], hash[2 * SHA256_LEN + 1];
	struct store_user user;
	enum err err;

	random_bytes(bytes, sizeof(bytes));
	hex_encode(code, bytes, sizeof(bytes));
	sha256(code, 2 * CODE_LEN, digest);
	hex_encode(hash, digest, sizeof(digest));
	err = store_wish_hold(
		l->store, wish->id, clock_wall_ms() + conf->accounts.hold_ms, hash, why);
	if (!err)
		err = store_user_get(l->store, wish->user, &user, why);
	if (!err && *user.email && *conf->mail.url)
		err = write_letter(l, conf, wish, &user, code, why);
	return err;
}

static enum err hold(
	struct ledger *l, const struct conf *conf, const struct store_wish *wish, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = hold_and_tell(l, conf, wish, why);
	if (err)
		store_rollback(l->store);
	else
		err = store_commit(l->store, why);
	if (!err)
		log_info(&l->log, "payout_address_held", "account=%s address=%s",
			wish->account_address, wish->address);
	return err;
}

static enum err apply(struct ledger *l, const struct store_wish *wish, struct why *why)
{
	enum err err = store_wish_apply(l->store, wish, why);

	if (!err)
		log_info(&l->log, "payout_address_changed", "account=%s address=%s",
			wish->account_address, wish->address);
	return err;
}

static enum err step(struct ledger *l, const struct conf *conf, struct why *why)
{
	struct store_wish *rows;
	size_t n;
	enum err err = store_wish_new(l->store, l->pool_id, &rows, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++)
		err = hold(l, conf, &rows[i], why);
	store_free_wishes(rows);
	if (!err)
		err = store_wish_due(l->store, l->pool_id, clock_wall_ms(), &rows, &n, why);
	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++)
		err = apply(l, &rows[i], why);
	store_free_wishes(rows);
	return err;
}

void wish_pass(struct ledger *l, const struct conf *conf)
{
	struct why why = {""};
	enum err err = step(l, conf, &why);

	if (err && err != ERR_CONFLICT)
		complain(&l->complaints[ABOUT_STORE], &l->log, LOG_LEVEL_ODD, "database_trouble",
			"\"%s; trying again\"", *why.text ? why.text : err_text(err));
}
