/*
 * What the operator asked of ed2k-serve: the command line and the environment,
 * read and checked. ed2k-serve(8) explains the options, src/README.md has the
 * reasons for their defaults.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_OPTIONS_H
#define SERVE_OPTIONS_H

#include "base/args.h"
#include "serve/walls/sandbox.h"
#include "store/identity.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Texts are NULL and numbers 0 where nothing was asked and there is no default.
 */
struct options {
	const char *db, *state, *deny_file, *proxy_from;
	uint64_t port;
	uint64_t hello_s, idle_s, stall_s, wait_s, session_s;
	uint64_t direct_max, keep_s;
	uint64_t slots, connections, per_address, per_minute, address_slots;
	uint64_t rate, rate_peer;
	bool anonymize, browse, no_obfuscation, verbose;
	enum sandbox_mode sandbox;
	bool has_identity;
	enum identity_mode identity;
	struct args_list listen;
	const char *user;
	uint64_t linger_s;
};

/*
 * Read them. NULL when there is nobody to serve: *status is the exit code, 0
 * after --help and the like, EX_USAGE after a log line.
 */
const struct options *options_parse(int argc, char *argv[], int *status);

#endif
