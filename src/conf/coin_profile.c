/* coin_profile.c -- coins/<name>.yaml: found, read and checked. */
#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "conf/coin_profile_priv.h"
#include "conf/read_priv.h"
#include "pow/pow.h"

#define SUFFIX ".yaml"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *conf_coins_dir(void)
{
	char program[PATH_MAX], *bin, *dir;
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (is_folder(KOZAN_COINS_DIR) || len <= 0)
		return str_dup(KOZAN_COINS_DIR);
	program[len] = '\0';
	bin = dirname(program);
	dir = path_join(bin, "coins");
	if (!is_folder(dir)) {
		free(dir);
		dir = path_join(bin, "../coins");
	}
	return dir;
}

/* The name of a profile without folder and suffix, or NULL when the file is not one. */
static char *profile_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	size_t len = strlen(file);

	if (len <= strlen(SUFFIX) || strcmp(file + len - strlen(SUFFIX), SUFFIX) != 0)
		return NULL;
	return mem_dup(file, len - strlen(SUFFIX));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void conf_coin_fail_unknown(struct conf_reader *r, const void *field, const char *key,
	const char *name, const char *dir)
{
	enum { MOST = 256 };
	char *names[MOST];
	struct buf list = {0};
	const char *nearest;
	unsigned n = 0;
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && n < MOST && (entry = readdir(d)) != NULL) {
		names[n] = profile_name(entry->d_name);
		n += names[n] != NULL;
	}
	if (d)
		closedir(d);
	qsort(names, n, sizeof(*names), by_name);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
	nearest = conf_nearest(name, (const char *const *)names, n);
	if (n == 0)
		conf_problem(r, field, key, "there are no coin profiles in %s", dir);
	else
		conf_problem(r, field, key, "no coin \"%s\" in %s%s%s%s (there are: %s)", name, dir,
			nearest ? "; did you mean \"" : "", nearest ? nearest : "",
			nearest ? "\"?" : "", buf_str(&list));
	for (unsigned i = 0; i < n; i++)
		free(names[i]);
	buf_free(&list);
}

static void check_algorithm(struct conf_reader *r, const struct coin *coin)
{
	struct pow_param params[COIN_PARAMS_MAX];
	struct pow_algo *algo;
	struct why why;

	if (!coin->algorithm[0])
		return; /* reported as missing */
	for (unsigned i = 0; i < coin->params_count; i++)
		params[i] = (struct pow_param){coin->params[i].name, coin->params[i].value};
	if (pow_algo_new(coin->algorithm, params, coin->params_count, &algo, &why) == OK)
		pow_algo_free(algo);
	else
		conf_problem(r, coin->algorithm, "algorithm", "%s", why.text);
}

/* Fill in what the file does not say itself. */
static void complete(struct conf_reader *r, struct coin *coin, const char *name)
{
	static const uint8_t unknown[32];
	unsigned defined = 0;

	if (!str_copy(coin->name, sizeof(coin->name), name))
		conf_problem(r, NULL, NULL, "the file's name is too long for a coin");
	if (!coin->message_magic[0])
		snprintf(coin->message_magic, sizeof(coin->message_magic),
			"%s Signed Message:", coin->title);
	for (enum coin_chain chain = 0; chain < COIN_CHAINS; chain++) {
		struct coin_network *net = &coin->networks[chain];

		net->chain = chain;
		net->has_genesis = memcmp(net->genesis, unknown, sizeof(unknown)) != 0;
		net->has_p2p_magic = memcmp(net->p2p_magic, unknown, sizeof(net->p2p_magic)) != 0;
		defined += net->is_defined;
	}
	if (defined == 0)
		conf_problem(
			r, NULL, "networks", "at least one of main, test and regtest is needed");
}

enum err conf_coin_load(const char *path, struct coin *out, struct conf_errors *errors)
{
	struct conf_reader r = {.file = path, .errors = errors};
	char *name = profile_name(path);
	size_t wrong = errors->wrong;
	struct coin coin = {0};
	enum err err = conf_read(&r, &conf_coin_section, &coin);

	if (!name)
		conf_problem(&r, NULL, NULL, "a coin profile's name must end in " SUFFIX);
	if (err == OK && name) {
		complete(&r, &coin, name);
		check_algorithm(&r, &coin);
	}
	free(name);
	conf_reader_fini(&r);
	if (errors->wrong > wrong)
		return err != OK ? err : ERR_INVALID;
	*out = coin;
	return OK;
}
