/* loop_priv.h -- what the other files of io/ need to know of a loop. */
#ifndef IO_LOOP_PRIV_H
#define IO_LOOP_PRIV_H

#include <uv.h>

#include "base/buf.h"
#include "base/list.h"
#include "io/loop.h"

enum { READ_CHUNK = 65536, SPARE_BUFS = 256, SPARE_BUF_MAX = 4096 /* [bytes] */ };

struct loop {
	uv_loop_t uv;
	/* Not uv_async_t: its receiver spins until the sender, whom it may have displaced from the
	 * core, has come back from its write. */
	uv_poll_t wake;
	int wake_fd;
	uv_mutex_t lock; /* guards the two mail pointers and stopping */
	struct mail *first, **last;
	bool stopping;
	struct list dirty; /* tcp connections with output to send at the end of this turn */
	struct buf spare[SPARE_BUFS]; /* of output that has left, for the next that is written */
	unsigned spare_count;
	uv_prepare_t before_sleep;
	void (*on_turn_end)(void *ctx); /* NULL: nobody wants to know */
	void *turn_end_ctx;
	uv_signal_t signals[4];
	unsigned signal_count;
	char read_chunk[READ_CHUNK]; /* every connection of the loop reads into it, one after the
					other */
};

/* What polls a descriptor begins alike, so that the end of a loop can close what is left. */
struct poll_handle {
	uv_poll_t uv;
	uv_close_cb on_closed;
};

/** tcp_flush_dirty(l): send what was written during this turn. */
void tcp_flush_dirty(struct loop *l);

/** tcp_close_now(handle): close a connection, whatever it still has to send. */
void tcp_close_now(uv_handle_t *handle);

#endif
