/*
 * How much a process logs that serves peers. Peers can bring about the same
 * warnings and errors again and again, and must not fill the log with them.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_LOG_LIMIT_H
#define BASE_LOG_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Different messages that are logged: warnings, and errors with them. */
#define LOG_LIMIT_WARNINGS 16
#define LOG_LIMIT_MESSAGES 20

struct log_limit {
	uint64_t period_ms; /* each has messages of its own; 0: there is one */
	uint64_t begun_ms;  /* when this one began */
	uint64_t seen[LOG_LIMIT_MESSAGES]; /* hashes of messages */
	size_t n_seen;
	uint64_t unlogged; /* messages that were not admitted */
	/* asked for each that would be logged; NULL: all may be */
	bool (*allows)(void *ctx);
	void *ctx;
};

/*
 * May this warning or error be logged? Each one may once in a period, as long
 * as there are not too many different ones.
 */
bool log_limit_admits(struct log_limit *l, bool is_error, const char *message);

/*
 * If a period is over, begin another. Returns how many messages were not logged
 * in the one that is over.
 */
uint64_t log_limit_renew(struct log_limit *l, uint64_t now_ms);

#endif
