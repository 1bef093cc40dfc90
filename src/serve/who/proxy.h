/*
 * Whose connection is it that a balancer passes on? It says so in a header
 * before all else (proto/proxy_header), which is believed of those balancers
 * alone that the operator lists.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WHO_PROXY_H
#define SERVE_WHO_PROXY_H

#include "serve/who/peer.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * If the peer on fd 0 is in one of the networks of `list`, which commas part,
 * read the header it has to send and make *p the peer that this names. No byte
 * behind the header is read, and no other peer is waited for. Call it after
 * peer_prepare. Waits at most hello_ms.
 *
 * False when there is no peer to serve: *status is the exit code. EX_USAGE, for
 * a list that is none, and EX_PROTOCOL, for a header that is missing or broken,
 * come after a log line; 0 is silence, a health check, or a peer that is gone
 * already.
 */
bool proxy_identify(
    struct peer *p, const char *list, uint64_t hello_ms, int *status);

#endif
