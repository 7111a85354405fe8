/* keep.c -- see keep.h. */
#include "stratum/keep.h"

#include <inttypes.h>

#include "base/clock.h"
#include "journal/journal.h"

enum { LOOK_MS = 5000, WARN_MS = 600000 };

void keep_init(struct keep *k, const char *dir, const struct conf_stratum *conf)
{
	*k = (struct keep){.dir = dir, .conf = conf, .log = {"stratum", "journal"}};
}

/* What is too much, and may not go. */
static void warn(struct keep *k, uint64_t bytes, bool is_known)
{
	int64_t now_ms = clock_mono_ms();

	if (k->warned_ms && now_ms - k->warned_ms < WARN_MS)
		return;
	k->warned_ms = now_ms;
	log_broken(&k->log, "journal_over_limit",
		"bytes=%" PRIu64 " limit=%" PRId64 " text=\"%s; nothing that is not there is "
		"deleted, so make room, or raise stratum.journal_max\"",
		bytes, k->conf->journal_max_bytes,
		is_known ? "the rest is not in the database yet"
			 : "the database is away, and shares wait for it");
}

static void judge(struct keep *k, const struct journal_kept *kept, bool is_known)
{
	uint64_t max = (uint64_t)k->conf->journal_max_bytes;

	atomic_store(&k->bytes, kept->bytes);
	if (kept->deleted)
		log_info(&k->log, "journal_trimmed", "files=%u early=%u bytes=%" PRIu64,
			kept->deleted, kept->deleted_early, kept->bytes);
	if (max && kept->bytes > max)
		warn(k, kept->bytes, is_known);
	else if (k->warned_ms) {
		k->warned_ms = 0;
		log_info(&k->log, "journal_within_limit", "bytes=%" PRIu64, kept->bytes);
	}
}

void keep_pass(struct keep *k, int64_t epoch, int64_t flushed)
{
	struct journal_keep keep = {
		.older_than_ms = clock_wall_ms() - k->conf->journal_keep_ms,
		.max_bytes = (uint64_t)k->conf->journal_max_bytes,
	};
	int64_t now_ms = clock_mono_ms();
	struct journal_kept kept;
	struct why why = {""};

	if (k->looked_ms && now_ms - k->looked_ms < LOOK_MS)
		return;
	k->looked_ms = now_ms;
	if (flushed >= 0) {
		keep.epoch = (uint64_t)epoch;
		keep.seq = (uint64_t)flushed;
	}
	if (journal_retain(k->dir, &keep, &kept, &why) == OK) {
		k->has_complained = false;
		judge(k, &kept, flushed >= 0);
	} else if (!k->has_complained) {
		k->has_complained = true;
		log_odd(&k->log, "journal_not_trimmed", "reason=\"%s\"", why.text);
	}
}

void keep_note_damage(struct keep *k, const struct journal_record *damage)
{
	atomic_fetch_add(&k->damaged, damage->lost);
	log_broken(&k->log, "journal_damaged", "epoch=%" PRIu64 " lost=%" PRIu64 " text=\"%s\"",
		damage->epoch, damage->lost, damage->text);
}

struct keep_figures keep_figures(const struct keep *k)
{
	return (struct keep_figures){atomic_load(&k->bytes), (uint64_t)k->conf->journal_max_bytes,
		atomic_load(&k->damaged)};
}
