/* httpd_priv.h -- what httpd.c and httpd_stream.c share. */
#ifndef IO_HTTPD_PRIV_H
#define IO_HTTPD_PRIV_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "io/httpd.h"

struct httpd {
	struct MHD_Daemon *daemon;
	struct httpd_options opt;
	atomic_uint conns;
	pthread_mutex_t lock; /* guards what follows */
	struct map *conns_of; /* address text to count, public addresses only */
	struct map *streams_of;
	struct list streams; /* struct httpd_stream, all that are open */
	unsigned stream_count;
	bool is_stopping;
};

struct httpd_req {
	struct httpd *server;
	struct MHD_Connection *conn;
	const struct httpd_route *route; /* NULL: none matched */
	const char *path, *tail, *method;
	char *other_path; /* of enter(); NULL: as it came */
	void *ctx;        /* the handler's */
	int64_t start_us;
	unsigned status; /* 0 until answered */
	char client[INET6_ADDRSTRLEN];
	bool is_private;
	char *cookie_copy;
	struct buf body;
	bool is_too_long; /* more than HTTPD_BODY_MAX came: the rest is not kept */
};

/** httpd_count_add(m, key, by): add by to the count kept under key; returns the new count. */
unsigned httpd_count_add(struct map *m, const char *key, int by);
/** httpd_reply_with(req, status, response, pairs): the common headers, then pairs; takes the
 * response. */
void httpd_reply_with(struct httpd_req *req, unsigned status, struct MHD_Response *response,
	const struct httpd_pair *pairs);

#endif
