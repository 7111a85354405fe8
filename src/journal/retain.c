/* retain.c -- deleting what is in the database and old enough. */
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

static enum err delete_if_old(
	const char *path, int64_t older_than_ms, unsigned *deleted, struct why *why)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_fail(why, ERR_IO, "%s: %s", path, strerror(errno));
	if (st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 >= older_than_ms)
		return OK;
	if (unlink(path) != 0)
		return err_fail(why, ERR_IO, "cannot delete %s: %s", path, strerror(errno));
	++*deleted;
	return OK;
}

enum err journal_retain(const char *dir, uint64_t epoch, uint64_t seq, int64_t older_than_ms,
	unsigned *out_deleted, struct why *why)
{
	struct segment_name *all;
	unsigned deleted = 0;
	size_t n;
	enum err err = segment_list(dir, &all, &n, why);

	if (err != OK)
		return err;
	/* Oldest first, and no holes: a young segment keeps all that follow. */
	for (size_t i = 0; err == OK && i < n; i++) {
		char *path;
		unsigned before = deleted;

		if (!is_flushed(&all[i], i + 1 < n ? &all[i + 1] : NULL, epoch, seq))
			break;
		path = segment_path(dir, &all[i]);
		err = delete_if_old(path, older_than_ms, &deleted, why);
		free(path);
		if (deleted == before)
			break;
	}
	free(all);
	if (err == OK)
		*out_deleted = deleted;
	return err;
}
