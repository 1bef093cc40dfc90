/*
 * The peer behind a balancer. The balancer names it in a header that comes
 * first (proto/proxy_header), and that is believed only of listed balancers.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WHO_PROXY_H
#define SERVE_WHO_PROXY_H

#include "serve/who/early_end.h"
#include "serve/who/peer.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Set *listed if the address is in one of the networks of `list`, which are
 * separated by commas. False after a log line: bad list.
 */
bool proxy_is_listed(
    const char *list, const uint8_t address[ADDRESS_SIZE], bool *listed);

/*
 * If *p is in one of the networks of `list`, read the header from fd 0 and make
 * *p the peer that it names. No byte behind the header is read. Waits at most
 * hello_ms. To be called after peer_prepare.
 *
 * False when there is no peer to serve: *end is why. Its status is EX_USAGE
 * (bad list, logged already), EX_PROTOCOL (missing or broken header), or 0:
 * silence, a health check, or a peer that is gone.
 */
bool proxy_identify(
    struct peer *p, const char *list, uint64_t hello_ms, struct early_end *end);

#endif
