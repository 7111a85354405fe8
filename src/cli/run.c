/* run.c -- `kozan run`: one role in this process, or all of them as children. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"
#include "cli/supervisor.h"
#include "conf/conf.h"
#include "ledger/ledger.h"
#include "store/store.h"
#include "stratum/stratum.h"
#include "web/web.h"

#define PROGRAM "/proc/self/exe" /* the same file, even when it was replaced meanwhile */

static const struct role {
	const char *name;
	int (*run)(const struct conf *conf);
	int64_t stop_ms; /* the stratum role owes answers: it gets the most time */
	bool reloads;    /* acts on SIGHUP */
} roles[] = {
	{"stratum", role_stratum, 20000, true},
	{"ledger", role_ledger, 15000, false},
	{"web", role_web, 5000, false},
};

static const struct supervisor_back_off back_off = {
	.first_ms = 200, .max_ms = 5000, .calm_ms = 10000};

static const struct logger lg = {"run", NULL};

static int run_role(struct conf *conf, const char *name)
{
	for (unsigned i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(roles[i].name, name) != 0)
			continue;
		conf_store_become(&conf->store, name);
		return roles[i].run(conf);
	}
	return cli_usage("run", "no role \"%s\"; there are stratum, ledger and web", name);
}

/* Only one supervisor may work on a data_dir. The lock lives as long as the returned descriptor. */
static int lock_data_dir(const struct conf *conf)
{
	char *path = path_join(conf->data_dir, "run.lock");
	char pid[16] = "";
	struct why why = {0};
	int fd = -1;

	if (path_make_dirs(conf->data_dir, &why)) {
		fprintf(stderr, "kozan run: data_dir: %s\n", why.text);
	} else if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640)) < 0) {
		fprintf(stderr, "kozan run: %s: %m\n", path);
	} else if (flock(fd, LOCK_EX | LOCK_NB)) {
		if (read(fd, pid, sizeof(pid) - 1) < 0)
			pid[0] = '\0';
		pid[strcspn(pid, "\n")] = '\0';
		fprintf(stderr, "kozan run: a pool runs on %s already (process %s)\n",
			conf->data_dir, pid);
		close(fd);
		fd = -1;
	} else if (ftruncate(fd, 0) || dprintf(fd, "%d\n", (int)getpid()) < 0) {
		fprintf(stderr, "kozan run: %s: %m\n", path); /* worth saying; the lock holds */
	}
	free(path);
	return fd;
}

/* The roles find a database of this version when they start. */
static int migrate(const struct conf *conf)
{
	struct store *st = NULL;
	struct why why = {0};
	enum err e = cli_store_open(conf, &st, &why);

	if (!e)
		e = store_migrate(st, &why);
	store_close(st);
	if (e)
		fprintf(stderr, "kozan run: the database: %s\n",
			why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}

static int supervise(const struct conf *conf)
{
	struct supervisor_program programs[ARRAY_LEN(roles)];
	char *argv[ARRAY_LEN(roles)][7];
	struct why why = {0};
	int lock = lock_data_dir(conf), code = CLI_FAILED;

	if (lock < 0)
		return CLI_FAILED;
	for (unsigned i = 0; i < ARRAY_LEN(roles); i++) {
		char *const words[] = {(char *)"kozan", (char *)"run", (char *)"-c", conf->file,
			(char *)"--role", (char *)roles[i].name, NULL};

		memcpy(argv[i], words, sizeof(words));
		programs[i] = (struct supervisor_program){
			roles[i].name, PROGRAM, argv[i], roles[i].stop_ms, roles[i].reloads};
		programs[i].drains = roles[i].run == role_stratum;
		if (programs[i].drains)
			programs[i].stop_ms += conf->stratum.drain_ms;
	}
	if (migrate(conf) == CLI_OK) {
		log_info(&lg, "pool_starting", "version=%s config=\"%s\" data_dir=\"%s\"",
			KOZAN_VERSION, conf->file, conf->data_dir);
		if (supervisor_run(programs, ARRAY_LEN(roles), &back_off, &why))
			fprintf(stderr, "kozan run: %s\n", why.text);
		else
			code = CLI_OK;
	}
	close(lock);
	return code;
}

int cli_run(int argc, char **argv)
{
	const char *path = NULL, *role = NULL;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &path},
		{"role", 'r', CLI_TEXT, &role},
	};
	struct conf *conf;
	int first, code;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (first < argc)
		return cli_usage("run", "what is \"%s\"?", argv[first]);
	conf = cli_conf_open("run", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	log_setup(conf->log.level, conf->log.format);
	code = role ? run_role(conf, role) : supervise(conf);
	conf_free(conf);
	return code;
}
