/*
 * ledger.h -- the role that handles money: closes rounds, credits, matures or takes back, pays out.
 *
 * One leader by a lease in the database, any number of standbys. A plain loop that may block; no
 * other role waits for it.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

struct conf;

/** role_ledger(conf): run until SIGTERM or SIGINT; returns the exit code of the process. */
int role_ledger(const struct conf *conf);

#endif
