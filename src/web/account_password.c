/*
 * account_password.c -- e-mail and password: registering, signing in, a new password by mail.
 *
 * Nobody learns here whether an e-mail address has an account: all answers are the same, and what
 * is different is in the mail. Nobody is there before his e-mail address was confirmed.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "auth/password.h"
#include "base/clock.h"
#include "base/mem.h"
#include "notify/mail.h"
#include "web/account_priv.h"

#define CONFIRM_MS 86400000
#define RESET_MS   3600000

static const struct rate logins = {
	"login", 5, 300}; /* wrong ones, of one account from one client */
static const struct rate all_logins = {"logins", 60, 300}; /* wrong ones from one client */
static const struct rate mails = {"mail", 10, 3600};       /* that one client causes */

/* ---- what all of them need ---- */

static enum err email_in(struct account_call *call, char out[STORE_EMAIL_MAX])
{
	const char *typed;
	enum err err = account_text_in(call, "email", STORE_EMAIL_MAX - 1, &typed);

	if (err != OK)
		return err;
	for (size_t i = 0; i <= strlen(typed); i++)
		out[i] = (char)tolower((unsigned char)typed[i]);
	if (!mail_is_address(out))
		return account_refuse(call, 400, "email_invalid", "This is no e-mail address.");
	return OK;
}

/* Few at a time: each takes 64 MiB. */
static enum err hash_password(
	struct account_call *call, const char *password, char out[PASSWORD_HASH_MAX])
{
	struct why why = {0};
	enum err err;

	sem_wait(call->web->hashing);
	err = password_hash(password, out, &why);
	sem_post(call->web->hashing);
	return err ? account_refuse(call, err == ERR_RANGE ? 400 : 503,
			     err == ERR_RANGE ? "password_length" : "busy", "%s.", why.text)
		   : OK;
}

static bool is_password(struct account_call *call, const char *hash, const char *password)
{
	bool is_right;

	sem_wait(call->web->hashing);
	is_right = password_verify(hash, password);
	sem_post(call->web->hashing);
	return is_right;
}

static enum err may_mail(struct account_call *call)
{
	if (!*call->web->conf->mail.url)
		return account_refuse(
			call, 409, "no_mail", "This pool sends no mail; sign in with an address.");
	return account_rate(call, &mails, NULL, 1);
}

/* A link with a code that works once, in a mail. */
static enum err mail_code(struct account_call *call, enum letter letter, const char *email,
	const char *lang, const struct store_code *code)
{
	struct letter_words words = {0};
	account_hex token, hash;
	char *link;
	enum err err;

	account_token_new(token, hash);
	link = str_printf("%s/login#%s=%s", call->web->conf->web.url,
		letter == LETTER_RESET ? "reset" : "confirm", token);
	words.link = link;
	err = store_begin(call->st, &call->why);
	if (err == OK) {
		err = store_code_add(call->st, hash, code, &call->why);
		if (err == OK)
			err = account_letter(call, letter, email, lang, &words);
		if (err == OK)
			err = store_commit(call->st, &call->why);
		else
			store_rollback(call->st);
	}
	free(link);
	return err;
}

/* ---- registering ---- */

static enum err check_invitation(struct account_call *call, bool *out_is_invited)
{
	const char *code = json_get_str(call->in, "invitation");
	enum conf_registration mode = call->web->conf->accounts.registration;
	account_hex hash;
	int64_t host;
	char *data;
	enum err err;

	*out_is_invited = false;
	if (mode == CONF_REGISTRATION_OPEN)
		return OK;
	if (mode == CONF_REGISTRATION_CLOSED)
		return account_refuse(
			call, 403, "registration_closed", "Registration is closed at this pool.");
	account_token_hash(code ? code : "", hash);
	err = store_code_use(
		call->st, hash, STORE_CODE_INVITATION, clock_wall_ms(), &host, &data, &call->why);
	if (err == ERR_NOT_FOUND)
		return account_refuse(call, 403, "invitation_needed",
			"Who registers here needs an invitation that was not used yet.");
	if (err == OK)
		free(data);
	*out_is_invited = err == OK;
	return err;
}

static enum err mail_known(struct account_call *call, const struct store_user *user)
{
	char *link = str_printf("%s/login", call->web->conf->web.url);
	struct letter_words words = {.link = link};
	enum err err = account_letter(call, LETTER_KNOWN, user->email, user->lang, &words);

	free(link);
	return err;
}

static enum err mail_registration(struct account_call *call, const char *email, const char *hash)
{
	const char *lang = json_get_str(call->in, "lang");
	struct store_code code = {
		.kind = STORE_CODE_REGISTER, .until_ms = clock_wall_ms() + CONFIRM_MS};
	json_t *data = json_pack("{s:s,s:s,s:s}", "email", email, "password", hash, "lang",
		lang && strlen(lang) < 8 ? lang : "");
	struct buf text = {0};
	enum err err;

