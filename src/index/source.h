/*
 * The source in a link: the address at which peers find us.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_SOURCE_H
#define INDEX_SOURCE_H

#include "proto/ed2klink.h"

/*
 * Check a source as the user gives it, "HOST:PORT", "auto" or "auto:PORT", and
 * write what stands in a link to out. "auto" is what the router told
 * ed2k-map-ports, which wrote it to the file `outside`, or else the address of
 * this host if it is public; PORT is the port that the server listens on. Logs
 * a warning when peers outside cannot use the address. 0, or an exit code after
 * a log line.
 */
int source_resolve(
    char out[ED2KLINK_SOURCE_MAX + 1], const char *source, const char *outside);

/* The port of the server in a source that source_resolve took. */
uint16_t source_port(const char *source);

#endif
