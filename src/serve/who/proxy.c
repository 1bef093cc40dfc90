/*
 * Peers behind a balancer; see proxy.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/who/proxy.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/network.h"
#include "proto/proxy_header.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* The part of the header that has arrived. */
struct arrived {
	uint8_t bytes[PROXY_HEADER_MAX];
	size_t n;
	bool eof;
};

bool
proxy_is_listed(
    const char *list, const uint8_t address[ADDRESS_SIZE], bool *listed)
{
	*listed = false;
	for (const char *item = list; item;) {
		const char *end = strchrnul(item, ',');
		struct network net;
		const char *fault =
		    network_parse(item, (size_t)(end - item), &net);

		if (fault) {
			log_error("--proxy-from: %s: %s",
			    log_quote(item, (size_t)(end - item)), fault);
			return false;
		}
		*listed |= network_holds(&net, address);
		item = *end ? end + 1 : NULL;
	}
	return true;
}

/* Read more, up to `len` bytes in all. False at the end, or when time is up. */
static bool
read_some(struct arrived *in, size_t len, uint64_t deadline_ms)
{
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

	for (;;) {
		ssize_t n = read(STDIN_FILENO, in->bytes + in->n, len - in->n);
		uint64_t now_ms = clock_ms();

		if (n > 0) {
			in->n += (size_t)n;
			return true;
		}
		in->eof = n == 0 || (errno != EAGAIN && errno != EINTR);
		if (in->eof || now_ms >= deadline_ms)
			return false;
		poll(&fd, 1, (int)(deadline_ms - now_ms));
	}
}

/* A balancer that only checks whether we are here is not logged. */
static struct early_end
end_check(const struct peer *p)
{
	log_debug("peer=%s end=health-check", p->name);
	return (struct early_end){.status = 0};
}

static struct early_end
end_bad(const char *fault)
{
	return (struct early_end){
	    .end = "bad-peer", .fault = fault, .status = EX_PROTOCOL};
}

/* The header is incomplete, and no more of it comes. */
static struct early_end
end_early(const struct peer *p, const struct arrived *in)
{
	if (in->eof)
		return in->n == 0 ? end_check(p)
				  : end_bad("half a PROXY header");
	return (struct early_end){.end = "no-hello"};
}

/* It is listed but names no peer. */
static struct early_end
end_nameless(const struct peer *p)
{
	log_warning("%s is listed in --proxy-from and sent no PROXY header; "
		    "let that balancer send one (HAProxy: send-proxy-v2), or "
		    "remove its address from the list",
	    p->name);
	return end_bad("no PROXY header");
}

/* Read until the header is whole or bad, or no more comes. */
static enum proxy_header_result
read_header(
    struct arrived *in, uint64_t deadline_ms, struct proxy_header *header)
{
	enum proxy_header_result res;
	size_t len;

	do
		res = proxy_header_parse(in->bytes, in->n, header, &len);
	while (res == PROXY_HEADER_MORE && read_some(in, len, deadline_ms));
	return res;
}

/*
 * Make *p the peer that the header names. False when that is the balancer
 * itself: HAProxy's checks in version 1 send its own address.
 */
static bool
set_peer(struct peer *p, const struct proxy_header *header)
{
	char balancer[ADDRESS_PORT_TEXT];

	memcpy(balancer, p->name, sizeof balancer);
	peer_set_address(p, header->source, header->source_port);
	p->our_port = header->destination_port;
	return strcmp(p->name, balancer) != 0;
}

bool
proxy_identify(
    struct peer *p, const char *list, uint64_t hello_ms, struct early_end *end)
{
	struct proxy_header header;
	struct arrived in = {.n = 0};
	enum proxy_header_result res;
	bool listed;

	*end = (struct early_end){.status = EX_USAGE};
	if (!proxy_is_listed(list, p->ip, &listed))
		return false;
	if (p->is_gone) {
		/* HAProxy resets a check as soon as it is connected */
		*end = end_check(p);
		return false;
	}
	if (!listed)
		return true;
	res = read_header(&in, clock_ms() + hello_ms, &header);
	if (res == PROXY_HEADER_PEER && !set_peer(p, &header))
		res = PROXY_HEADER_LOCAL;
	switch (res) {
	case PROXY_HEADER_PEER:
		return true;
	case PROXY_HEADER_LOCAL:
		*end = end_check(p);
		break;
	case PROXY_HEADER_MORE:
		*end = end_early(p, &in);
		break;
	case PROXY_HEADER_NONE:
		*end = end_nameless(p);
		break;
	default:
		*end = end_bad("a broken PROXY header");
		break;
	}
	return false;
}
