/* test_supervisor.c -- shell scripts as programs: started, started again, stopped, killed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/path.h"
#include "cli/supervisor.h"

#define WAIT_MS 20000

static const struct supervisor_back_off back_off = {.first_ms = 10, .max_ms = 40, .calm_ms = 60000};
static char dir[] = "/tmp/test_supervisor.XXXXXX";

/* A child process that supervises `sh -c script`. */
static pid_t supervise(const char *script, int64_t stop_ms)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	struct supervisor_program program = {"test", "/bin/sh", argv, stop_ms, true};
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(supervisor_run(&program, 1, &back_off, NULL) ? 1 : 0);
	}
	return pid;
}

static size_t file_len(const char *name)
{
	char path[256];
	struct buf text = {0};
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (path_read(path, 1 << 20, &text, NULL) == OK)
		len = text.len;
	buf_free(&text);
	return len;
}

static void wait_for_len(const char *name, size_t len)
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	while (file_len(name) < len && clock_mono_ms() < until)
		clock_sleep_ms(5);
	assert_true(file_len(name) >= len);
}

static int stop(pid_t pid, int number)
{
	int status;

	kill(pid, number);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void restarts_what_dies(void **state)
{
	pid_t pid = supervise("printf x >> died; kill -9 $$", 1000);

	wait_for_len("died", 5);
	assert_int_equal(stop(pid, SIGTERM), 0);
}

static void stops_in_order(void **state)
{
	pid_t pid = supervise("trap 'printf bye > left; exit 0' TERM; printf x >> began; "
			      "while :; do sleep 0.01; done",
		WAIT_MS);

	wait_for_len("began", 1);
	assert_int_equal(stop(pid, SIGINT), 0);
	assert_int_equal(file_len("left"), 3);
	assert_int_equal(file_len("began"), 1);
}

static void kills_what_does_not_stop(void **state)
{
	pid_t pid =
		supervise("trap '' TERM; printf x >> stubborn; while :; do sleep 0.01; done", 50);

	wait_for_len("stubborn", 1);
	assert_int_equal(stop(pid, SIGTERM), 0);
}

static void hears_ready(void **state)
{
	/* the descriptor is there, and is the only way to tell */
	pid_t pid = supervise("echo ready >&$KOZAN_READY_FD && printf x >> told; "
			      "[ -z \"$NOTIFY_SOCKET\" ] && printf x >> told; exec sleep 60",
		1000);

	wait_for_len("told", 2);
	assert_int_equal(stop(pid, SIGTERM), 0);
}

static void takes_its_programs_along(void **state)
{
	pid_t pid = supervise("trap 'printf x > orphaned; exit' TERM; printf x >> alive; "
			      "while :; do sleep 0.01; done",
		1000);
	int status;

	wait_for_len("alive", 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	wait_for_len("orphaned", 1);
}

static void passes_on_what_asks_to_reload(void **state)
{
	pid_t pid = supervise("trap 'printf x >> reloaded' HUP; printf x >> up; "
			      "echo ready >&$KOZAN_READY_FD; while :; do sleep 0.01; done",
		1000);
	int64_t until;

	wait_for_len("up", 1); /* before that nobody looks after signals */
	until = clock_mono_ms() + WAIT_MS;
	while (file_len("reloaded") == 0 && clock_mono_ms() < until) {
		kill(pid, SIGHUP); /* passed on once the program is ready */
		clock_sleep_ms(50);
	}
	assert_true(file_len("reloaded") > 0);
	assert_int_equal(stop(pid, SIGTERM), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restarts_what_dies),
		cmocka_unit_test(stops_in_order),
		cmocka_unit_test(kills_what_does_not_stop),
		cmocka_unit_test(hears_ready),
		cmocka_unit_test(takes_its_programs_along),
		cmocka_unit_test(passes_on_what_asks_to_reload),
	};
	int failed;
	char command[64];

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	setenv("NOTIFY_SOCKET", "/nobody", 1);
	log_setup(LOG_LEVEL_BROKEN, LOG_FORMAT_TEXT);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) || failed;
}
