/*
 * live.c -- server-sent events: each topic is written once and handed to all who listen to it.
 *
 * Lock: live.lock guards everything here; httpd's own locks are taken inside it, never the reverse.
 * Events are numbered RUN-SEQUENCE; a listener that comes back with Last-Event-ID of this run gets
 * only the topics that have changed since.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "chain/address.h"
#include "web/web_priv.h"

#define ADDRESSES_MAX  4 /* watched by one listener */
#define PING_MS        20000
#define RETRY_MS       2000 /* a listener waits that long, and up to as long again */
#define ADDRESS_MS     3000 /* an address is looked at so often … */
#define TICK_BUDGET_MS 300  /* … unless there are too many of them */

/* A subject and its last whole text as an event. */
struct topic {
	const char *event;
	struct httpd_bytes *whole; /* NULL: nothing yet */
	uint64_t seq;
};

struct address_topic {
	char *address;
	struct topic topic;
	unsigned listeners;
	int64_t looked_ms;
	json_t *doc; /* as the listeners have it */
};

struct listener {
	struct list node;
	struct httpd_stream *stream;
	bool wants[LIVE_TOPICS];
	struct address_topic *addresses[ADDRESSES_MAX];
	size_t address_count;
	int64_t sent_ms;
	bool is_lost; /* to be closed by the next tick */
};

struct live {
	struct web *web;
	pthread_mutex_t lock;
	uint32_t run;
	uint64_t seq;
	struct topic topics[LIVE_TOPICS];
	struct map *addresses;
	struct list listeners;
	struct httpd_bytes *ping;
};

struct live *live_new(struct web *web)
{
	static const char *const events[LIVE_TOPICS] = {
		[LIVE_POOL] = "pool", [LIVE_BLOCKS] = "blocks", [LIVE_PAYMENTS] = "payments"};
	struct live *l = NEW(struct live);

	l->web = web;
	pthread_mutex_init(&l->lock, NULL);
	l->run = (uint32_t)random_u64();
	l->addresses = map_new();
	l->ping = httpd_bytes_new(": ping\n\n", 8);
	list_init(&l->listeners);
	for (size_t i = 0; i < LIVE_TOPICS; i++)
		l->topics[i].event = events[i];
	return l;
}

static void address_free(void *ptr)
{
	struct address_topic *a = ptr;

	httpd_bytes_unref(a->topic.whole);
	json_decref(a->doc);
	free(a->address);
	free(a);
}

static void listener_free(struct live *l, struct listener *who)
{
	for (size_t i = 0; i < who->address_count; i++) {
		struct address_topic *a = who->addresses[i];

		if (--a->listeners == 0) {
			map_remove(l->addresses, a->address, strlen(a->address));
			address_free(a);
		}
	}
	list_remove(&who->node);
	httpd_stream_close(who->stream);
	free(who);
}

