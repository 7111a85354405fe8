#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);

	if (name[0] == '/' || len == 0)
		return str_dup(name);
	return str_printf("%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

static enum err fail_errno(struct why *why, const char *what, const char *path)
{
	int e = errno;
	enum err err = e == ENOENT ? ERR_NOT_FOUND : e == ENOSPC || e == EDQUOT ? ERR_FULL : ERR_IO;

	return err_fail(why, err, "%s %s: %s", what, path, strerror(e));
}

/* A new folder's name is on disk when this returns: what is synced in it must be found again. */
static enum err make_dir(const char *path, struct why *why)
{
	const char *slash = strrchr(path, '/');
	char *parent =
		slash ? mem_dup(path, slash == path ? 1 : (size_t)(slash - path)) : str_dup(".");
	enum err err = OK;

	if (mkdir(path, 0750) == 0)
		err = path_sync_dir(parent);
	else if (errno != EEXIST)
		err = ERR_IO;
	if (err != OK)
		err = fail_errno(why, "cannot make folder", path);
	free(parent);
	return err;
}

enum err path_make_dirs(const char *path, struct why *why)
{
	char *copy = str_dup(path);
	enum err err = OK;

	for (char *p = copy + 1; err == OK; p++) {
		char was = *p;

		if (was != '/' && was != '\0')
			continue;
		*p = '\0';
		err = make_dir(copy, why);
		*p = was;
		if (was == '\0')
			break;
	}
	free(copy);
	return err;
}

enum err path_read(const char *path, size_t max, struct buf *out, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf data = {0};
	ssize_t n;

	if (fd < 0)
		return fail_errno(why, "cannot open", path);
	do {
		n = read(fd, buf_reserve(&data, 4096), 4096);
		if (n > 0)
			data.len += (size_t)n;
	} while ((n > 0 && data.len <= max) || (n < 0 && errno == EINTR));
	if (n != 0) {
		enum err err =
			n > 0 ? err_fail(why, ERR_LIMIT, "%s is larger than %zu bytes", path, max)
			      : fail_errno(why, "cannot read", path);
		close(fd);
		buf_free(&data);
		return err;
	}
	close(fd);
	buf_reserve(&data, 0)[0] = '\0';
	*out = data;
	return OK;
}

enum err path_sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return ERR_IO;
	failed = fsync(fd);
	close(fd);
	return failed ? ERR_IO : OK;
}

static enum err write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		p += n;
		len -= (size_t)n;
	}
	return OK;
}

enum err path_write(const char *path, const void *data, size_t len, struct why *why)
{
	char *temp = str_printf("%s.tmp", path);
	char *dir = str_dup(path);
	char *slash = strrchr(dir, '/');
	enum err err = OK;
	int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	if (fd < 0)
		err = fail_errno(why, "cannot create", temp);
	else if (write_all(fd, data, len) != OK || fsync(fd) != 0)
		err = fail_errno(why, "cannot write", temp);
	if (fd >= 0 && close(fd) != 0 && err == OK)
		err = fail_errno(why, "cannot write", temp);
	if (err == OK && rename(temp, path) != 0)
		err = fail_errno(why, "cannot replace", path);
	if (err != OK && fd >= 0)
		unlink(temp);
	if (slash)
		*(slash == dir ? slash + 1 : slash) = '\0';
	if (err == OK && path_sync_dir(slash ? dir : ".") != OK)
		err = fail_errno(why, "cannot sync the folder of", path);
	free(temp);
	free(dir);
	return err;
}
