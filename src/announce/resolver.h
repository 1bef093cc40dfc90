/*
 * Names to IPv4 addresses, by a process of its own: the C library may take
 * half a minute for a name, and needs files and sockets that the sandbox of the
 * announcer forbids. It is to be started before that, and ends with us. If it
 * ends by itself, every question fails: then the announcer is to be started
 * anew.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_RESOLVER_H
#define ANNOUNCE_RESOLVER_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Of a name in the DNS; with the zero at its end. */
#define RESOLVER_NAME_MAX 256

struct resolver {
	int fd; /* to the process; readable when an answer may be there */
	pid_t pid;
	uint32_t asked; /* number of the last question */
	bool waiting;   /* it is not answered yet */
};

enum resolver_result {
	RESOLVER_WAITING,
	RESOLVER_FOUND,
	RESOLVER_UNKNOWN, /* the name has no IPv4 address */
	RESOLVER_FAILED,  /* nobody could be asked; it may work later */
};

/* Fork it. False with errno. */
bool resolver_start(struct resolver *r);

/*
 * Ask for a name, or for the address that it is written as. An answer to an
 * earlier question is not waited for any more.
 */
void resolver_ask(struct resolver *r, const char *name);

/* The answer, once. It never blocks. */
enum resolver_result resolver_answer(
    struct resolver *r, uint8_t out[ADDRESS_SIZE]);

/* End the process. Safe to call twice. */
void resolver_stop(struct resolver *r);

#endif
