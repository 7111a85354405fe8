/*
 * fake.h -- a tiny HTTP server that plays a coin daemon: what it answers is the test's decision.
 *
 * One thread accepts, one serves each connection; the handler is called with the server's lock
 * held, so what it touches needs no other.
 */
#ifndef TEST_COIND_FAKE_H
#define TEST_COIND_FAKE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"
#include "conf/conf.h"

struct fake;

struct fake_reply {
	int status; /* 0: close without an answer; -1: never answer */
	struct buf body;
	bool is_raw;     /* body holds the status line and the headers too */
	bool is_endless; /* repeat the body for ever */
};

typedef void fake_handler_fn(void *ctx, struct fake *f, const char *method, const json_t *params,
	int64_t id, struct fake_reply *out);

/** fake_start(handler, ctx): listen on a free port of 127.0.0.1. */
struct fake *fake_start(fake_handler_fn *handler, void *ctx);
void fake_stop(struct fake *f);
/** fake_halt(f), fake_resume(f): refuse connections, and cut those that are open; and back. */
void fake_halt(struct fake *f);
void fake_resume(struct fake *f);

unsigned fake_port(const struct fake *f);
unsigned fake_connections(struct fake *f); /* accepted so far */
void fake_lock(struct fake *f);
void fake_unlock(struct fake *f);
/** fake_wait(f): in a handler: sleep until fake_signal(); false when the server stops. */
bool fake_wait(struct fake *f);
void fake_signal(struct fake *f);

/** Answers as a daemon gives them. text is JSON. */
void fake_result(struct fake_reply *out, int64_t id, const char *text);
void fake_error(struct fake_reply *out, int64_t id, int code, const char *message);
void fake_text(struct fake_reply *out, int status, const char *body);

/** conf_for(f, name, out): how to reach it; strings are static or owned by f. */
void fake_conf(const struct fake *f, const char *name, struct conf_daemon *out);

#endif
