/* test_systemd.c -- what a service manager receives, on both kinds of socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/systemd.h"

static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(at.sun_path, path, strlen(path));
	if (path[0] == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	return fd;
}

static void sends_to(const char *path)
{
	char text[64] = "";
	int fd = listen_at(path);

	setenv("NOTIFY_SOCKET", path, 1);
	assert_true(systemd_notify("STATUS=%d of %d", 2, 3));
	assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), 13);
	assert_string_equal(text, "STATUS=2 of 3");
	close(fd);
}

static void sends_datagrams(void **state)
{
	char path[64], abstract[64];

	snprintf(path, sizeof(path), "/tmp/test_systemd.%d", (int)getpid());
	snprintf(abstract, sizeof(abstract), "@test_systemd.%d", (int)getpid());
	sends_to(path);
	unlink(path);
	sends_to(abstract);
}

static void is_quiet_without_a_manager(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	assert_false(systemd_notify("READY=1"));
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_false(systemd_notify("READY=1"));
	setenv("NOTIFY_SOCKET", "/tmp/nobody.listens.here", 1);
	assert_false(systemd_notify("READY=1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_datagrams),
		cmocka_unit_test(is_quiet_without_a_manager),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
