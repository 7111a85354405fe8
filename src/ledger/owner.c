#include "ledger/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/path.h"
#include "base/random.h"

#define ID_BYTES 16

static enum err make_id(int fd, char out_id[OWNER_ID_MAX], struct why *why)
{
	uint8_t bytes[ID_BYTES];

	random_bytes(bytes, sizeof(bytes));
	hex_encode(out_id, bytes, sizeof(bytes));
	if (pwrite(fd, out_id, OWNER_ID_MAX - 1, 0) != OWNER_ID_MAX - 1 || fsync(fd))
		return err_fail(why, ERR_IO, "ledger.lock: cannot write: %s", strerror(errno));
	return OK;
}

static enum err read_id(int fd, char out_id[OWNER_ID_MAX], struct why *why)
{
	uint8_t bytes[ID_BYTES];
	ssize_t len = pread(fd, out_id, OWNER_ID_MAX - 1, 0);

	if (len == OWNER_ID_MAX - 1 && hex_decode(bytes, sizeof(bytes), out_id, (size_t)len)) {
		out_id[len] = '\0';
		return OK;
	}
	return make_id(fd, out_id, why);
}

enum err owner_take(const char *data_dir, char out_id[OWNER_ID_MAX], int *out_fd, struct why *why)
{
	char id[OWNER_ID_MAX];
	char *path;
	int fd;
	enum err err = path_make_dirs(data_dir, why);

	if (err)
		return err;
	path = path_join(data_dir, "ledger.lock");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		err = err_fail(why, ERR_IO, "%s: %s", path, strerror(errno));
	free(path);
	if (err)
		return err;
	if (flock(fd, LOCK_EX | LOCK_NB))
		err = err_fail(why, errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO,
			"another ledger runs on %s: %s", data_dir, strerror(errno));
	if (!err)
		err = read_id(fd, id, why);
	if (err) {
		close(fd);
		return err;
	}
	memcpy(out_id, id, sizeof(id));
	*out_fd = fd;
	return OK;
}
