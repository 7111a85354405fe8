/* counts.c -- requests by route and status, for the metrics. */
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "web/web_priv.h"

struct counter {
	uint64_t requests;
	int64_t took_us;
};

struct counts {
	pthread_mutex_t lock;
	struct map *by_labels; /* route="x",code="200" */
};

struct counts *counts_new(void)
{
	struct counts *c = NEW(struct counts);

	pthread_mutex_init(&c->lock, NULL);
	c->by_labels = map_new();
	return c;
}

void counts_free(struct counts *c)
{
	if (!c)
		return;
	map_free(c->by_labels, free);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

void counts_add(struct counts *c, const char *route, unsigned status, int64_t took_us)
{
	struct counter *counter;
	char labels[96];

	snprintf(labels, sizeof labels, "route=\"%s\",code=\"%u\"", route, status);
	pthread_mutex_lock(&c->lock);
	counter = map_get(c->by_labels, labels, strlen(labels));
	if (!counter) {
		counter = NEW(struct counter);
		map_set(c->by_labels, labels, strlen(labels), counter);
	}
	counter->requests++;
	counter->took_us += took_us;
	pthread_mutex_unlock(&c->lock);
}

void counts_write(struct counts *c, struct buf *out)
{
	struct buf seconds = {0};
	struct counter *counter;
	const void *labels;
	size_t pos = 0, len;

	buf_add_str(out, "# TYPE kozan_http_requests_total counter\n");
	buf_add_str(&seconds, "# TYPE kozan_http_request_seconds_total counter\n");
	pthread_mutex_lock(&c->lock);
	while ((counter = map_next(c->by_labels, &pos, &labels, &len)) != NULL) {
		buf_printf(out, "kozan_http_requests_total{%.*s} %llu\n", (int)len,
			(const char *)labels, (unsigned long long)counter->requests);
		buf_printf(&seconds, "kozan_http_request_seconds_total{%.*s} %.6f\n", (int)len,
			(const char *)labels, (double)counter->took_us / 1e6);
	}
	pthread_mutex_unlock(&c->lock);
	buf_add(out, seconds.data, seconds.len);
	buf_free(&seconds);
}
