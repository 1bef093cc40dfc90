/*
 * The life of ed2k-announce: one loop over the server's socket, the process
 * that looks names up, and the clock. What is said to a server is in
 * announce/server, which is pure; here are its socket, its files and the log.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_ANNOUNCER_H
#define ANNOUNCE_ANNOUNCER_H

#include "announce/options.h"

/*
 * Announce until a signal ends it, or once. `db` is the share database. Returns
 * an exit code, after a log line if it is not 0.
 */
int announcer_run(const struct announce_options *opt, const char *db);

#endif
