/*
 * Ports by NAT-PMP, which routers that speak PCP mostly understand, too. See
 * protocol.h.
 * Source: RFC 6886.
 * SPDX-License-Identifier: ISC
 */
#include "ports/child.h"
#include "ports/protocol.h"
#include "ports/trust.h"

#include <errno.h>
#include <natpmp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_MS 5000

/* How often libnatpmp gets to repeat the request; its first pause is 250 ms. */
#define TICK_MS 50

struct question {
	in_addr_t gateway;
	enum trust_opcode opcode;
	struct mapping mapping; /* that is wanted */
	int result;             /* 0, or a code of natpmp.h */
	natpmpresp_t reply;
};

/* Is what has arrived, if anything has, a reply to our question? */
static bool
is_sound(const natpmp_t *n, enum trust_opcode opcode)
{
	uint8_t bytes[16];
	ssize_t len = recv(n->s, bytes, sizeof bytes, MSG_PEEK);

	if (len < 0)
		return errno == EAGAIN;
	return trust_nat_pmp(bytes, (size_t)len, opcode);
}

/*
 * 0, or a code of natpmp.h. For a silent router the deadline of the child ends
 * it.
 */
static int
await_reply(natpmp_t *n, enum trust_opcode opcode, natpmpresp_t *reply)
{
	struct pollfd pfd = {.fd = n->s, .events = POLLIN};
	int result;

	do {
		poll(&pfd, 1, TICK_MS);
		if (!is_sound(n, opcode))
			return NATPMP_ERR_RECVFROM;
		result = readnatpmpresponseorretry(n, reply);
	} while (result == NATPMP_TRYAGAIN);
	return result;
}

static void
converse(void *data)
{
	struct question *q = data;
	natpmp_t n;
	int sent;

	q->result = initnatpmp(&n, 1, q->gateway);
	if (q->result != 0)
		return;
	if (q->opcode == TRUST_ADDRESS)
		sent = sendpublicaddressrequest(&n);
	else
		sent = sendnewportmappingrequest(&n, NATPMP_PROTOCOL_TCP,
		    q->mapping.inside, q->mapping.outside, q->mapping.seconds);
	q->result = sent < 0 ? sent : await_reply(&n, q->opcode, &q->reply);
}

/* True when the router did what it was asked; else q->result tells. */
static bool
ask(struct question *q, const struct router *r)
{
	memcpy(&q->gateway, r->gateway + 12, sizeof q->gateway);
	q->result = NATPMP_TRYAGAIN;
	return child_run(converse, q, sizeof *q, ANSWER_MS) && q->result == 0;
}

static bool
find(struct router *r, uint8_t outside[ADDRESS_SIZE])
{
	struct question q = {.opcode = TRUST_ADDRESS};

	if (!ask(&q, r))
		return false;
	address_from_ipv4(
	    outside, (const uint8_t *)&q.reply.pnu.publicaddress.addr);
	return true;
}

/* Have it map m for so many seconds; 0 ends the mapping. */
static bool
request(struct question *q, const struct router *r, const struct mapping *m,
    uint32_t seconds)
{
	*q = (struct question){.opcode = TRUST_MAP_TCP, .mapping = *m};
	q->mapping.seconds = seconds;
	/* the libnatpmp of Debian 12 does not compare the port */
	return ask(q, r) &&
	    q->reply.pnu.newportmapping.privateport == m->inside;
}

static bool
map(const struct router *r, struct mapping *m, uint32_t lease_s,
    char why[WHY_MAX])
{
	struct question q;

	m->outside = m->inside;
	if (request(&q, r, m, lease_s)) {
		m->outside = q.reply.pnu.newportmapping.mappedpublicport;
		m->seconds = q.reply.pnu.newportmapping.lifetime;
		if (m->outside != 0 && m->seconds != 0)
			return true;
	}
	snprintf(why, WHY_MAX,
	    q.result == NATPMP_ERR_NOTAUTHORIZED ? "port %u is refused"
						 : "port %u cannot be had",
	    m->inside);
	return false;
}

static bool
unmap(const struct router *r, const struct mapping *m)
{
	struct question q;

	return request(&q, r, m, 0) && q.reply.pnu.newportmapping.lifetime == 0;
}

const struct protocol protocol_nat_pmp = {
    .method = "nat-pmp",
    .name = "NAT-PMP",
    .find = find,
    .map = map,
    .unmap = unmap,
};
