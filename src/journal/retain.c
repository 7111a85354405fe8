/* retain.c -- deleting what is in the database, and old enough or too much. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "journal/format_priv.h"
#include "journal/journal.h"

/* An epoch's last segment has no successor that tells where it ends: it goes with its epoch. */
static bool is_flushed(
	const struct segment_name *s, const struct segment_name *next, uint64_t epoch, uint64_t seq)
{
	if (s->epoch != epoch)
		return s->epoch < epoch;
	return next && next->epoch == epoch && next->first_seq <= seq + 1;
}

static enum err measure(const char *path, struct stat *out, struct why *why)
{
	return stat(path, out) ? err_fail(why, ERR_IO, "%s: %s", path, strerror(errno)) : OK;
}

/* The sizes of all; a file that went meanwhile has none. */
static uint64_t total_bytes(const char *dir, const struct segment_name *all, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		char *path = segment_path(dir, &all[i]);
		struct stat st;

		if (measure(path, &st, NULL) == OK)
			sum += (uint64_t)st.st_size;
		free(path);
	}
	return sum;
}

/* *out_more: it went, so the next may go too. */
static enum err delete_one(const char *path, const struct journal_keep *keep,
	struct journal_kept *kept, bool *out_more, struct why *why)
{
	bool is_old, is_much = keep->max_bytes && kept->bytes > keep->max_bytes;
	struct stat st;
	enum err err = measure(path, &st, why);

	*out_more = false;
	if (err != OK)
		return err;
	is_old = st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 < keep->older_than_ms;
	if (!is_old && !is_much)
		return OK;
	if (unlink(path) != 0)
		return err_fail(why, ERR_IO, "cannot delete %s: %s", path, strerror(errno));
	kept->deleted++;
	kept->deleted_early += !is_old;
	kept->bytes -= (uint64_t)st.st_size;
	*out_more = true;
	return OK;
}

enum err journal_retain(
	const char *dir, const struct journal_keep *keep, struct journal_kept *out, struct why *why)
{
	struct journal_kept kept = {0};
	struct segment_name *all;
	bool more = true;
	size_t n;
	enum err err = segment_list(dir, &all, &n, why);

	if (err != OK)
		return err;
	kept.bytes = total_bytes(dir, all, n);
	/* Oldest first, and no holes: one that stays keeps all that follow. */
	for (size_t i = 0; err == OK && more && i < n; i++) {
		const struct segment_name *next = i + 1 < n ? &all[i + 1] : NULL;
		char *path = segment_path(dir, &all[i]);

		more = is_flushed(&all[i], next, keep->epoch, keep->seq);
		if (more)
			err = delete_one(path, keep, &kept, &more, why);
		free(path);
	}
	free(all);
	if (err == OK)
		*out = kept;
	return err;
}
