/*
 * owner.h -- who this ledger is to the others: an id kept in data_dir, held by one process at once.
 *
 * A ledger that was killed and is started again is the same owner, so that it leads again at once
 * instead of waiting for its own lease to run out.
 */
#ifndef LEDGER_OWNER_H
#define LEDGER_OWNER_H

#include "base/err.h"

#define OWNER_ID_MAX 33 /* bytes with the NUL */

/**
 * owner_take(data_dir, out_id, out_fd, why): take the id in data_dir/ledger.lock, made when new.
 *   out_fd  holds it until it is closed, or the process ends
 *   errs    ERR_BUSY another process has it; ERR_IO
 */
enum err owner_take(
	const char *data_dir, char out_id[OWNER_ID_MAX], int *out_fd, struct why *why) MUST_CHECK;

#endif
