/*
 * supervisor.c -- keeps a few programs running: starts them, starts them again when they die, stops
 * them.
 *
 * One thread, one poll(): a signalfd and, for each program, the pipe on which it says that it is
 * ready.
 */
#include "cli/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/systemd.h"

#define PROGRAMS_MAX 8

enum { STOP_SPARE_MS = 10000 };

enum child_state {
	CHILD_WAITING,  /* not running; starts at start_ms */
	CHILD_STARTING, /* running, has not said "ready" */
	CHILD_READY,
	CHILD_STOPPING, /* got SIGTERM; SIGKILL at kill_ms */
	CHILD_STOPPED,
	CHILD_STATES,
};

struct child {
	const struct supervisor_program *program;
	enum child_state state;
	pid_t pid;
	int ready_fd;                                       /* -1 when closed */
	int64_t started_ms, start_ms, kill_ms, back_off_ms; /* monotonic */
};

struct supervisor {
	struct child children[PROGRAMS_MAX];
	unsigned count;
	const struct supervisor_back_off *back_off;
	sigset_t signals, old_signals;
	int signal_fd;
	bool is_stopping, was_ready;
	char status[256]; /* the last one sent to the service manager */
};

static const struct logger lg = {"run", NULL};

static const bool may_become[CHILD_STATES][CHILD_STATES] = {
	[CHILD_WAITING] = {[CHILD_STARTING] = true, [CHILD_STOPPED] = true, [CHILD_WAITING] = true},
	[CHILD_STARTING] = {[CHILD_READY] = true, [CHILD_WAITING] = true, [CHILD_STOPPING] = true},
	[CHILD_READY] = {[CHILD_WAITING] = true, [CHILD_STOPPING] = true},
	[CHILD_STOPPING] = {[CHILD_STOPPED] = true},
};

static void child_set_state(struct child *c, enum child_state state)
{
	assert(may_become[c->state][state]);
	c->state = state;
}

static void close_ready_fd(struct child *c)
{
	if (c->ready_fd >= 0)
		close(c->ready_fd);
	c->ready_fd = -1;
}

/* In the new process: never returns. */
static void become_program(
	const struct supervisor *s, const struct child *c, int ready_fd, pid_t parent)
{
	char number[16];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1); /* the supervisor died before the line above */
	setpgid(0,
		0); /* Ctrl-C at a terminal reaches the supervisor only, which stops us in order */
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &s->old_signals, NULL);
	fcntl(ready_fd, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", ready_fd);
	setenv("KOZAN_READY_FD", number, 1);
	unsetenv("NOTIFY_SOCKET");
	execv(c->program->path, c->program->argv);
	fprintf(stderr, "%s: cannot start %s: %m\n", c->program->name, c->program->path);
	_exit(127);
}

static void plan_restart(struct supervisor *s, struct child *c)
{
	if (clock_mono_ms() - c->started_ms >= s->back_off->calm_ms)
		c->back_off_ms = s->back_off->first_ms;
	child_set_state(c, CHILD_WAITING);
	c->start_ms = clock_mono_ms() + c->back_off_ms;
	log_info(&lg, "restart", "role=%s in_ms=%lld", c->program->name, (long long)c->back_off_ms);
	c->back_off_ms *= 2;
	if (c->back_off_ms > s->back_off->max_ms)
		c->back_off_ms = s->back_off->max_ms;
}

static void start_child(struct supervisor *s, struct child *c)
{
	pid_t parent = getpid();
	int ready[2];

	c->started_ms = clock_mono_ms();
	if (pipe2(ready, O_CLOEXEC)) {
		log_broken(&lg, "start_failed", "role=%s error=\"%m\"", c->program->name);
		plan_restart(s, c);
		return;
	}
	c->pid = fork();
	if (c->pid == 0)
		become_program(s, c, ready[1], parent);
	close(ready[1]);
	if (c->pid < 0) {
		log_broken(&lg, "start_failed", "role=%s error=\"%m\"", c->program->name);
		close(ready[0]);
		plan_restart(s, c);
		return;
	}
	c->ready_fd = ready[0];
	child_set_state(c, CHILD_STARTING);
	log_info(&lg, "started", "role=%s pid=%d", c->program->name, (int)c->pid);
}

