/* account_worker.c -- the workers of an address: names with a password, a fixed difficulty, and
 * whether their owner wants to be told when they fall silent. */
#include <string.h>

#include "auth/worker_secret.h"
#include "base/mem.h"
#include "chain/difficulty.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "store/store_worker.h"
#include "web/account_priv.h"

#define WORKERS_MAX  1000
#define PASSWORD_LEN 64 /* what a miner may send */

static enum err own_account(struct account_call *call, bool make, int64_t *out)
{
	int64_t pool = atomic_load(&call->web->pool_id);
	struct address own;
	enum err err = account_own(call, call->args[0], &own);

	if (err == OK && make)
		return store_account_ensure(call->st, pool, own.text, out, &call->why);
	if (err == OK)
		err = store_account_find(call->st, pool, own.text, out, &call->why);
	return err;
}

static json_t *list_json(const struct store_worker_setting *rows, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			list, json_pack("{s:s,s:b,s:s,s:b}", "name", rows[i].name, "has_password",
				      rows[i].secret[0] != '\0', "difficulty", rows[i].difficulty,
				      "is_monitored", rows[i].is_monitored));
	return list;
}

enum err account_workers(struct account_call *call)
{
	struct store_worker_setting *rows = NULL;
	struct address own;
	int64_t account;
	size_t n = 0;
	enum err err = account_own(call, call->args[0], &own);

	if (err != OK)
		return err;
	err = store_account_find(
		call->st, atomic_load(&call->web->pool_id), own.text, &account, &call->why);
	if (err == OK)
		err = store_worker_settings(call->st, account, &rows, &n, &call->why);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	call->out = json_pack("{s:o}", "items", list_json(rows, n));
	store_free_worker_settings(rows);
	return OK;
}

static bool is_name(const char *text)
{
	return *text && strlen(text) < STORE_WORKER_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       strlen(text);
}

/* What is not in the body stays as it was; "" takes it away. */
static enum err read_worker(struct account_call *call, struct store_worker_setting *w)
{
	const struct conf_pool *pool = call->web->pool;
	const char *password = json_get_str(call->in, "password");
	const char *difficulty = json_get_str(call->in, "difficulty");
	int64_t work;

	json_get_bool(call->in, "is_monitored", &w->is_monitored);
	if (password && strlen(password) > PASSWORD_LEN)
		return account_refuse(call, 400, "password_length",
			"A worker's password has at most %d characters.", PASSWORD_LEN);
	if (password && *password)
		worker_secret_make(password, w->secret);
	else if (password)
		w->secret[0] = '\0';
	if (difficulty && *difficulty &&
		(strlen(difficulty) >= sizeof w->difficulty ||
			difficulty_to_work(difficulty, pool->network->work_bits,
				pool->coin.diff_bits, &work) != OK))
		return account_refuse(call, 400, "difficulty_invalid",
			"\"difficulty\" is a positive decimal number.");
	if (difficulty)
		str_copy(w->difficulty, sizeof w->difficulty, difficulty);
	return OK;
}

enum err account_worker_set(struct account_call *call)
{
	struct store_worker_setting w = {.account = 0}, *rows;
	int64_t account;
	size_t n;
	enum err err = own_account(call, true, &account);

	if (err != OK)
		return err;
	if (!is_name(call->args[1]))
		return account_refuse(call, 400, "worker_invalid",
			"A worker's name has 1 to 32 letters, digits, - and _.");
	err = store_worker_settings(call->st, account, &rows, &n, &call->why);
	if (err != OK)
		return err;
	store_free_worker_settings(rows);
	if (n >= WORKERS_MAX)
		return account_refuse(call, 409, "too_many_workers",
			"There are %d workers already.", WORKERS_MAX);
	err = store_worker_setting(call->st, account, call->args[1], &w, &call->why);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	w.account = account;
	str_copy(w.name, sizeof w.name, call->args[1]);
	err = read_worker(call, &w);
	if (err == OK)
		err = store_worker_set(call->st, &w, &call->why);
	if (err == OK)
		err = account_note(call, "worker_set", w.name);
	return err ? err : account_workers(call);
}

enum err account_worker_end(struct account_call *call)
{
	int64_t account;
	enum err err = own_account(call, false, &account);

	if (err == OK)
		err = store_worker_drop(call->st, account, call->args[1], &call->why);
	if (err == OK)
		err = account_note(call, "worker_removed", call->args[1]);
	return err ? err : account_workers(call);
}
