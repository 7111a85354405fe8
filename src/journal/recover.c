/* recover.c -- what a journal that begins a new epoch takes over from the one before. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/segment_priv.h"

#define SCAN_RECORDS 1024

uint32_t heights_raise(
	struct pool_height **heights, size_t *n, size_t *cap, uint16_t pool, uint32_t height)
{
	for (size_t i = 0; i < *n; i++) {
		struct pool_height *it = &(*heights)[i];

		if (it->pool != pool)
			continue;
		if (it->height < height)
			it->height = height;
		return it->height;
	}
	*heights = array_grow(*heights, *n, cap, sizeof **heights);
	(*heights)[(*n)++] = (struct pool_height){pool, height};
	return height;
}

static bool is_zero(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

/* Where a segment's good records end, and the heights in it. */
struct scan {
	uint64_t good_bytes;
	uint64_t written_bytes; /* what is beyond is the zeroes of reserved space */
	struct recovery *into;
	size_t cap;
};

static void scan_record(
	struct scan *scan, const struct segment_name *name, uint64_t at, const uint8_t *bytes)
{
	struct recovery *into = scan->into;
	struct record r;

	if (!is_zero(bytes, RECORD_BYTES))
		scan->written_bytes = at + RECORD_BYTES;
	if (!record_decode(bytes, &r) || !segment_record_is(name, at / RECORD_BYTES, &r))
		return;
	scan->good_bytes = at + RECORD_BYTES;
	if (r.type == RECORD_HEIGHT)
		heights_raise(&into->heights, &into->heights_n, &scan->cap, r.height.pool,
			r.height.height);
}

static enum err scan_file(
	int fd, const struct segment_name *name, struct scan *scan, struct why *why)
{
	uint8_t *chunk = mem_alloc(SCAN_RECORDS * RECORD_BYTES);
	uint64_t at = 0;
	ssize_t n;

	while ((n = pread(fd, chunk, SCAN_RECORDS * RECORD_BYTES, (off_t)at)) > 0) {
		size_t whole = (size_t)n / RECORD_BYTES * RECORD_BYTES;

		for (size_t i = 0; i < whole; i += RECORD_BYTES)
			scan_record(scan, name, at + i, chunk + i);
		if (!is_zero(chunk + whole, (size_t)n - whole))
			scan->written_bytes = at + (uint64_t)n;
		if (whole == 0)
			break;
		at += whole;
	}
	free(chunk);
	return n < 0 ? err_fail(why, ERR_IO, "cannot read the journal: %s", strerror(errno)) : OK;
}

static enum err recover_one(const char *dir, const struct segment_name *name, bool cut,
	struct recovery *out, struct why *why)
{
	struct scan scan = {.into = out, .cap = out->heights_n};
	char *path = segment_path(dir, name);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	enum err err = OK;

	if (fd < 0) {
		err = err_fail(why, ERR_IO, "cannot open %s: %s", path, strerror(errno));
		goto out;
	}
	err = scan_file(fd, name, &scan, why);
	if (err != OK || !cut)
		goto out;
	if (ftruncate(fd, (off_t)scan.good_bytes) != 0) {
		err = err_fail(why, ERR_IO, "cannot cut %s: %s", path, strerror(errno));
		goto out;
	}
	/* What was written and never synced is read from here on as good: it must not vanish any
	 * more. */
	if (fdatasync(fd) != 0) {
		err = err_fail(why, ERR_IO, "cannot sync %s: %s", path, strerror(errno));
		goto out;
	}
	if (scan.written_bytes > scan.good_bytes)
		out->cut_bytes = scan.written_bytes - scan.good_bytes;
out:
	if (fd >= 0)
		close(fd);
	free(path);
	return err;
}

enum err segment_recover(const char *dir, uint64_t epoch, struct recovery *out, struct why *why)
{
	struct segment_name *all;
	size_t n;
	enum err err = segment_list(dir, &all, &n, why);

	*out = (struct recovery){0};
	if (err != OK)
		return err;
	if (n && all[n - 1].epoch >= epoch)
		err = err_fail(why, ERR_CONFLICT,
			"%s has epoch %" PRIu64 " already; this one would be %" PRIu64, dir,
			all[n - 1].epoch, epoch);
	/* A segment begins with all heights in force, unless the crash came in between. */
	for (size_t i = n; err == OK && i-- > 0 && (i == n - 1 || !out->heights_n);)
		err = recover_one(dir, &all[i], i == n - 1, out, why);
	free(all);
	if (err != OK)
		free(out->heights);
	return err;
}
