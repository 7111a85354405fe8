#include "ledger/upkeep.h"

#include "base/clock.h"
#include "store/store_keep.h"
#include "store/store_user.h"

#define EVERY_MS 3600000
#define AGAIN_MS 60000

void upkeep_pass(
	struct upkeep *u, const struct conf *conf, struct store *st, const struct logger *log)
{
	/* work_ms 0: all work stays, since the audit recounts the rounds that were paid from it */
	struct store_keep keep = {.statistics_ms = conf->store.keep_statistics_ms};
	struct why why = {""};
	bool more = false;
	enum err err;

	if (clock_mono_ms() < u->due_ms)
		return;
	err = store_keep(st, &keep, &more, &why);
	if (err == OK)
		err = store_user_forget(st, clock_wall_ms(), &why);
	if (err != OK && !u->has_failed)
		log_odd(log, "upkeep_failed", "\"%s; trying again\"",
			*why.text ? why.text : err_text(err));
	u->has_failed = err != OK;
	u->due_ms = clock_mono_ms() + (err != OK ? AGAIN_MS : more ? 0 : EVERY_MS);
}
