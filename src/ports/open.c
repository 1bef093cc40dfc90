/*
 * `open`: by NAT-PMP, and if that opens nothing, by UPnP. See ports.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/scope.h"
#include "base/util.h"
#include "ports/ports.h"
#include "ports/record.h"
#include "ports/route.h"

#include <string.h>
#include <sysexits.h>
#include <time.h>

/* A host that has a public address needs no mapping. */
static void
open_none(struct outcome *o, const struct port_list *wanted)
{
	o->method = "none";
	memcpy(o->address, o->router.inside, ADDRESS_SIZE);
	for (size_t i = 0; i < wanted->n; i++)
		o->open[o->n_open++] = (struct mapping){
		    .inside = wanted->ports[i], .outside = wanted->ports[i]};
}

/* Does the router have an address that peers can be told? */
static bool
find_address(struct outcome *o, const struct protocol *p)
{
	char text[ADDRESS_TEXT];

	if (!p->find(&o->router, o->address) || !address_is_ipv4(o->address)) {
		outcome_add_reason(o, "%s: no answer", p->name);
		return false;
	}
	if (scope_of(o->address) != SCOPE_PUBLIC) {
		outcome_add_reason(o,
		    "%s: the router's own address, %s, is not public", p->name,
		    address_format(text, o->address));
		return false;
	}
	return true;
}

static void
open_by(struct outcome *o, const struct port_list *wanted,
    const struct protocol *p, uint32_t lease_s)
{
	char why[WHY_MAX];

	o->method = p->method;
	if (!find_address(o, p))
		return;
	for (size_t i = 0; i < wanted->n; i++) {
		struct mapping m = {.inside = wanted->ports[i]};

		if (p->map(&o->router, &m, lease_s, why)) {
			o->open[o->n_open++] = m;
		} else {
			port_list_add(&o->refused, m.inside);
			outcome_add_reason(o, "%s: %s", p->name, why);
		}
	}
}

/* One protocol after the other, until one opens something. */
static void
open_by_any(struct outcome *o, const struct port_list *wanted, uint32_t lease_s)
{
	static const struct protocol *const protocols[] = {
	    &protocol_nat_pmp, &protocol_upnp};

	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		struct outcome attempt = {.router = o->router};

		open_by(&attempt, wanted, protocols[i], lease_s);
		if (attempt.n_open > 0) {
			*o = attempt;
			return;
		}
		outcome_add_reason(o, "%s", attempt.reason);
	}
	o->refused = *wanted;
}

static void
open_all(struct outcome *o, const struct port_list *wanted, uint32_t lease_s)
{
	const char *missing = route_find(o->router.gateway, o->router.inside);

	if (missing) {
		outcome_add_reason(o, "%s", missing);
		o->refused = *wanted;
	} else if (scope_of(o->router.inside) == SCOPE_PUBLIC) {
		open_none(o, wanted);
	} else {
		open_by_any(o, wanted, lease_s);
	}
}

/* Write the file and log it, at level info when nothing changed. */
static int
tell(const struct outcome *o, struct record *record, uint32_t lease_s)
{
	bool all = o->refused.n == 0;
	uint32_t seconds = outcome_seconds(o);
	char lines[OUTSIDE_SIZE_MAX], message[MESSAGE_MAX];
	enum log_level level = all ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING;
	uint64_t expires = 0;
	int fault;

	/* mappings without end are checked as often as the others */
	if (o->n_open > 0)
		expires = (uint64_t)time(NULL) + (seconds ? seconds : lease_s);
	outcome_lines(o, &record->outside, lines);
	outcome_message(o, message);
	fault = record_write(record, lines, expires);
	if (fault)
		return fault;
	log_at(record_is_news(record, lines) ? level : LOG_LEVEL_INFO, "%s",
	    message);
	return all ? EX_OK : EX_UNAVAILABLE;
}

int
ports_open(const struct port_list *wanted, uint32_t lease_s)
{
	static struct record record;
	static struct outcome outcome;
	int fault = record_open(&record);

	if (!fault)
		fault = record_prepare(&record);
	if (fault)
		return fault;
	open_all(&outcome, wanted, lease_s);
	return tell(&outcome, &record, lease_s);
}