void live_free(struct live *l)
{
	if (!l)
		return;
	list_for (&l->listeners, who, struct listener, node) {
		listener_free(l, who);
	}
	map_free(l->addresses, address_free);
	for (size_t i = 0; i < LIVE_TOPICS; i++)
		httpd_bytes_unref(l->topics[i].whole);
	httpd_bytes_unref(l->ping);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static struct httpd_bytes *event_of(
	const struct live *l, const struct topic *topic, const struct buf *json)
{
	struct httpd_bytes *bytes;
	struct buf event = {0};

	buf_printf(&event, "id: %08x-%llu\nevent: %s\ndata: ", l->run,
		(unsigned long long)topic->seq, topic->event);
	buf_add(&event, json->data, json->len);
	buf_add_str(&event, "\n\n");
	bytes = httpd_bytes_new(event.data, event.len);
	buf_free(&event);
	return bytes;
}

static void send_to(struct listener *who, struct httpd_bytes *bytes)
{
	/* Who is too slow to take it has missed something: ended, he comes back for the whole. */
	if (httpd_stream_send(who->stream, bytes))
		who->sent_ms = clock_mono_ms();
	else
		who->is_lost = true;
}

void live_publish(
	struct live *l, enum live_topic which, const struct buf *whole, const struct buf *change)
{
	struct topic *topic = &l->topics[which];
	struct httpd_bytes *event;

	pthread_mutex_lock(&l->lock);
	topic->seq = ++l->seq;
	httpd_bytes_unref(topic->whole);
	topic->whole = event_of(l, topic, whole);
	event = change == whole ? httpd_bytes_ref(topic->whole) : event_of(l, topic, change);
	list_for (&l->listeners, who, struct listener, node) {
		if (who->wants[which])
			send_to(who, event);
	}
	pthread_mutex_unlock(&l->lock);
	httpd_bytes_unref(event);
}

/* ---- addresses ---- */

static bool watches(const struct listener *who, const struct address_topic *a)
{
	for (size_t i = 0; i < who->address_count; i++) {
		if (who->addresses[i] == a)
			return true;
	}
	return false;
}

/* With the lock. */
static void publish_address(struct live *l, struct address_topic *a, json_t *doc)
{
	json_t *changes = delta_members(a->doc, doc, "address");
	struct buf whole = {0}, change = {0};
	struct httpd_bytes *event;

	if (!changes)
		return;
	json_text(doc, &whole);
	json_text(changes, &change);
	json_decref(changes);
	json_decref(a->doc);
	a->doc = json_incref(doc);
	a->topic.seq = ++l->seq;
	httpd_bytes_unref(a->topic.whole);
	a->topic.whole = event_of(l, &a->topic, &whole);
	event = event_of(l, &a->topic, &change);
	list_for (&l->listeners, who, struct listener, node) {
		if (watches(who, a))
			send_to(who, event);
	}
	httpd_bytes_unref(event);
	buf_free(&whole);
	buf_free(&change);
}

/* The address whose turn it is, or NULL; the caller frees it. */
static char *next_address(struct live *l)
{
	int64_t due_ms = clock_mono_ms() - ADDRESS_MS;
	struct address_topic *a, *oldest = NULL;
	char *address = NULL;
	const void *key;
	size_t pos = 0, len;

	pthread_mutex_lock(&l->lock);
	while ((a = map_next(l->addresses, &pos, &key, &len)) != NULL) {
		if (a->looked_ms <= due_ms && (!oldest || a->looked_ms < oldest->looked_ms))
			oldest = a;
	}
	if (oldest) {
		oldest->looked_ms = clock_mono_ms();
		address = str_dup(oldest->address);
	}
	pthread_mutex_unlock(&l->lock);
	return address;
}

static void refresh_address(struct live *l, const char *address)
{
	struct address_topic *a;
	struct buf text = {0};
	json_t *doc = NULL;

	if (account_text(l->web, address, &text) == OK)
		doc = json_loadb(buf_str(&text), text.len, 0, NULL); /* numbers stay numbers */
	if (doc) {
		pthread_mutex_lock(&l->lock);
		a = map_get(l->addresses, address, strlen(address));
		if (a)
			publish_address(l, a, doc);
		pthread_mutex_unlock(&l->lock);
		json_decref(doc);
	}
	buf_free(&text);
}

void live_tick(struct live *l)
{
	int64_t start_ms = clock_mono_ms();
	char *address;

	while (clock_mono_ms() - start_ms < TICK_BUDGET_MS && (address = next_address(l)) != NULL) {
		refresh_address(l, address);
		free(address);
	}
	pthread_mutex_lock(&l->lock);
	list_for (&l->listeners, who, struct listener, node) {
		bool is_silent = clock_mono_ms() - who->sent_ms >= PING_MS;

		if (who->is_lost || !httpd_stream_is_open(who->stream))
			listener_free(l, who);
		else if (is_silent)
			send_to(who, l->ping);
	}
	pthread_mutex_unlock(&l->lock);
}

/* ---- coming in ---- */

/* What a request asks for, before a stream is opened. */
struct wish {
	bool wants[LIVE_TOPICS];
	char addresses[ADDRESSES_MAX][ADDRESS_TEXT_MAX];
	size_t address_count;
};

static enum err read_topic(struct live *l, const char *name, struct wish *wish, struct why *why)
{
	const struct conf_pool *pool = l->web->pool;
	struct address address;
	enum err err;

	for (size_t i = 0; i < LIVE_TOPICS; i++) {
		if (!strcmp(name, l->topics[i].event)) {
			wish->wants[i] = true;
			return OK;
		}
	}
	if (strncmp(name, "addr:", 5) != 0)
		return err_fail(why, ERR_INVALID,
			"There is no topic \"%.40s\": pool, blocks, payments and addr:ADDRESS are.",
			name);
	if (wish->address_count == ADDRESSES_MAX)
		return err_fail(why, ERR_LIMIT, "At most %d addresses.", ADDRESSES_MAX);
	err = address_decode(&pool->coin, pool->network, name + 5, &address, why);
	if (err != OK)
		return err;
	str_copy(wish->addresses[wish->address_count++], ADDRESS_TEXT_MAX, address.text);
	return OK;
}

static enum err read_wish(struct live *l, const char *topics, struct wish *wish, struct why *why)
{
	char *list = str_dup(topics ? topics : "pool"), *rest = list, *name;
	enum err err = OK;

	while (err == OK && (name = strsep(&rest, ",")) != NULL)
		err = read_topic(l, name, wish, why);
	free(list);
	return err;
}

/* The number after which this listener missed events; 0: everything. */
static uint64_t missed_since(const struct live *l, const struct httpd_req *req)
{
	const char *text = httpd_header(req, "Last-Event-ID");
	unsigned long long seq;
	unsigned run;

	if (text && sscanf(text, "%8x-%llu", &run, &seq) == 2 && run == l->run)
		return seq;
	return 0;
}

/* With the lock. */
static struct address_topic *watch(struct live *l, const char *address)
{
	struct address_topic *a = map_get(l->addresses, address, strlen(address));

	if (!a) {
		a = NEW(struct address_topic);
		a->address = str_dup(address);
		a->topic.event = "addr";
		map_set(l->addresses, address, strlen(address), a);
	}
	a->listeners++;
	return a;
}

static void welcome(struct listener *who, const struct topic *topic, uint64_t since)
{
	if (topic->whole && topic->seq > since)
		send_to(who, topic->whole);
}

void live_handle(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct live *l = web->live;
	struct wish wish = {0};
	struct why why = {0};
	struct listener *who;
	struct httpd_stream *stream;
	struct httpd_bytes *retry;
	uint64_t since;
	char text[48];

	if (read_wish(l, httpd_query(req, "topics"), &wish, &why) != OK) {
		httpd_reply_error(req, 400, "topic_invalid", "%s", why.text);
		return;
	}
	since = missed_since(l, req);
	stream = httpd_stream_open(req, "text/event-stream");
	if (!stream)
		return;
	who = NEW(struct listener);
	who->stream = stream;
	snprintf(text, sizeof text, "retry: %u\n\n", (unsigned)(RETRY_MS + random_below(RETRY_MS)));
	retry = httpd_bytes_new(text, strlen(text));
	pthread_mutex_lock(&l->lock);
	list_add_tail(&l->listeners, &who->node);
	send_to(who, retry);
	memcpy(who->wants, wish.wants, sizeof who->wants);
	for (size_t i = 0; i < LIVE_TOPICS; i++) {
		if (who->wants[i])
			welcome(who, &l->topics[i], since);
	}
	for (size_t i = 0; i < wish.address_count; i++) {
		who->addresses[who->address_count++] = watch(l, wish.addresses[i]);
		welcome(who, &who->addresses[i]->topic, since);
	}
	pthread_mutex_unlock(&l->lock);
	httpd_bytes_unref(retry);
}
