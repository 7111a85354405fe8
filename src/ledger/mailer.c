/* mailer.c -- see mailer.h. A mail is sent at least once: when it is not known whether the server
 * has it, it is sent again, with the same Message-ID. */
#include "ledger/mailer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/smtp.h"
#include "notify/mail.h"
#include "store/store_mail.h"

enum {
	PERIOD_MS = 1000,
	TIMEOUT_MS = 60000,
	CLAIM_MS = 2 * TIMEOUT_MS, /* nobody else sends it meanwhile */
	AGAIN_MS = 30000,          /* after the first failure; then twice as long, … */
	AGAIN_MAX_MS = 3600000,    /* … up to this */
	GIVE_UP_MS = 3 * 86400000,
};

static const struct logger lg = {"ledger", "mail"};

struct mailer {
	const struct conf *conf;
	struct store *st; /* NULL: not open */
	bool has_failed;
	pthread_t thread;
	pthread_mutex_t lock; /* guards is_stopping */
	pthread_cond_t wake;
	bool is_stopping;
};

static enum err send_mail(const struct mailer *m, const struct store_mail *mail, struct why *why)
{
	const struct conf_mail *conf = &m->conf->mail;
	struct smtp server = {.url = conf->url,
		.tls = (enum smtp_tls)conf->tls,
		.user = conf->user,
		.password = conf->password,
		.from = conf->from,
		.timeout_ms = TIMEOUT_MS};
	struct mail letter = {.id = mail->id,
		.time_ms = mail->created_ms,
		.from = conf->from,
		.to = mail->to,
		.subject = mail->subject,
		.body = mail->body};
	struct buf text = {0};
	enum err err;

	mail_write(&letter, &text);
	err = smtp_send(&server, mail->to, &text, why);
	buf_free(&text);
	return err;
}

static int64_t again_ms(int64_t tries)
{
	int64_t wait_ms = AGAIN_MS;

	while (--tries > 0 && wait_ms < AGAIN_MAX_MS)
		wait_ms *= 2;
	return wait_ms < AGAIN_MAX_MS ? wait_ms : AGAIN_MAX_MS;
}

/* What became of it, for the database and the log. */
static enum err settle(
	struct mailer *m, const struct store_mail *mail, enum err err, struct why *why)
{
	int64_t now_ms = clock_wall_ms();
	bool is_over = err == ERR_REFUSED || now_ms - mail->created_ms > GIVE_UP_MS;

	if (err == OK) {
		log_info(&lg, "mail_sent", "id=%lld tries=%lld", (long long)mail->id,
			(long long)mail->tries);
		return store_mail_done(m->st, mail->id, why);
	}
	log_odd(&lg, is_over ? "mail_given_up" : "mail_not_sent", "id=%lld tries=%lld error=\"%s\"",
		(long long)mail->id, (long long)mail->tries, why->text);
	if (is_over)
		return store_mail_done(m->st, mail->id, why);
	why->text[STORE_NOTE_MAX - 1] = '\0';
	return store_mail_later(m->st, mail->id, now_ms + again_ms(mail->tries), why->text, why);
}

static enum err send_due(struct mailer *m, struct why *why)
{
	struct store_mail mail;
	enum err err = OK;

	if (!m->st)
		err = store_open(&m->conf->store, &m->st, why);
	while (err == OK) {
		err = store_mail_take(m->st, clock_wall_ms(), CLAIM_MS, &mail, why);
		if (err != OK)
			break;
		err = settle(m, &mail, send_mail(m, &mail, why), why);
		store_mail_fini(&mail);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static bool wait_for_stop(struct mailer *m)
{
	struct timespec until;
	bool is_stopping;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PERIOD_MS / 1000;
	pthread_mutex_lock(&m->lock);
	if (!m->is_stopping)
		pthread_cond_timedwait(&m->wake, &m->lock, &until);
	is_stopping = m->is_stopping;
	pthread_mutex_unlock(&m->lock);
	return is_stopping;
}

static void *run(void *arg)
{
	struct mailer *m = arg;

	do {
		struct why why = {""};
		bool has_failed = send_due(m, &why) != OK;

		if (has_failed && !m->has_failed)
			log_odd(&lg, "mail_waits", "\"%s; trying again\"", why.text);
		m->has_failed = has_failed;
		if (has_failed) {
			store_close(m->st);
			m->st = NULL;
		}
	} while (!wait_for_stop(m));
	store_close(m->st);
	return NULL;
}

struct mailer *mailer_start(const struct conf *conf)
{
	struct mailer *m;
	int failed;

	if (!*conf->mail.url)
		return NULL;
	m = NEW(struct mailer);
	m->conf = conf;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->wake, NULL);
	failed = pthread_create(&m->thread, NULL, run, m);
	assert(!failed);
	return m;
}

void mailer_stop(struct mailer *m)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	m->is_stopping = true;
	pthread_cond_signal(&m->wake);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);
	pthread_cond_destroy(&m->wake);
	pthread_mutex_destroy(&m->lock);
	free(m);
}
