/* path.h -- file names and whole small files. Everything here BLOCKS. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/buf.h"
#include "base/err.h"

/** path_join(dir, name): name itself when it is absolute; a new string that the caller frees. */
char *path_join(const char *dir, const char *name);
/** path_make_dirs(path, why): mkdir -p with mode 0750; what is new is durable. */
enum err path_make_dirs(const char *path, struct why *why) MUST_CHECK;
/** path_read(path, max, out, why): the whole file. errs ERR_NOT_FOUND, ERR_LIMIT larger than max
 * bytes, ERR_IO */
enum err path_read(const char *path, size_t max, struct buf *out, struct why *why) MUST_CHECK;
/** path_write(path, data, len, why): replaces the file atomically and durably (new file, fsync,
 * rename, fsync of the folder). errs ERR_FULL, ERR_IO */
enum err path_write(const char *path, const void *data, size_t len, struct why *why) MUST_CHECK;
/** path_sync_dir(dir): make renames and removals in dir durable. */
enum err path_sync_dir(const char *dir) MUST_CHECK;

#endif
