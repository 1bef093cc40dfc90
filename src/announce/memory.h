/*
 * What the announcer has to know after a restart: announce.db in its state
 * directory. So a program that is restarted again and again does not dial a
 * server more often than one that runs on.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_MEMORY_H
#define ANNOUNCE_MEMORY_H

#include "announce/options.h"
#include "store/db.h"

/* How long a server is remembered that is used no more. */
#define MEMORY_KEEP_S (90 * 86400)

/* No server is avoided for longer. */
#define MEMORY_WAIT_MAX_S 7200

struct memory {
	struct db db;
};

/* All zeros: nothing is known. Times are seconds since 1970. */
struct server_memory {
	uint32_t id;     /* that it gave us last; 0: none */
	uint32_t tries;  /* attempts in a row that failed */
	uint64_t next_s; /* not to be dialled before */
};

/*
 * Open announce.db in `dir`, and make it if there is none. 0, or an exit code
 * after a log line.
 */
int memory_open(struct memory *m, const char *dir, uint64_t now_s);

/*
 * Zeros for a server that is not known. A time that is further ahead than any
 * wait is of a clock that was wrong, and counts as past.
 */
int memory_get_server(struct memory *m, const struct announce_server *server,
    uint64_t now_s, struct server_memory *out);

/* Remember it. These return 0, or an exit code after a log line. */
int memory_put_server(struct memory *m, const struct announce_server *server,
    uint64_t now_s, const struct server_memory *in);

/* Safe to call twice. */
void memory_close(struct memory *m);

#endif