static void on_ready(struct child *c)
{
	char text[16];
	ssize_t n = read(c->ready_fd, text, sizeof(text));

	if (n < 0 && errno == EINTR)
		return;
	if (n > 0 && c->state == CHILD_STARTING) {
		child_set_state(c, CHILD_READY);
		log_info(&lg, "ready", "role=%s after_ms=%lld", c->program->name,
			(long long)(clock_mono_ms() - c->started_ms));
	}
	close_ready_fd(c);
}

static void on_end(struct supervisor *s, struct child *c, int status)
{
	bool is_wanted = c->state == CHILD_STOPPING;
	bool is_clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	close_ready_fd(c);
	c->pid = 0;
	if (WIFSIGNALED(status) && !is_wanted)
		log_broken(&lg, "died", "role=%s signal=%d name=%s", c->program->name,
			WTERMSIG(status), sigabbrev_np(WTERMSIG(status)));
	else if (!is_clean)
		log_broken(&lg, "died", "role=%s exit_status=%d signal=%d", c->program->name,
			WIFEXITED(status) ? WEXITSTATUS(status) : 0,
			WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	else
		log_info(&lg, "ended", "role=%s", c->program->name);
	if (is_wanted)
		child_set_state(c, CHILD_STOPPED);
	else
		plan_restart(s, c);
}

static void reap(struct supervisor *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];
		int status;

		if (c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid)
			on_end(s, c, status);
	}
}

/* How long the slowest program may take to stop, and to be seen as stopped. */
static int64_t longest_stop_ms(const struct supervisor *s)
{
	int64_t longest_ms = 0;

	for (unsigned i = 0; i < s->count; i++) {
		if (s->children[i].program->stop_ms > longest_ms)
			longest_ms = s->children[i].program->stop_ms;
	}
	return longest_ms + STOP_SPARE_MS;
}

/* Asked once more: who waits for others shall do so no longer. */
static void hurry(struct supervisor *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];

		if (c->program->drains && c->state == CHILD_STOPPING)
			kill(c->pid, SIGTERM);
	}
}

static void begin_stop(struct supervisor *s, unsigned number)
{
	if (s->is_stopping) {
		hurry(s);
		return;
	}
	s->is_stopping = true;
	systemd_notify("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=%lld",
		(long long)longest_stop_ms(s) * 1000);
	log_info(&lg, "stopping", "signal=%s", sigabbrev_np((int)number));
	for (unsigned i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];

		if (c->state == CHILD_WAITING) {
			child_set_state(c, CHILD_STOPPED);
			continue;
		}
		child_set_state(c, CHILD_STOPPING);
		c->kill_ms = clock_mono_ms() + c->program->stop_ms;
		kill(c->pid, SIGTERM);
	}
}

static void pass_on_hangup(struct supervisor *s)
{
	log_info(&lg, "reloading", "signal=%s", sigabbrev_np(SIGHUP));
	for (unsigned i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];

		if (c->program->reloads && c->state == CHILD_READY)
			kill(c->pid, SIGHUP);
	}
}

static void on_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(s);
		else if (info.ssi_signo == SIGHUP)
			pass_on_hangup(s);
		else
			begin_stop(s, info.ssi_signo);
	}
}

