#include "web/asset.h"

#include <fts.h>
#include <string.h>

#include "base/hex.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"

#define FILE_MAX (4 * 1024 * 1024)

struct asset_set {
	struct map *by_path; /* path to struct asset */
	struct asset *read;  /* those read from a folder; their strings are ours */
	size_t read_count, read_cap;
};

static const char *type_of(const char *path)
{
	static const char *const types[][2] = {
		{".css", "text/css; charset=utf-8"},
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".json", "application/json"},
		{".png", "image/png"},
		{".svg", "image/svg+xml"},
		{".yaml", "application/yaml"},
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(types); i++) {
		if (!strcmp(dot, types[i][0]))
			return types[i][1];
	}
	return "application/octet-stream";
}

static enum err read_file(
	struct asset_set *set, const char *file, const char *path, struct why *why)
{
	struct buf content = {0};
	uint8_t digest[SHA256_LEN];
	char tag[17];
	struct asset *asset;
	enum err err;

	err = path_read(file, FILE_MAX, &content, why);
	if (err != OK)
		return err;
	sha256(content.data, content.len, digest);
	hex_encode(tag, digest, 8);
	set->read = array_grow(set->read, set->read_count, &set->read_cap, sizeof *set->read);
	asset = &set->read[set->read_count++];
	*asset = (struct asset){.path = str_dup(path), .type = type_of(path), .tag = str_dup(tag)};
	asset->plain.len = content.len;
	asset->plain.data = (const unsigned char *)buf_take(&content);
	return OK;
}

static enum err read_folder(struct asset_set *set, const char *dir, struct why *why)
{
	char *const roots[] = {(char *)dir, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	enum err err = OK;
	FTSENT *entry;

	if (!walk)
		return err_fail(why, ERR_IO, "cannot read the folder %s: %m", dir);
	while (err == OK && (entry = fts_read(walk)) != NULL) {
		if (entry->fts_info == FTS_F)
			err = read_file(
				set, entry->fts_path, entry->fts_path + strlen(dir) + 1, why);
		else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
			 entry->fts_info == FTS_NS)
			err = err_fail(why, ERR_NOT_FOUND, "cannot read %s", entry->fts_path);
	}
	fts_close(walk);
	return err;
}

enum err asset_set_new(const char *dir, struct asset_set **out, struct why *why)
{
	struct asset_set *set = NEW(struct asset_set);
	enum err err = OK;

	set->by_path = map_new();
	if (dir[0] != '\0')
		err = read_folder(set, dir, why);
	if (err != OK) {
		asset_set_free(set);
		return err;
	}
	for (size_t i = 0; dir[0] == '\0' && i < asset_packed_count; i++)
		map_set(set->by_path, asset_packed[i].path, strlen(asset_packed[i].path),
			(void *)&asset_packed[i]);
	for (size_t i = 0; i < set->read_count; i++)
		map_set(set->by_path, set->read[i].path, strlen(set->read[i].path), &set->read[i]);
	*out = set;
	return OK;
}

void asset_set_free(struct asset_set *set)
{
	if (!set)
		return;
	map_free(set->by_path, NULL);
	for (size_t i = 0; i < set->read_count; i++) {
		free((char *)set->read[i].path);
		free((char *)set->read[i].tag);
		free((unsigned char *)set->read[i].plain.data);
	}
	free(set->read);
	free(set);
}

const struct asset *asset_find(const struct asset_set *set, const char *path)
{
	return map_get(set->by_path, path, strlen(path));
}

const struct asset *asset_find_like(const struct asset_set *set, const char *prefix)
{
	const struct asset *asset;
	const void *key;
	size_t pos = 0, len;

	while ((asset = map_next(set->by_path, &pos, &key, &len)) != NULL) {
		if (!strncmp(asset->path, prefix, strlen(prefix)))
			return asset;
	}
	return NULL;
}
