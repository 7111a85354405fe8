/* check_machine.c -- what `kozan check` looks at on this machine: folder, limits, ports,
 * certificate, database. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/check.h"
#include "conf/conf.h"
#include "io/tls.h"
#include "store/store.h"

#define ROOM_WARN_MIB       2048
#define ROOM_FAIL_MIB       200
#define FILES_WARN          4096 /* open files; a miner takes one */
#define CERTIFICATE_WARN_MS (14LL * 86400 * 1000)
#define FILES_OWN           200 /* what the program needs for itself */

static void check_room(struct check_report *r, const char *dir)
{
	struct statvfs fs;
	unsigned long long mib;

	if (statvfs(dir, &fs)) {
		check_add(r, CHECK_FAIL, "disk", "%s: %s", dir, strerror(errno));
		return;
	}
	mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	if (mib < ROOM_FAIL_MIB)
		check_add(r, CHECK_FAIL, "disk", "only %llu MiB are free for %s", mib, dir);
	else if (mib < ROOM_WARN_MIB)
		check_add(r, CHECK_WARN, "disk", "%llu MiB are free for %s: not much", mib, dir);
	else
		check_add(r, CHECK_OK, "disk", "%llu MiB are free for %s", mib, dir);
}

static void check_data_dir(struct check_report *r, const char *dir)
{
	char *path = path_join(dir, "check.tmp");
	struct why why = {0};

	if (path_make_dirs(dir, &why) || path_write(path, "x", 1, &why)) {
		check_add(r, CHECK_FAIL, "data_dir", "%s", why.text);
	} else {
		unlink(path);
		check_add(r, CHECK_OK, "data_dir", "%s can be written", dir);
		check_room(r, dir);
	}
	free(path);
}

static void check_files(struct check_report *r, const struct conf *conf)
{
	struct rlimit limit;
	unsigned long long files;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	files = limit.rlim_max;
	if (conf->stratum.max_conns && files < conf->stratum.max_conns + FILES_OWN)
		check_add(r, CHECK_FAIL, "open files",
			"the limit is %llu, and stratum.max_conns is %u: raise LimitNOFILE or "
			"ulimit -n",
			files, conf->stratum.max_conns);
	else if (files < FILES_WARN)
		check_add(r, CHECK_WARN, "open files",
			"the limit is %llu, so not more than %lld miners can be connected", files,
			(long long)files - FILES_OWN);
	else
		check_add(r, CHECK_OK, "open files", "the limit is %llu", files);
}

/* Whether `kozan run` holds the folder: then its ports are rightly taken. */
static bool is_running(const char *dir)
{
	char *path = path_join(dir, "run.lock");
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool is_held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	free(path);
	return is_held;
}

static enum err try_bind(const struct conf_listen *at)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(at->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(at->port)};
	bool is_v4 = inet_pton(AF_INET, at->host, &v4.sin_addr) == 1;
	int on = 1, error, fd;

	if (!is_v4 && inet_pton(AF_INET6, at->host, &v6.sin6_addr) != 1)
		return ERR_INVALID;
	fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_UNSUPPORTED;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	error = is_v4 ? bind(fd, (struct sockaddr *)&v4, sizeof(v4))
		      : bind(fd, (struct sockaddr *)&v6, sizeof(v6));
	if (error)
		error = errno;
	else if (listen(fd, 1))
		error = errno;
	close(fd);
	errno = error;
	return error == 0 ? OK : error == EADDRINUSE ? ERR_EXISTS : ERR_REFUSED;
}

static void check_port(
	struct check_report *r, const struct conf_listen *listen, const char *what, bool runs)
{
	enum err e = listen->port ? try_bind(listen) : OK;

	if (!listen->port)
		check_add(r, CHECK_OK, what, "off");
	else if (e == OK)
		check_add(r, CHECK_OK, what, "port %u of %s is free", listen->port, listen->host);
	else if (e == ERR_EXISTS && runs)
		check_add(r, CHECK_OK, what, "port %u of %s is taken while this pool runs",
			listen->port, listen->host);
	else if (e == ERR_EXISTS)
		check_add(r, CHECK_FAIL, what, "port %u of %s is taken by another program",
			listen->port, listen->host);
	else
		check_add(r, CHECK_FAIL, what, "port %u of %s: %s", listen->port, listen->host,
			strerror(errno));
}

static void check_ports(struct check_report *r, const struct conf *conf)
{
	bool runs = is_running(conf->data_dir);

	for (size_t i = 0; i < conf->pools_count; i++) {
		for (size_t k = 0; k < conf->pools[i].ports_count; k++) {
			const struct conf_port *port = &conf->pools[i].ports[k];
			char *what = str_printf("port %s", port->name);

			for (unsigned n = 0; n < port->listens.count; n++)
				check_port(r, &port->listens.list[n], what, runs);
			free(what);
		}
	}
	check_port(r, &conf->web.listen, "web", runs);
	check_port(r, &conf->stratum.health, "stratum health", runs);
}

static void check_store(struct check_report *r, const struct conf *conf)
{
	struct store *st = NULL;
	struct why why = {0};
	struct store_schema schema = {0};
	const char *name =
		conf->store.engine == CONF_ENGINE_SQLITE ? conf->store.path : conf->store.database;
	enum err e = store_open(&conf->store, &st, &why);

	if (!e)
		e = store_schema(st, &schema, &why);
	store_close(st);
	if (e)
		check_add(r, CHECK_FAIL, "store", "%s", why.text[0] ? why.text : err_text(e));
	else if (schema.min_reader > schema.known)
		check_add(r, CHECK_FAIL, "store",
			"%s is for newer programs: schema version %lld, this one knows %lld", name,
			(long long)schema.version, (long long)schema.known);
	else if (schema.version == 0)
		check_add(r, CHECK_OK, "store", "%s is empty: the first run fills it", name);
	else
		check_add(r, CHECK_OK, "store", "%s opens, schema version %lld", name,
			(long long)schema.version);
}

static void check_certificate(struct check_report *r, const struct conf *conf)
{
	const struct conf_stratum *s = &conf->stratum;
	char until[CLOCK_TEXT_MAX];
	struct tls *tls;
	struct why why = {0};
	int64_t end_ms, now_ms = clock_wall_ms();

	if (!*s->tls_certificate)
		return;
	if (tls_new(s->tls_certificate, s->tls_key, &tls, &why)) {
		check_add(r, CHECK_FAIL, "certificate", "%s", why.text);
		return;
	}
	end_ms = tls_expires_ms(tls);
	clock_text(end_ms, until);
	tls_free(tls);
	if (end_ms <= now_ms)
		check_add(r, CHECK_WARN, "certificate",
			"%s has expired on %s: miners that look will not connect",
			s->tls_certificate, until);
	else if (end_ms - now_ms < CERTIFICATE_WARN_MS)
		check_add(r, CHECK_WARN, "certificate", "%s expires soon, on %s",
			s->tls_certificate, until);
	else
		check_add(r, CHECK_OK, "certificate", "%s can be used until %s", s->tls_certificate,
			until);
}

void check_machine(struct check_report *r, const struct conf *conf)
{
	check_data_dir(r, conf->data_dir);
	check_files(r, conf);
	check_ports(r, conf);
	check_certificate(r, conf);
	check_store(r, conf);
}
