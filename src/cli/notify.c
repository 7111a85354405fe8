/* notify.c -- `kozan notify`: wakes the stratum role, as the coin daemon's -blocknotify command. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"
#include "conf/conf.h"

/* One datagram, never waiting: the daemon waits for us. The folder is entered through a descriptor,
 * because the name of a Unix socket must be short and data_dir may be long. */
static int send_notice(const char *data_dir, const char *text)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	char *folder = path_join(data_dir, "stratum");
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int code = CLI_OK;

	snprintf(to.sun_path, sizeof(to.sun_path), "/proc/self/fd/%d/notify.sock", dir);
	if (dir < 0 || fd < 0 ||
		sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof(to)) <
			0) {
		fprintf(stderr, "kozan notify: no pool is running on %s: %m\n", folder);
		code = CLI_FAILED;
	}
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	free(folder);
	return code;
}

int cli_notify(int argc, char **argv)
{
	const char *path = NULL;
	const struct cli_option options[] = {{"config", 'c', CLI_TEXT, &path}};
	struct conf *conf;
	int first, code;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (argc - first > 1)
		return cli_usage("notify", "one block hash at most");
	conf = cli_conf_open("notify", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	code = send_notice(conf->data_dir, first < argc ? argv[first] : "");
	conf_free(conf);
	return code;
}
