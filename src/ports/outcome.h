/*
 * The result of asking the router, and its text: for the file `outside` and for
 * the log, one line. Pure functions.
 * SPDX-License-Identifier: ISC
 */
#ifndef PORTS_OUTCOME_H
#define PORTS_OUTCOME_H

#include "base/outside.h"
#include "ports/protocol.h"

#include <stddef.h>
#include <stdint.h>

#define REASON_MAX  3072
#define MESSAGE_MAX 4096

/* Ports of this host. */
struct port_list {
	uint16_t ports[OUTSIDE_PORTS_MAX];
	size_t n;
};

struct outcome {
	struct router router; /* addresses are zeros when there is none */
	const char *method;   /* as in the file; "none": nothing to open */
	uint8_t address[ADDRESS_SIZE]; /* outside */
	struct mapping open[OUTSIDE_PORTS_MAX];
	size_t n_open;
	struct port_list refused;
	char reason[REASON_MAX]; /* "" or why not all are open */
};

/* Append to the reason. */
void outcome_add_reason(struct outcome *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * For how many seconds all that is open stays open: the least that the router
 * said. 0: without end.
 */
uint32_t outcome_seconds(const struct outcome *o);

/*
 * The lines of the file, without `expires`. Where nothing is open they keep the
 * ports that `before` names, which an earlier run opened: `close` needs them.
 */
void outcome_lines(const struct outcome *o, const struct outside *before,
    char out[OUTSIDE_SIZE_MAX]);

/* What the log says. */
void outcome_message(const struct outcome *o, char out[MESSAGE_MAX]);

/* Add a port unless it is there. The list has to have room. */
void port_list_add(struct port_list *list, uint16_t port);

/* Append "4662 and 4661". */
void port_list_append(const struct port_list *list, char *out, size_t cap);

#endif
