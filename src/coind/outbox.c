#include "coind/outbox_priv.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crc32c.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/path.h"

#define FORMAT   1 /* stored: a new layout gets a new number */
#define SUFFIX   ".block"
#define FILE_MAX (40 << 20) /* [bytes] */

void outbox_entry_fini(struct outbox_entry *e)
{
	free(e->hex);
	free(e->meta);
	*e = (struct outbox_entry){0};
}

/* The caller frees. */
static char *path_of(const char *dir, const uint8_t id[32])
{
	char text[65];

	hex_encode_reversed(text, id, 32);
	return str_printf("%s/%s" SUFFIX, dir, text);
}

static void add_hash(struct buf *b, const char *key, const uint8_t hash[32])
{
	char text[65];

	hex_encode_reversed(text, hash, 32);
	buf_printf(b, ",\"%s\":\"%s\"", key, text);
}

static void add_text(struct buf *b, const char *key, const char *text)
{
	buf_printf(b, ",\"%s\":", key);
	buf_add_json_str(b, text);
}

enum err outbox_write(
	const char *dir, const char *pool, const struct outbox_entry *e, struct why *why)
{
	size_t len = strlen(e->hex);
	char *path = path_of(dir, e->id);
	struct buf b = {0};
	enum err err;

	buf_printf(&b, "{\"format\":%d", FORMAT);
	add_text(&b, "pool", pool);
	add_hash(&b, "id", e->id);
	add_hash(&b, "prev", e->prev);
	buf_printf(&b, ",\"height\":%" PRIu32 ",\"created_ms\":%" PRId64 ",\"verdict\":%d",
		e->height, e->created_ms, (int)e->verdict);
	add_text(&b, "daemon", e->daemon);
	add_text(&b, "answer", e->answer);
	buf_printf(&b, ",\"crc32c\":%" PRIu32, crc32c(0, e->hex, len));
	add_text(&b, "meta", e->meta);
	buf_add_str(&b, "}\n");
	buf_add(&b, e->hex, len);
	buf_add_str(&b, "\n");
	err = path_write(path, b.data, b.len, why);
	buf_free(&b);
	free(path);
	return err;
}

enum err outbox_remove(const char *dir, const uint8_t id[32], struct why *why)
{
	char *path = path_of(dir, id);
	enum err err = OK;

	if (unlink(path) != 0 && errno != ENOENT)
		err = err_fail(why, ERR_IO, "cannot remove %s: %s", path, strerror(errno));
	free(path);
	return err == OK ? path_sync_dir(dir) : err;
}

static bool get_hash(const json_t *json, const char *key, uint8_t out[32])
{
	const char *text = json_get_str(json, key);

	return text && hex_decode_reversed(out, 32, text, strlen(text));
}

static bool get_text(const json_t *json, const char *key, char *out, size_t size)
{
	const char *text = json_get_str(json, key);

	return text && str_copy(out, size, text);
}

/* The first line; false when it is not one of ours. */
static bool read_head(const json_t *json, struct outbox_entry *e, int64_t *out_crc)
{
	int64_t format, height, verdict;
	const char *meta = json_get_str(json, "meta");

	if (!json_get_i64(json, "format", &format) || format != FORMAT || !meta ||
		!get_hash(json, "id", e->id) || !get_hash(json, "prev", e->prev) ||
		!json_get_i64(json, "height", &height) || height < 0 || height > INT32_MAX ||
		!json_get_i64(json, "verdict", &verdict) || verdict < SUBMIT_PENDING ||
		verdict > SUBMIT_REJECTED || !json_get_i64(json, "created_ms", &e->created_ms) ||
		!json_get_i64(json, "crc32c", out_crc) ||
		!get_text(json, "daemon", e->daemon, sizeof(e->daemon)) ||
		!get_text(json, "answer", e->answer, sizeof(e->answer)))
		return false;
	e->height = (uint32_t)height;
	e->verdict = (enum submit_verdict)verdict;
	e->meta = str_dup(meta);
	return true;
}

/* errs ERR_CORRUPT; ERR_NOT_FOUND another pool's */
static enum err read_file(
	const char *path, const char *pool, struct outbox_entry *out, struct why *why)
{
	struct outbox_entry e = {0};
	struct buf b = {0};
	json_t *json = NULL;
	const char *end, *owner;
	int64_t crc;
	enum err err = path_read(path, FILE_MAX, &b, why);

	if (err != OK)
		return err;
	err = ERR_CORRUPT;
	end = memchr(buf_str(&b), '\n', b.len);
	if (!end || json_read(buf_str(&b), (size_t)(end - buf_str(&b)), &json, NULL) != OK)
		goto done;
	owner = json_get_str(json, "pool");
	if (owner && strcmp(owner, pool) != 0) {
		err = ERR_NOT_FOUND;
		goto done;
	}
	if (!read_head(json, &e, &crc))
		goto done;
	e.hex = str_dup(end + 1);
	e.hex[strcspn(e.hex, "\n")] = '\0';
	if (crc32c(0, e.hex, strlen(e.hex)) == crc) {
		*out = e;
		e = (struct outbox_entry){0};
		err = OK;
	}
done:
	outbox_entry_fini(&e);
	json_decref(json);
	buf_free(&b);
	return err;
}

static bool is_block_file(const char *name)
{
	size_t len = strlen(name), end = strlen(SUFFIX);

	return len == 64 + end && strcmp(name + 64, SUFFIX) == 0;
}

static void set_aside(const char *path, struct why *why)
{
	char *aside = str_printf("%s.damaged", path);

	if (rename(path, aside) == 0)
		err_fail(why, OK, "%s is damaged and was renamed to %s", path, aside);
	else
		err_fail(why, OK, "%s is damaged", path);
	free(aside);
}

enum err outbox_list(const char *dir, const char *pool,
	void (*take)(void *ctx, struct outbox_entry *e), void *ctx, struct why *why)
{
	enum err err = path_make_dirs(dir, why);
	struct dirent *item;
	DIR *d;

	if (err != OK)
		return err;
	d = opendir(dir);
	if (!d)
		return err_fail(why, ERR_IO, "cannot open %s: %s", dir, strerror(errno));
	while ((item = readdir(d))) {
		char *path = str_printf("%s/%s", dir, item->d_name);
		struct outbox_entry e;

		err = is_block_file(item->d_name) ? read_file(path, pool, &e, why) : ERR_NOT_FOUND;
		if (err == OK)
			take(ctx, &e);
		else if (err == ERR_CORRUPT)
			set_aside(path, why);
		free(path);
		if (err != OK && err != ERR_CORRUPT && err != ERR_NOT_FOUND)
			break;
	}
	closedir(d);
	return err == ERR_CORRUPT || err == ERR_NOT_FOUND ? OK : err;
}
