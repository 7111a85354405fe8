/* logins.c -- see logins.h. */
#include "stratum/logins.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/worker_secret.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/store_worker.h"

enum { PERIOD_S = 2, KEY_MAX = STORE_ADDRESS_MAX + STORE_WORKER_MAX };

static const struct logger lg = {"stratum", "logins"};

struct logins {
	const struct conf *conf;
	struct store *st; /* NULL: not open */
	struct store_worker_stamp stamp;
	bool is_away;
	pthread_t thread;

	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;
	bool is_stopping;
	struct map *known; /* "address.worker" → struct store_worker_setting in rows */
	struct store_worker_setting *rows;
};

static size_t key_of(char key[KEY_MAX], const char *address, const char *worker)
{
	return (size_t)snprintf(key, KEY_MAX, "%s.%s", address, worker);
}

static void take(struct logins *l, struct store_worker_setting *rows, size_t n)
{
	struct map *known = map_new(), *old_known;
	struct store_worker_setting *old_rows;
	char key[KEY_MAX];

	for (size_t i = 0; i < n; i++)
		map_set(known, key, key_of(key, rows[i].address, rows[i].name), &rows[i]);
	pthread_mutex_lock(&l->lock);
	old_known = l->known;
	old_rows = l->rows;
	l->known = known;
	l->rows = rows;
	pthread_mutex_unlock(&l->lock);
	map_free(old_known, NULL);
	store_free_worker_settings(old_rows);
}

static enum err refresh(struct logins *l, struct why *why)
{
	struct store_worker_stamp stamp;
	struct store_worker_setting *rows;
	size_t n;
	enum err err = OK;

	if (!l->st)
		err = store_open(&l->conf->store, &l->st, why);
	if (err == OK)
		err = store_worker_stamp(l->st, &stamp, why);
	if (err != OK || memcmp(&stamp, &l->stamp, sizeof(stamp)) == 0)
		return err;
	err = store_worker_settings(l->st, 0, &rows, &n, why);
	if (err != OK)
		return err;
	take(l, rows, n);
	l->stamp = stamp;
	return OK;
}

static bool wait_for_stop(struct logins *l)
{
	struct timespec until;
	bool is_stopping;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PERIOD_S;
	pthread_mutex_lock(&l->lock);
	if (!l->is_stopping)
		pthread_cond_timedwait(&l->wake, &l->lock, &until);
	is_stopping = l->is_stopping;
	pthread_mutex_unlock(&l->lock);
	return is_stopping;
}

static void *run(void *arg)
{
	struct logins *l = arg;

	do {
		struct why why = {""};
		bool was_away = l->is_away;

		l->is_away = refresh(l, &why) != OK;
		if (l->is_away && !was_away)
			log_odd(&lg, "logins_not_read",
				"reason=\"%s\" text=\"this node goes on with those it knows\"",
				why.text);
		if (l->is_away) {
			store_close(l->st);
			l->st = NULL;
		}
	} while (!wait_for_stop(l));
	store_close(l->st);
	return NULL;
}

struct logins *logins_start(const struct conf *conf)
{
	struct logins *l = NEW(struct logins);
	int failed;

	l->conf = conf;
	l->known = map_new();
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->wake, NULL);
	failed = pthread_create(&l->thread, NULL, run, l);
	assert(!failed);
	return l;
}

void logins_stop(struct logins *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->is_stopping = true;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	map_free(l->known, NULL);
	store_free_worker_settings(l->rows);
	free(l);
}

bool logins_check(struct logins *l, const char *address, const char *worker, const char *password,
	char out_difficulty[32])
{
	const struct store_worker_setting *found;
	char key[KEY_MAX], secret[sizeof(found->secret)] = "";
	size_t len = key_of(key, address, worker);

	out_difficulty[0] = '\0';
	if (!l)
		return true;
	pthread_mutex_lock(&l->lock);
	found = map_get(l->known, key, len);
	if (found) {
		str_copy(secret, sizeof(secret), found->secret);
		str_copy(out_difficulty, 32, found->difficulty);
	}
	pthread_mutex_unlock(&l->lock);
	return !secret[0] || worker_secret_check(secret, password);
}
