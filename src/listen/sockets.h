/*
 * The sockets that this process accepts connections on, if it is to do so.
 * SPDX-License-Identifier: ISC
 */
#ifndef LISTEN_SOCKETS_H
#define LISTEN_SOCKETS_H

#include "base/args.h"

#define SOCKETS_MAX ARGS_LIST_MAX

/* Descriptors in a row. */
struct sockets {
	int first; /* 0: standard input; else 3 */
	int n;     /* 0: there is none */
};

/*
 * Find them: standard input when it listens (inetd "wait"); else what the
 * super-server has passed in the way of sd_listen_fds(3), LISTEN_PID and
 * LISTEN_FDS in the environment; else bind each "[ADDRESS:]PORT" of the list.
 * Sockets that were bound are passed on in the same way when this process
 * executes a program. All are made non-blocking.
 *
 * 0, also when there is none, or an exit code after a log line.
 */
int sockets_find(struct sockets *s, const struct args_list *listen);

/* Does this descriptor accept connections? */
bool sockets_listens(int fd);

#endif
