/* node.c -- see node.h. */
#include "stratum/node.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/random.h"

enum { FORMAT = 1, FILE_MAX = 4096, CLOCK_SLIP_MS = 7200000 };

static void draw_uuid(char out[STORE_UUID_MAX])
{
	uint8_t b[16];

	random_bytes(b, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* RFC 4122, version 4 */
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	snprintf(out, STORE_UUID_MAX,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
}

static enum err lock_dir(const char *dir, int *out, struct why *why)
{
	char *path = path_join(dir, "lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	enum err err = OK;

	if (fd < 0)
		err = err_fail(why, ERR_IO, "cannot open %s: %s", path, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		err = err_fail(why, ERR_BUSY, "another kozan serves miners from %s", dir);
	if (err != OK && fd >= 0)
		close(fd);
	else
		*out = fd;
	free(path);
	return err;
}

/* A disk that cannot be written to can be locked, too. */
enum err node_keep_out(const char *dir, int *out_lock, struct why *why)
{
	char *path = path_join(dir, "lock");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err err = OK;

	if (fd < 0 && errno != ENOENT)
		err = err_fail(why, ERR_IO, "cannot open %s: %s", path, strerror(errno));
	else if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0)
		err = err_fail(why, ERR_BUSY,
			"a node serves miners from %s: it delivers its journal itself", dir);
	if (err != OK && fd >= 0)
		close(fd);
	if (err == OK)
		*out_lock = fd;
	free(path);
	return err;
}

/* Files of earlier versions have none, and the database may be away: then one of our own must do.
 */
static void read_key(const json_t *json, uint8_t out[STORE_SECRET_LEN])
{
	const char *hex = json_get_str(json, "key");

	if (!hex || !hex_decode(out, STORE_SECRET_LEN, hex, strlen(hex)))
		random_bytes(out, STORE_SECRET_LEN);
}

static enum err parse(const char *path, const struct buf *text, struct node *out, struct why *why)
{
	int64_t format, id, epoch;
	const char *uuid;
	json_t *json;
	enum err err = json_read(buf_str(text), text->len, &json, why);

	if (err != OK)
		return err_fail(why, ERR_CORRUPT,
			"%s is damaged; restore it, or start with an empty folder", path);
	uuid = json_get_str(json, "uuid");
	if (!json_get_i64(json, "format", &format) || format != FORMAT)
		err = err_fail(
			why, ERR_VERSION, "%s was written by another version of kozan", path);
	else if (!uuid || strlen(uuid) >= STORE_UUID_MAX || !json_get_i64(json, "node_id", &id) ||
		 !json_get_i64(json, "epoch", &epoch) || id < -1 || id > STORE_NODE_ID_MAX ||
		 epoch < 0)
		err = err_fail(why, ERR_CORRUPT,
			"%s is damaged; restore it, or start with an empty folder", path);
	if (err == OK) {
		str_copy(out->uuid, sizeof(out->uuid), uuid);
		out->id = id;
		out->epoch = epoch;
		read_key(json, out->key);
	}
	json_decref(json);
	return err;
}

static enum err save(const struct node *n, const char *dir, struct why *why)
{
	char *path = path_join(dir, "node.json"), key[2 * STORE_SECRET_LEN + 1];
	struct buf text = {0};
	enum err err;

	hex_encode(key, n->key, sizeof(n->key));
	buf_printf(&text,
		"{\"format\":%d,\"uuid\":\"%s\",\"node_id\":%" PRId64 ",\"epoch\":%" PRId64
		",\"key\":\"%s\"}\n",
		FORMAT, n->uuid, n->id, n->epoch, key);
	err = path_write(path, text.data, text.len, why);
	buf_free(&text);
	free(path);
	return err;
}

enum err node_read(const char *dir, struct node *out, struct why *why)
{
	char *path = path_join(dir, "node.json");
	struct buf text = {0};
	enum err err = path_read(path, FILE_MAX, &text, why);

	if (err == OK)
		err = parse(path, &text, out, why);
	buf_free(&text);
	free(path);
	return err;
}

static enum err load(const char *dir, struct node *out, struct why *why)
{
	enum err err = node_read(dir, out, why);

	if (err == ERR_NOT_FOUND) {
		draw_uuid(out->uuid);
		random_bytes(out->key, sizeof(out->key));
		out->id = -1;
		err = OK;
	}
	return err;
}

/* How long ago the id was proven by the wall clock, as far as that can be trusted. */
static int64_t unproven_ms(int lock)
{
	struct stat st;
	int64_t ms = NODE_LEASE_MS;

	if (fstat(lock, &st) == 0)
		ms = clock_wall_ms() - (int64_t)st.st_mtim.tv_sec * 1000;
	return ms < -CLOCK_SLIP_MS ? NODE_LEASE_MS : ms;
}

enum err node_open(const char *dir, struct node *out, struct why *why)
{
	struct node n = {.id = -1, .lock = -1};
	enum err err = path_make_dirs(dir, why);

	if (err == OK)
		err = lock_dir(dir, &n.lock, why);
	if (err != OK)
		return err;
	if (gethostname(n.name, sizeof(n.name) - 1) != 0 || n.name[0] == '\0')
		str_copy(n.name, sizeof(n.name), "stratum");
	n.proven_ms = clock_mono_ms() - unproven_ms(n.lock);
	err = load(dir, &n, why);
	n.epoch++;
	if (err == OK)
		err = save(&n, dir, why);
	if (err != OK) {
		close(n.lock);
		return err;
	}
	*out = n;
	return OK;
}

enum err node_claim(struct node *n, const char *dir, struct store *st, struct why *why)
{
	uint8_t key[STORE_SECRET_LEN];
	int64_t id, had = n->id;
	enum err err = store_node_claim(st, n->uuid, n->name, n->epoch, n->id, &id, why);

	if (err == ERR_LIMIT && had < 0)
		err = store_node_inherit(st, n->uuid, n->name, &id, &n->epoch, why);
	if (err != OK)
		return err;
	if (had >= 0 && id != had)
		return err_fail(why, ERR_CONFLICT,
			"the database knows this node as %" PRId64 ", its folder as %" PRId64, id,
			had);
	err = store_secret(st, "session", key, why);
	if (err != OK)
		return err;
	if (had == id && memcmp(n->key, key, sizeof(key)) == 0) {
		node_proven(n);
		return OK;
	}
	n->id = id;
	memcpy(n->key, key, sizeof(key));
	node_proven(n);
	return save(n, dir, why);
}

void node_proven(struct node *n)
{
	futimens(n->lock, NULL); /* best effort: an older time only makes us ask again */
	n->proven_ms = clock_mono_ms();
}

bool node_may_go_on(const struct node *n)
{
	return clock_mono_ms() - n->proven_ms < NODE_LEASE_MS;
}

void node_close(struct node *n)
{
	if (n->lock >= 0)
		close(n->lock);
	n->lock = -1;
}
