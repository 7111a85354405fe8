/* tcp_priv.h -- what listeners and connections know of one another. */
#ifndef IO_TCP_PRIV_H
#define IO_TCP_PRIV_H

#include <sys/socket.h>

#include "base/list.h"
#include "io/loop_priv.h"
#include "io/tcp.h"

struct tcp_listener {
	struct poll_handle handle;
	struct loop *loop;
	struct tcp_listen_options options;
	int fd;
	int spare_fd;         /* given up for a moment when there is no other descriptor left */
	struct timer *resume; /* runs while accepting pauses */
	struct timer *late;   /* runs while `early` has somebody */
	struct list early;    /* connections that owe a PROXY header, by their deadline */
};

/** tcp_conn_begin(x, fd, addr): make a connection of an accepted socket; fd is taken. */
void tcp_conn_begin(struct tcp_listener *x, int fd, const struct sockaddr_storage *addr);
/** tcp_conn_drop(c, drop): a connection of x->early ends. */
void tcp_conn_drop(struct tcp_conn *c, enum tcp_drop drop);
/** tcp_early_end(x): drop those whose time is over, all when the listener closes. */
void tcp_early_end(struct tcp_listener *x, bool is_all);

#endif
