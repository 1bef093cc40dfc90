/*
 * What `check` looks at, a function each, and what they tell each other.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include "cmd/report.h"
#include "index/outside.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK_PORTS_MAX 16

struct check_port {
	uint16_t port;
	enum report_level if_closed; /* how bad that is */
};

struct check {
	struct report report;
	struct check_port ports[CHECK_PORTS_MAX];
	size_t n_ports;

	const char *db;
	struct store store;
	bool is_open;                 /* the store */
	uint8_t user_hash[HASH_SIZE]; /* in the database */
	bool has_sample;              /* of what the server should offer: */
	uint8_t sample[HASH_SIZE];
	char sample_path[PATH_MAX];

	bool answered; /* a server of ours did */

	const char *outside_path;
	struct outside outside;
};

/* In this order. */
void check_database(struct check *c);
void check_files(struct check *c);
void check_sockets(struct check *c);
void check_state(struct check *c, const char *dir);
void check_sandbox(struct check *c);
void check_router(struct check *c);
void check_ipv6(struct check *c);

#endif
