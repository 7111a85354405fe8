/* segment.c -- the file that is being written: reserve, write, make durable, cut back. */
#include "journal/segment_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

static enum err fail_errno(struct why *why, const char *what)
{
	int e = errno;

	return err_fail(why, err_from_errno(e), "cannot %s the journal: %s", what, strerror(e));
}

/* Space is taken in steps: the size of the file then changes rarely, which makes fdatasync()
 * cheaper, and a full disk is noticed while there is still room for what is under way. */
static enum err reserve(struct segment *s, uint64_t upto, struct why *why)
{
	uint64_t more = s->reserved_bytes;

	if (upto <= s->reserved_bytes)
		return OK;
	while (more < upto)
		more += s->step_bytes;
	while (fallocate(s->fd, 0, (off_t)s->reserved_bytes, (off_t)(more - s->reserved_bytes))) {
		if (errno == EOPNOTSUPP)
			break; /* then the write itself will tell */
		if (errno != EINTR)
			return fail_errno(why, "reserve space for");
	}
	s->reserved_bytes = more;
	return OK;
}

static enum err write_all(struct segment *s, const uint8_t *data, size_t len, struct why *why)
{
	uint64_t at = s->len_bytes;

	while (len) {
		ssize_t n = pwrite(s->fd, data, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(why, "write");
		data += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return OK;
}

static void cut_back(struct segment *s)
{
	/* If even this fails, the next segment's prev_seq tells readers where this one ends. */
	if (ftruncate(s->fd, (off_t)s->len_bytes) == 0)
		s->reserved_bytes = s->len_bytes;
}

enum err segment_write(struct segment *s, const uint8_t *data, size_t len, struct why *why)
{
	enum err err = reserve(s, s->len_bytes + len, why);

	if (err == OK)
		err = write_all(s, data, len, why);
	if (err == OK && s->sync == JOURNAL_SYNC_DISK && fdatasync(s->fd) != 0)
		err = fail_errno(why, "sync");
	if (err != OK) {
		cut_back(s);
		return err;
	}
	s->len_bytes += len;
	return OK;
}

enum err segment_create(
	const char *dir, const struct segment_head *head, struct segment *out, struct why *why)
{
	struct segment_name name = {head->epoch, head->first_seq, head->node_id};
	struct record r = {.type = RECORD_SEGMENT, .seq = head->first_seq, .head = *head};
	struct segment s = {.sync = out->sync, .step_bytes = out->step_bytes};
	char *path = segment_path(dir, &name);
	uint8_t bytes[RECORD_BYTES];
	enum err err = OK;

	s.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (s.fd < 0) {
		err = fail_errno(why, "create a file of");
		goto out;
	}
	record_encode(&r, bytes);
	err = segment_write(&s, bytes, sizeof bytes, why);
	if (err == OK && s.sync == JOURNAL_SYNC_DISK)
		err = path_sync_dir(dir);
	if (err == OK) {
		*out = s;
		goto out;
	}
	unlink(path);
	close(s.fd);
out:
	free(path);
	return err;
}

void segment_close(struct segment *s)
{
	if (s->fd < 0)
		return;
	cut_back(s);
	close(s->fd);
	s->fd = -1;
}
