/*
 * Ports by UPnP, as an "Internet gateway device" has them. See protocol.h.
 *
 * UPNP_GetValidIGD of the library fetches every URL that anybody in the network
 * names. Its steps are therefore taken here one by one, with the URLs that
 * trust.h permits.
 * Source: UPnP Forum, WANIPConnection:1, 2.4.
 * SPDX-License-Identifier: ISC
 */
#include "base/scope.h"
#include "ports/child.h"
#include "ports/protocol.h"
#include "ports/trust.h"

#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <stdio.h>
#include <string.h>

/* The search alone takes 2 s for each of four kinds of device. */
#define ANSWER_MS 15000
#define SEARCH_MS 2000

/* How many descriptions are read: more devices than a home network has. */
#define DEVICES_MAX 16

#define DESCRIPTION "ed2k-serve" /* what the router's own list calls it */

/* As UPnP has them; see upnpcommands.h. */
#define ERROR_NO_SUCH_ENTRY    714
#define ERROR_CONFLICT         718
#define ERROR_PERMANENT_LEASES 725

struct question {
	struct router router;
	struct mapping mapping;
	uint32_t lease_s;
	int error; /* 0, of UPnP, or negative of miniupnpc */
};

/* Which of two devices to take: the higher one. */
enum rank {
	RANK_NONE,
	RANK_SILENT,  /* it is not connected, or tells no address */
	RANK_PRIVATE, /* its address is behind another router */
	RANK_PUBLIC,
};

static enum rank
rank_of(const struct igd *igd)
{
	if (!igd->control_url[0])
		return RANK_NONE;
	if (!address_is_known(igd->address))
		return RANK_SILENT;
	return scope_of(igd->address) == SCOPE_PUBLIC ? RANK_PUBLIC
						      : RANK_PRIVATE;
}

/* Take the service data->first if it is better than what we have. */
static void
consider(struct router *r, struct UPNPUrls *urls, struct IGDdatas *data)
{
	struct igd igd = {0};
	char address[16] = "";

	if (!urls->controlURL || !trust_url(urls->controlURL, r->gateway) ||
	    !trust_service(data->first.servicetype) ||
	    strlen(urls->controlURL) >= sizeof igd.control_url)
		return;
	snprintf(
	    igd.control_url, sizeof igd.control_url, "%s", urls->controlURL);
	snprintf(
	    igd.service, sizeof igd.service, "%s", data->first.servicetype);
	if (!UPNPIGD_IsConnected(urls, data) ||
	    UPNP_GetExternalIPAddress(igd.control_url, igd.service, address) !=
		UPNPCOMMAND_SUCCESS ||
	    !trust_address(address, igd.address))
		memset(igd.address, 0, sizeof igd.address);
	if (rank_of(&igd) > rank_of(&r->igd))
		r->igd = igd;
}

/* A device may have a second service: by PPP, if not by IP. */
static void
consider_device(struct router *r, const char *url)
{
	struct UPNPUrls urls = {0};
	struct IGDdatas data;
	char own[ADDRESS_TEXT];

	if (!trust_url(url, r->gateway) ||
	    UPNP_GetIGDFromUrl(url, &urls, &data, own, sizeof own) != 1)
		return;
	consider(r, &urls, &data);
	FreeUPNPUrls(&urls);
	if (rank_of(&r->igd) == RANK_PUBLIC || !data.second.servicetype[0])
		return;
	data.first = data.second;
	GetUPNPUrls(&urls, &data, url, 0);
	consider(r, &urls, &data);
	FreeUPNPUrls(&urls);
}

static void
search(void *question)
{
	struct question *q = question;
	int error;
	const struct UPNPDev *device = upnpDiscover(
	    SEARCH_MS, NULL, NULL, UPNP_LOCAL_PORT_ANY, 0, 2, &error);

	for (int n = 0; device && n < DEVICES_MAX;
	     device = device->pNext, n++) {
		consider_device(&q->router, device->descURL);
		if (rank_of(&q->router.igd) == RANK_PUBLIC)
			return;
	}
}

static bool
find(struct router *r, uint8_t outside[ADDRESS_SIZE])
{
	struct question q = {.router = *r};

	if (!child_run(search, &q, sizeof q, ANSWER_MS))
		return false;
	r->igd = q.router.igd;
	r->igd.control_url[IGD_URL_MAX - 1] = '\0';
	r->igd.service[IGD_SERVICE_MAX - 1] = '\0';
	memcpy(outside, r->igd.address, ADDRESS_SIZE);
	return r->igd.control_url[0];
}

static int
add(const struct igd *igd, const char *inside, const char *port,
    uint32_t lease_s)
{
	char lease[11];

	snprintf(lease, sizeof lease, "%u", lease_s);
	return UPNP_AddPortMapping(igd->control_url, igd->service, port, port,
	    inside, DESCRIPTION, "TCP", NULL, lease);
}

/* Some routers say that they did it, and did not: ask what they have. */
static void
add_and_check(void *question)
{
	struct question *q = question;
	const struct igd *igd = &q->router.igd;
	struct trust_entry entry = {0};
	char inside[ADDRESS_TEXT], port[6];

	address_format(inside, q->router.inside);
	snprintf(port, sizeof port, "%u", q->mapping.inside);
	q->error = add(igd, inside, port, q->lease_s);
	if (q->error == ERROR_PERMANENT_LEASES)
		q->error = add(igd, inside, port, 0);
	if (q->error == UPNPCOMMAND_SUCCESS)
		q->error = UPNP_GetSpecificPortMappingEntry(igd->control_url,
		    igd->service, port, "TCP", NULL, entry.client, entry.port,
		    NULL, NULL, entry.seconds);
	if (q->error == UPNPCOMMAND_SUCCESS &&
	    trust_entry_leads_to(&entry, q->router.inside, q->mapping.inside,
		&q->mapping.seconds))
		q->mapping.outside = q->mapping.inside;
}

static bool
map(const struct router *r, struct mapping *m, uint32_t lease_s,
    char why[WHY_MAX])
{
	struct question q = {
	    .router = *r, .mapping.inside = m->inside, .lease_s = lease_s};

	if (child_run(add_and_check, &q, sizeof q, ANSWER_MS) &&
	    q.mapping.outside == m->inside) {
		m->outside = m->inside;
		m->seconds = q.mapping.seconds;
		return true;
	}
	if (q.error == ERROR_CONFLICT)
		snprintf(why, WHY_MAX, "port %u is another host's (error 718)",
		    m->inside);
	else if (q.error > 0 && q.error < 10000)
		snprintf(why, WHY_MAX, "port %u is refused (error %d)",
		    m->inside, q.error);
	else
		snprintf(why, WHY_MAX, "port %u is refused (error unknown)",
		    m->inside);
	return false;
}

static void
erase(void *question)
{
	struct question *q = question;
	char port[6];

	snprintf(port, sizeof port, "%u", q->mapping.outside);
	q->error = UPNP_DeletePortMapping(q->router.igd.control_url,
	    q->router.igd.service, port, "TCP", NULL);
}

static bool
unmap(const struct router *r, const struct mapping *m)
{
	struct question q = {.router = *r, .mapping = *m};

	return child_run(erase, &q, sizeof q, ANSWER_MS) &&
	    (q.error == UPNPCOMMAND_SUCCESS || q.error == ERROR_NO_SUCH_ENTRY);
}

const struct protocol protocol_upnp = {
    .method = "upnp",
    .name = "UPnP",
    .find = find,
    .map = map,
    .unmap = unmap,
};
