/*
 * Starting anew: a process that accepts connections executes its own program
 * with the sockets in hand. It gets a new memory layout, a new stack canary and
 * the program as it is now; connections wait in the backlog meanwhile.
 * SPDX-License-Identifier: ISC
 */
#ifndef LISTEN_RENEW_H
#define LISTEN_RENEW_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct renewal {
	char **argv;
	char program[PATH_MAX];
	struct stat running; /* its file, as it was when this one started */
	uint64_t due_ms;
};

/* Note what runs here. */
void renewal_init(struct renewal *r, char *argv[], uint64_t now_ms);

/* Start anew as soon as possible. */
void renewal_demand(struct renewal *r);

/*
 * Is it time: an hour has passed, it was demanded, or another program is in
 * place of this one?
 */
bool renewal_is_due(struct renewal *r, uint64_t now_ms);

/*
 * Start anew, and hand n bytes over to the process that begins. Returns, after
 * a log line, when that is not possible.
 */
void renewal_execute(
    struct renewal *r, const void *kept, size_t n, uint64_t now_ms);

/*
 * To be called once, before renewal_init: what the process before us handed
 * over. False, with zeros, when we were not started anew, or by another
 * version, whose bytes mean something else.
 */
bool renewal_inherit(void *kept, size_t n);

#endif
