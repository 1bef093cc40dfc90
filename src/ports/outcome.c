/*
 * Lines for the file and for the log; see outcome.h.
 * SPDX-License-Identifier: ISC
 */
#include "ports/outcome.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
outcome_add_reason(struct outcome *o, const char *fmt, ...)
{
	char piece[REASON_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(piece, sizeof piece, fmt, ap);
	va_end(ap);
	text_append(o->reason, sizeof o->reason, "%s%s",
	    o->reason[0] ? "; " : "", piece);
}

uint32_t
outcome_seconds(const struct outcome *o)
{
	uint32_t least = 0;

	for (size_t i = 0; i < o->n_open; i++)
		if (least == 0 ||
		    (o->open[i].seconds < least && o->open[i].seconds))
			least = o->open[i].seconds;
	return least;
}

void
outcome_lines(const struct outcome *o, const struct outside *before,
    char out[OUTSIDE_SIZE_MAX])
{
	char address[ADDRESS_TEXT], inside[ADDRESS_TEXT];

	out[0] = '\0';
	if (o->n_open > 0) {
		text_append(out, OUTSIDE_SIZE_MAX,
		    "method=%s\naddress=%s\ninside=%s\n", o->method,
		    address_format(address, o->address),
		    address_format(inside, o->router.inside));
		for (size_t i = 0; i < o->n_open; i++)
			text_append(out, OUTSIDE_SIZE_MAX, "port.%u=%u\n",
			    o->open[i].inside, o->open[i].outside);
		return;
	}
	text_append(out, OUTSIDE_SIZE_MAX, "error=%s\n", o->reason);
	if (before->method[0])
		text_append(
		    out, OUTSIDE_SIZE_MAX, "method=%s\n", before->method);
	for (size_t i = 0; i < before->n_ports; i++)
		text_append(out, OUTSIDE_SIZE_MAX, "port.%u=%u\n",
		    before->ports[i].inside, before->ports[i].outside);
}

void
port_list_add(struct port_list *list, uint16_t port)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->ports[i] == port)
			return;
	list->ports[list->n++] = port;
}

void
port_list_append(const struct port_list *list, char *out, size_t cap)
{
	for (size_t i = 0; i < list->n; i++)
		text_append(
		    out, cap, "%s%u", i > 0 ? " and " : "", list->ports[i]);
}

/* What is left to do by hand. */
static void
append_advice(const struct outcome *o, char out[MESSAGE_MAX])
{
	char gateway[ADDRESS_TEXT], inside[ADDRESS_TEXT];

	text_append(out, MESSAGE_MAX,
	    "; by hand: let the router %s forward TCP port ",
	    address_format(gateway, o->router.gateway));
	port_list_append(&o->refused, out, MESSAGE_MAX);
	text_append(out, MESSAGE_MAX, " to %s",
	    address_format(inside, o->router.inside));
}

static void
append_opened(const struct outcome *o, char out[MESSAGE_MAX])
{
	char outside[ADDRESS_PORT_TEXT], inside[ADDRESS_PORT_TEXT];
	uint32_t seconds = outcome_seconds(o);

	text_append(out, MESSAGE_MAX, "opened by %s ", o->method);
	if (seconds == 0)
		text_append(out, MESSAGE_MAX, "without end (TCP): ");
	else
		text_append(out, MESSAGE_MAX, "for %u s (TCP): ", seconds);
	for (size_t i = 0; i < o->n_open; i++)
		text_append(out, MESSAGE_MAX, "%s%s to %s", i > 0 ? ", " : "",
		    address_format_port(
			outside, o->address, o->open[i].outside),
		    address_format_port(
			inside, o->router.inside, o->open[i].inside));
}

void
outcome_message(const struct outcome *o, char out[MESSAGE_MAX])
{
	char address[ADDRESS_TEXT];

	out[0] = '\0';
	if (o->n_open == 0)
		text_append(out, MESSAGE_MAX, "nothing opened: %s", o->reason);
	else if (strcmp(o->method, "none") == 0)
		text_append(out, MESSAGE_MAX,
		    "nothing to open: %s is a public address",
		    address_format(address, o->address));
	else
		append_opened(o, out);
	if (o->n_open > 0 && o->refused.n > 0)
		text_append(out, MESSAGE_MAX, "; but %s", o->reason);
	if (o->refused.n > 0 && address_is_known(o->router.inside))
		append_advice(o, out);
}
