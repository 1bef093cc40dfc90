/*
 * Messages for the operator. Where they go is decided once, at the start: to fd
 * 2 with the journal's level prefix, to fd 2 as plain lines, or to syslog when
 * fd 2 is the peer (inetd passes the socket as stderr, and the peer would read
 * a log line there as protocol).
 *
 * A message is one line. Text from a peer and file names are escaped first:
 * log_quote does it.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are syslog's. */
enum log_level {
	LOG_LEVEL_NONE = 0, /* for log_set_level alone */
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/*
 * For a program that people call: plain lines "name: message" on fd 2. `name`
 * must live as long as the process.
 */
void log_open_stderr(const char *name);

/*
 * The same, but with the level when fd 2 is the journal: for a unit's program.
 */
void log_open_unit(const char *name);

/*
 * For a server on fds 0 and 1: decide as above. Plain lines begin with
 * "name[pid]: level:".
 */
void log_open_server(const char *name);

/* Drop messages above this level from now on; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);

/* Have `before` called before each message, to clear a progress line. */
void log_set_before(void (*before)(void));

/*
 * From now on log each warning and error once in so many milliseconds (0: once
 * at all), and of different ones a few (base/log_limit.h); and only if `allows`
 * says so, unless that is NULL. With a period, the next one tells how many were
 * not logged.
 *
 * `allows` is called in log_at and may log.
 */
void log_set_limit(uint64_t period_ms, bool (*allows)(void *ctx), void *ctx);

/* How many were not logged in this period. */
uint64_t log_unlogged(void);

void log_at(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_at(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)

/*
 * A quoted, escaped copy of s (n bytes) in a static buffer, cut after 1,000
 * bytes; eight of them live at a time.
 */
const char *log_quote(const void *s, size_t n);

/* The same for a C string. */
const char *log_quote_str(const char *s);

#endif
