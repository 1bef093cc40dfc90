/*
 * What `check` looks at, a function each, and what they tell each other.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include "base/outside.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK_PORTS_MAX 16

enum check_level {
	CHECK_OK,
	CHECK_WARNING, /* may be right, and is worth a look */
	CHECK_PROBLEM, /* peers get nothing, or not all */
};

struct check_port {
	uint16_t port;
	enum check_level if_closed; /* how bad that is */
};

struct check {
	bool json;
	unsigned width; /* of the terminal; 0: fields with tabs */
	enum check_level worst;

	struct check_port ports[CHECK_PORTS_MAX];
	size_t n_ports;

	const char *db;
	struct store store;
	bool is_open;                 /* the store */
	uint8_t user_hash[HASH_SIZE]; /* in the database */
	bool has_sample;              /* a file that the server should offer: */
	uint8_t sample[HASH_SIZE];
	char sample_path[PATH_MAX];

	bool answered; /* a server of ours did */

	const char *announcer; /* its state directory */

	const char *outside_path;
	struct outside outside;
};

/*
 * Print one line: level, topic, text. What comes from elsewhere must be escaped
 * in the text; on a terminal it is broken between words.
 */
void check_report(struct check *c, enum check_level level, const char *topic,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#define check_ok(c, ...)      check_report(c, CHECK_OK, __VA_ARGS__)
#define check_warning(c, ...) check_report(c, CHECK_WARNING, __VA_ARGS__)
#define check_problem(c, ...) check_report(c, CHECK_PROBLEM, __VA_ARGS__)

/* Warn when the log of a database is so large that connections get slow. */
void check_log(struct check *c, const char *topic, const char *path);

/* In this order. */
void check_database(struct check *c);
void check_files(struct check *c);
void check_off_limits(struct check *c, const char *state);
void check_sockets(struct check *c);
void check_state(struct check *c, const char *dir);
void check_sandbox(struct check *c);
void check_router(struct check *c);
void check_ipv6(struct check *c);
void check_announcer(struct check *c);

#endif