	json_text(data, &text);
	json_decref(data);
	code.data = buf_str(&text);
	err = mail_code(call, LETTER_CONFIRM, email, lang ? lang : "", &code);
	buf_free(&text);
	return err;
}

enum err account_register(struct account_call *call)
{
	char email[STORE_EMAIL_MAX], hash[PASSWORD_HASH_MAX];
	struct store_user known;
	const char *password;
	bool is_invited;
	enum err err = email_in(call, email);

	if (err == OK)
		err = account_text_in(call, "password", PASSWORD_MAX, &password);
	if (err == OK)
		err = may_mail(call);
	if (err == OK)
		err = hash_password(call, password, hash);
	if (err == OK)
		err = check_invitation(call, &is_invited);
	if (err != OK)
		return err;
	call->status = 202;
	err = store_user_by_email(call->st, email, &known, &call->why);
	if (err == OK)
		return mail_known(call, &known);
	return err == ERR_NOT_FOUND ? mail_registration(call, email, hash) : err;
}

static enum err add_registered(struct account_call *call, const char *text, int64_t *out_user)
{
	json_t *data = NULL;
	enum err err = json_read(text, strlen(text), &data, &call->why);

	if (err != OK)
		return err;
	err = store_begin(call->st, &call->why);
	if (err == OK) {
		err = store_user_add(call->st, json_get_str(data, "lang"), out_user, &call->why);
		if (err == OK)
			err = store_user_set_email(
				call->st, *out_user, json_get_str(data, "email"), &call->why);
		if (err == OK)
			err = store_user_set_password(
				call->st, *out_user, json_get_str(data, "password"), &call->why);
		if (err == OK)
			err = store_commit(call->st, &call->why);
		else
			store_rollback(call->st);
	}
	json_decref(data);
	return err;
}

/* A link of a mail: of a registration, or of an e-mail address that was added. */
enum err account_confirm(struct account_call *call)
{
	const char *code;
	account_hex hash;
	int64_t user;
	char *data;
	enum err err = account_text_in(call, "code", sizeof(account_hex), &code);

	if (err != OK)
		return err;
	account_token_hash(code, hash);
	err = store_code_use(
		call->st, hash, STORE_CODE_REGISTER, clock_wall_ms(), &user, &data, &call->why);
	if (err == OK) {
		err = add_registered(call, data, &user);
		free(data);
	} else if (err == ERR_NOT_FOUND) {
		err = store_code_use(call->st, hash, STORE_CODE_EMAIL, clock_wall_ms(), &user,
			&data, &call->why);
		if (err == ERR_NOT_FOUND)
			return account_refuse(call, 400, "code_invalid",
				"This link was used already, or it is too old.");
		if (err == OK) {
			err = store_user_set_email(call->st, user, data, &call->why);
			free(data);
		}
		if (err == OK) /* the mailbox alone does not sign anybody in */
			return OK;
	}
	if (err == ERR_EXISTS)
		return account_refuse(call, 409, "email_taken", "This e-mail address is taken.");
	return err ? err : account_session_begin(call, user, STORE_SESSION_PASSWORD);
}

/* ---- signing in ---- */

/* Wrong tries are counted for the account and the client together: whoever guesses from elsewhere
 * does not keep the owner out. by as in rate_take(). */
static enum err count_try(struct account_call *call, const char *email, unsigned by)
{
	char client[STORE_CLIENT_MAX], who[STORE_EMAIL_MAX + STORE_CLIENT_MAX];
	enum err err;

	rate_client(call->req, client);
	snprintf(who, sizeof who, "%s %s", email, client);
	err = account_rate(call, &logins, who, by);
	return err ? err : account_rate(call, &all_logins, client, by);
}

static enum err refuse_try(
	struct account_call *call, const char *email, const char *code, const char *text)
{
	enum err err = count_try(call, email, 1);

	return err ? err : account_refuse(call, 403, code, "%s", text);
}

enum err account_login(struct account_call *call)
{
	char email[STORE_EMAIL_MAX];
	struct store_user user = {0};
	const char *password;
	enum err err = email_in(call, email);

	if (err == OK)
		err = account_text_in(call, "password", PASSWORD_MAX, &password);
	if (err == OK)
		err = count_try(call, email, 0);
	if (err == OK)
		err = store_user_by_email(call->st, email, &user, &call->why);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (!is_password(call, user.password, password))
		return refuse_try(
			call, email, "login_wrong", "The e-mail address or the password is wrong.");
	err = account_second_factor(call, &user);
	return err ? err : account_session_begin(call, user.id, STORE_SESSION_PASSWORD);
}

/* ---- a new password ---- */

