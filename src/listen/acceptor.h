/*
 * Accepting connections: a process for each, forked from this one.
 *
 * The parent reads no byte of a peer, and keeps no database open. It starts
 * itself anew (renew.h) each hour, on SIGHUP, when its program was replaced,
 * and when a child crashed: so nobody tries twice against the same memory
 * layout. No connection is lost thereby. On SIGTERM and SIGINT it ends; its
 * children do not.
 * SPDX-License-Identifier: ISC
 */
#ifndef LISTEN_ACCEPTOR_H
#define LISTEN_ACCEPTOR_H

#include "listen/sockets.h"
#include "serve/share_facts.h"

#include <stdbool.h>

/*
 * Accept connections. True in a child, which has its peer on fds 0 and 1, and
 * in *facts what the parent knows of the share. False in the parent, when it
 * ends: on a signal, or when it has had nothing to do for the time of --linger.
 */
bool acceptor_run(const struct options *opt, const struct sockets *sockets,
    char *argv[], struct share_facts *facts);

#endif
