/*
 * Which connections are refused before a process is started for them.
 * SPDX-License-Identifier: ISC
 */
#ifndef LISTEN_ADMISSION_H
#define LISTEN_ADMISSION_H

#include "board/tally.h"
#include "listen/children.h"
#include "serve/options.h"
#include "serve/who/peer.h"

#include <stdbool.h>
#include <stdint.h>

struct admission {
	struct tally arrivals; /* new connections */
	struct tally logged;   /* log lines */
};

/*
 * May this connection be served? False after a log line, of which an address
 * gets one a minute (tally_first). As in serve_peer, the limits by address hold
 * with a state directory only, and not for balancers: their peers are known
 * later.
 */
bool admission_admits(struct admission *a, const struct options *opt,
    const struct children *children, const struct peer *peer, uint64_t now_ms);

#endif
