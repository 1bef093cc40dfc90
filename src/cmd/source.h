/*
 * The source in a link: where peers are told to find us.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_SOURCE_H
#define CMD_SOURCE_H

#include "base/address.h"

#include <stdbool.h>

/* The port of eD2k clients, when nobody says. */
#define SOURCE_PORT 4662

/* Is it "auto", or "auto:PORT"? */
bool source_is_auto(const char *source);

/*
 * Fill in "HOST:PORT" for "auto" or "auto:PORT", the port that the server listens
 * on: what the router told ed2k-map-ports, which wrote it to the file `outside`,
 * or else the address of this host, if it is public. 0, or an exit code after a
 * log line.
 */
int source_find(
    char out[ADDRESS_PORT_TEXT], const char *source, const char *outside);

/* Warn, if so, that peers outside cannot use this "HOST:PORT". */
void source_warn(const char *source);

#endif
