/*
 * The verbs of ed2k-map-ports(8). Each function returns an exit code after one
 * log line.
 * SPDX-License-Identifier: ISC
 */
#ifndef PORTS_PORTS_H
#define PORTS_PORTS_H

#include "ports/outcome.h"

#include <stdint.h>

/* Have the router forward these ports to this host for so many seconds. */
int ports_open(const struct port_list *wanted, uint32_t lease_s);

/* End what an earlier run opened. */
int ports_close(void);

/* Print the file `outside`; without a log line. */
int ports_show(void);

#endif