enum err account_reset(struct account_call *call)
{
	struct store_code code = {.kind = STORE_CODE_RESET, .data = ""};
	char email[STORE_EMAIL_MAX];
	struct store_user user;
	enum err err = email_in(call, email);

	if (err == OK)
		err = may_mail(call);
	if (err != OK)
		return err;
	call->status = 202;
	err = store_user_by_email(call->st, email, &user, &call->why);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (err != OK)
		return err;
	code.user = user.id;
	code.until_ms = clock_wall_ms() + RESET_MS;
	return mail_code(call, LETTER_RESET, email, user.lang, &code);
}

/* Sessions are over, but for `keep`; and the owner is told. */
static enum err change_password(
	struct account_call *call, const struct store_user *user, const char *hash, int64_t keep)
{
	char *link = str_printf("%s/login", call->web->conf->web.url);
	struct letter_words words = {.link = link, .client = httpd_client(call->req)};
	enum err err = store_begin(call->st, &call->why);

	if (err == OK) {
		err = store_user_set_password(call->st, user->id, hash, &call->why);
		if (err == OK)
			err = store_session_end_others(call->st, user->id, keep, &call->why);
		if (err == OK)
			err = store_user_event_add(call->st, user->id, "password_changed",
				httpd_client(call->req), "", &call->why);
		if (err == OK)
			err = account_letter(
				call, LETTER_PASSWORD, user->email, user->lang, &words);
		if (err == OK)
			err = store_commit(call->st, &call->why);
		else
			store_rollback(call->st);
	}
	free(link);
	return err;
}

enum err account_reset_finish(struct account_call *call)
{
	char hash[PASSWORD_HASH_MAX], *data;
	const char *code, *password;
	struct store_user user;
	account_hex code_hash;
	enum err err = account_text_in(call, "code", sizeof(account_hex), &code);

	if (err == OK)
		err = account_text_in(call, "password", PASSWORD_MAX, &password);
	if (err == OK)
		err = hash_password(call, password, hash);
	if (err != OK)
		return err;
	account_token_hash(code, code_hash);
	err = store_code_use(call->st, code_hash, STORE_CODE_RESET, clock_wall_ms(), &user.id,
		&data, &call->why);
	if (err == ERR_NOT_FOUND)
		return account_refuse(
			call, 400, "code_invalid", "This link was used already, or it is too old.");
	if (err != OK)
		return err;
	free(data);
	err = store_user_get(call->st, user.id, &user, &call->why);
	if (err == OK)
		err = store_code_drop(call->st, user.id, STORE_CODE_RESET, &call->why);
	return err ? err : change_password(call, &user, hash, 0);
}

/* The password that he has, if he has one. */
static enum err check_current(struct account_call *call)
{
	const char *password = json_get_str(call->in, "current");
	enum err err;

	if (!call->user.password[0])
		return OK;
	err = count_try(call, call->user.email, 0);
	if (err == OK && (!password || !is_password(call, call->user.password, password)))
		err = refuse_try(
			call, call->user.email, "password_wrong", "The current password is wrong.");
	return err;
}

enum err account_password_set(struct account_call *call)
{
	char hash[PASSWORD_HASH_MAX];
	const char *password;
	enum err err = account_text_in(call, "password", PASSWORD_MAX, &password);

	if (err == OK && !call->user.email[0])
		return account_refuse(call, 409, "email_needed",
			"An e-mail address comes first: it is what one signs in with.");
	if (err == OK)
		err = check_current(call);
	if (err == OK)
		err = account_second_factor(call, &call->user);
	if (err == OK)
		err = hash_password(call, password, hash);
	if (err == OK)
		err = change_password(call, &call->user, hash, call->session.id);
	if (err == OK)
		err = account_session_rotate(call);
	if (err != OK)
		return err;
	str_copy(call->user.password, sizeof call->user.password, hash);
	return account_me(call);
}

/* ---- another e-mail address, or the first ---- */

enum err account_email_set(struct account_call *call)
{
	struct store_code code = {.kind = STORE_CODE_EMAIL,
		.user = call->user.id,
		.until_ms = clock_wall_ms() + CONFIRM_MS};
	char email[STORE_EMAIL_MAX];
	struct store_user known;
	enum err err = email_in(call, email);

	if (err == OK)
		err = may_mail(call);
	if (err == OK)
		err = check_current(call);
	if (err == OK)
		err = account_second_factor(call, &call->user);
	if (err != OK)
		return err;
	call->status = 202;
	err = store_user_by_email(call->st, email, &known, &call->why);
	if (err == OK)
		return mail_known(call, &known);
	code.data = email;
	return err == ERR_NOT_FOUND ? mail_code(call, LETTER_CONFIRM, email, call->user.lang, &code)
				    : err;
}
