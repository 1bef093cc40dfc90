/*
 * Which server is dialled next, and when. Pure: time and random numbers are
 * arguments. One server at a time; a server that failed waits, and waits longer
 * each time; a server that did not want us waits as long as any.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_SERVER_CHOOSE_H
#define ANNOUNCE_SERVER_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The wait after the first failure, which doubles up to the longest. */
#define CHOOSE_WAIT_MS     UINT64_C(30000)
#define CHOOSE_WAIT_MAX_MS UINT64_C(1800000)

/* A connection that lasted so long was good: the waits begin anew. */
#define CHOOSE_GOOD_MS UINT64_C(600000)

/* How an attempt ended. */
enum choose_end {
	CHOOSE_FAILED,   /* no connection, no answer, or the connection broke */
	CHOOSE_UNWANTED, /* full, an error, Low ID, closed after the login */
};

/* All zeros: never tried. */
struct choose_server {
	uint32_t tries;   /* attempts in a row that failed */
	uint64_t next_ms; /* not to be dialled before */
};

/*
 * An attempt ended now. `listed_ms` is how long the server had listed us, 0 if
 * it never did. `random` is any number: waits differ by up to 20 %, so that
 * announcers that lost a server together do not come back together.
 */
void choose_ended(struct choose_server *s, enum choose_end end,
    uint64_t listed_ms, uint64_t now_ms, uint32_t random);

/*
 * The first of n servers (n > 0), in the order of the operator, that may be
 * dialled now; otherwise the one whose time comes first. The caller dials it
 * when its next_ms has come.
 */
size_t choose_next(
    const struct choose_server *servers, size_t n, uint64_t now_ms);

#endif
