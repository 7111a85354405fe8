/*
 * asset.h -- the portal's files: packed into the program, or read from a folder for development.
 *
 * Memory:  everything found here lives until asset_set_free(); read-only from any thread.
 */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

#include <stddef.h>

#include "base/err.h"

struct asset_bytes {
	const unsigned char *data; /* NULL: this form does not exist */
	size_t len;
};

struct asset {
	const char *path; /* "assets/index-1a2b3c4d.js" */
	const char *type;
	const char *tag; /* changes with the content; hex */
	struct asset_bytes plain, gzip, br;
};

/* Made by tools/pack_assets.mjs at build time. */
extern const struct asset asset_packed[];
extern const size_t asset_packed_count;

struct asset_set;

/** asset_set_new(dir, out, why): the packed files, or those of dir when it is not "".
 *   errs  ERR_IO, ERR_NOT_FOUND dir cannot be read */
enum err asset_set_new(const char *dir, struct asset_set **out, struct why *why) MUST_CHECK;
void asset_set_free(struct asset_set *set);
/** asset_find(set, path): NULL when there is none. */
const struct asset *asset_find(const struct asset_set *set, const char *path);
/** asset_find_like(set, prefix): any whose path begins so; NULL when there is none. */
const struct asset *asset_find_like(const struct asset_set *set, const char *prefix);

#endif
