/*
 * What the operator asked of ed2k-announce: the command line and the
 * environment, read and checked. ed2k-announce(8) explains the options.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_OPTIONS_H
#define ANNOUNCE_OPTIONS_H

#include "announce/resolver.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANNOUNCE_SERVERS_MAX 64

/* A server as the operator names it. */
struct announce_server {
	char host[RESOLVER_NAME_MAX]; /* a name, or an IPv4 address */
	uint16_t port;
};

/* Texts are NULL where nothing was asked and there is no default. */
struct announce_options {
	const char *db; /* NULL: the default path */
	const char *state, *deny_file, *nick;
	struct announce_server servers[ANNOUNCE_SERVERS_MAX];
	size_t n_servers;
	uint8_t bind[ADDRESS_SIZE]; /* IPv4, or not known */
	uint64_t port, limit;
	bool once, no_obfuscation, verbose;
};

/*
 * Read them. NULL when there is nothing to do: *status is the exit code, 0
 * after --help and the like, EX_USAGE after a log line.
 */
const struct announce_options *announce_options_parse(
    int argc, char *argv[], int *status);

/* Read "HOST:PORT". False for anything else; HOST has no spaces or colons. */
bool announce_server_parse(
    const char *text, size_t n, struct announce_server *out);

#endif