/* Start and kill what is due. Returns the milliseconds until the next such thing, -1 for none. */
static int64_t act_on_time(struct supervisor *s)
{
	int64_t now_ms = clock_mono_ms(), wait_ms = -1;

	for (unsigned i = 0; i < s->count; i++) {
		struct child *c = &s->children[i];
		int64_t due_ms;

		if (c->state == CHILD_WAITING && c->start_ms <= now_ms)
			start_child(s, c);
		if (c->state == CHILD_STOPPING && c->kill_ms <= now_ms) {
			log_broken(&lg, "killed",
				"role=%s stop_ms=%lld text=\"did not stop in its time\"",
				c->program->name, (long long)c->program->stop_ms);
			kill(c->pid, SIGKILL);
			c->kill_ms = now_ms + c->program->stop_ms;
		}
		if (c->state != CHILD_WAITING && c->state != CHILD_STOPPING)
			continue;
		due_ms = (c->state == CHILD_WAITING ? c->start_ms : c->kill_ms) - now_ms;
		if (wait_ms < 0 || due_ms < wait_ms)
			wait_ms = due_ms > 0 ? due_ms : 0;
	}
	return wait_ms;
}

static bool are_all(const struct supervisor *s, enum child_state state)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (s->children[i].state != state)
			return false;
	}
	return true;
}

/* Tell the service manager what changed. */
static void report(struct supervisor *s)
{
	static const char *const words[CHILD_STATES] = {[CHILD_WAITING] = "restarting",
		[CHILD_STARTING] = "starting",
		[CHILD_READY] = "ready",
		[CHILD_STOPPING] = "stopping",
		[CHILD_STOPPED] = "stopped"};
	char status[sizeof(s->status)];
	size_t len = 0;

	for (unsigned i = 0; i < s->count && len < sizeof(status); i++)
		len += (size_t)snprintf(status + len, sizeof(status) - len, "%s%s %s",
			i ? ", " : "", s->children[i].program->name, words[s->children[i].state]);
	if (strcmp(status, s->status) != 0) {
		memcpy(s->status, status, sizeof(status));
		systemd_notify("STATUS=%s", status);
	}
	if (!s->was_ready && are_all(s, CHILD_READY)) {
		s->was_ready = true;
		systemd_notify("READY=1");
		log_info(&lg, "pool_ready", "roles=%u", s->count);
	}
}

static void wait_and_serve(struct supervisor *s)
{
	struct pollfd polls[PROGRAMS_MAX + 1];
	int64_t wait_ms = act_on_time(s);

	polls[0] = (struct pollfd){s->signal_fd, POLLIN, 0};
	for (unsigned i = 0; i < s->count; i++) /* poll() passes over -1 */
		polls[i + 1] = (struct pollfd){s->children[i].ready_fd, POLLIN, 0};
	if (poll(polls, s->count + 1, (int)wait_ms) > 0) {
		for (unsigned i = 0; i < s->count; i++) {
			if (polls[i + 1].revents)
				on_ready(&s->children[i]);
		}
		if (polls[0].revents)
			on_signal(s);
	}
	report(s);
}

enum err supervisor_run(const struct supervisor_program *programs, unsigned count,
	const struct supervisor_back_off *back_off, struct why *why)
{
	struct supervisor s = {.count = count, .back_off = back_off};

	assert(count <= PROGRAMS_MAX);
	sigemptyset(&s.signals);
	sigaddset(&s.signals, SIGTERM);
	sigaddset(&s.signals, SIGINT);
	sigaddset(&s.signals, SIGHUP);
	sigaddset(&s.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &s.signals, &s.old_signals);
	s.signal_fd = signalfd(-1, &s.signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s.signal_fd < 0) {
		sigprocmask(SIG_SETMASK, &s.old_signals, NULL);
		return err_fail(why, ERR_UNAVAILABLE, "signalfd: %m");
	}
	for (unsigned i = 0; i < count; i++)
		s.children[i] = (struct child){
			.program = &programs[i], .ready_fd = -1, .back_off_ms = back_off->first_ms};
	while (!are_all(&s, CHILD_STOPPED))
		wait_and_serve(&s);
	close(s.signal_fd);
	sigprocmask(SIG_SETMASK, &s.old_signals, NULL);
	return OK;
}
