/*
 * How others see us; see reach.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/reach.h"

static struct kad_witness *
find(struct kad_reach_state *r, struct kad_address from)
{
	for (size_t i = 0; i < r->n; i++)
		if (kad_same_address(r->list[i].address, from))
			return &r->list[i];
	return NULL;
}

bool
kad_reach_address(
    struct kad_reach_state *r, struct kad_address from, uint32_t ip)
{
	struct kad_witness *one = find(r, from);
	unsigned n = 0;

	if (!one || one->ip != 0)
		return false;
	one->ip = ip;
	for (size_t i = 0; i < r->n; i++)
		n += r->list[i].ip == ip;
	if (n < KAD_REACH_AGREE || r->ip == ip)
		return false;
	r->ip = ip;
	return true;
}

void
kad_reach_ack(struct kad_reach_state *r, struct kad_address from, uint64_t now)
{
	struct kad_witness *one = find(r, from);
	unsigned n = 0;

	if (!one)
		return;
	one->reached = true;
	for (size_t i = 0; i < r->n; i++)
		n += r->list[i].reached;
	if (n < KAD_REACH_AGREE)
		return;
	r->reach = KAD_REACHABLE;
	r->found_ms = now;
}

void
kad_reach_port(
    struct kad_reach_state *r, struct kad_address from, uint16_t port)
{
	struct kad_witness *one = find(r, from);
	unsigned n = 0;

	if (!one || one->port != 0)
		return;
	one->port = port;
	for (size_t i = 0; i < r->n; i++)
		n += r->list[i].port == port;
	if (n >= KAD_REACH_AGREE)
		r->udp_port = port;
}

/* The round is over: what does it say? */
static void
conclude(struct kad_reach_state *r, uint64_t now)
{
	unsigned n_said = 0, n_reached = 0;

	for (size_t i = 0; i < r->n; i++) {
		n_said += r->list[i].ip != 0;
		n_reached += r->list[i].reached;
	}
	r->asking = false;
	r->next_ms = now + KAD_REACH_SOON_MS;
	if (n_reached >= KAD_REACH_AGREE) {
		r->next_ms = now + KAD_REACH_AGAIN_MS;
	} else if (n_said >= KAD_REACH_AGREE) {
		r->next_ms = now + KAD_REACH_RETRY_MS;
		r->reach = KAD_NOT_REACHABLE;
		r->found_ms = now;
	}
}

/* Has the round all it wants? */
static bool
is_enough(const struct kad_reach_state *r)
{
	unsigned n_reached = 0, n_ports = 0;

	for (size_t i = 0; i < r->n; i++) {
		n_reached += r->list[i].reached;
		n_ports += r->list[i].port != 0;
	}
	return n_reached >= KAD_REACH_AGREE && n_ports >= KAD_REACH_AGREE;
}

void
kad_reach_tick(struct kad_reach_state *r, uint64_t now)
{
	if (!r->asking) {
		if (now < r->next_ms)
			return;
		r->asking = true;
		r->end_ms = now + KAD_REACH_ROUND_MS;
		r->n = 0;
		return;
	}
	if (is_enough(r) || now >= r->end_ms)
		conclude(r, now);
}

/* Nodes of one network may have one owner. */
static bool
is_near_another(const struct kad_reach_state *r, uint32_t ip)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].address.ip >> 16 == ip >> 16)
			return true;
	return false;
}

static bool
ask_another(struct kad_reach_state *r, struct kad_contacts *c,
    const struct kad_asked *a, const struct kad_source *source, uint64_t now,
    struct kad_outgoing *out, struct writer *w)
{
	for (int i = 0; i < 32; i++) {
		const struct kad_node *node = kad_contacts_any(c);

		if (!node || node->contact.version < KAD_VERSION_FIREWALLED ||
		    is_near_another(r, node->contact.address.ip) ||
		    kad_may_ask_at(a, node->contact.address,
			KAD_FIREWALLED2_REQ, node->heard_ms == 0, now) > now)
			continue;
		*out = (struct kad_outgoing){
		    node->contact, node->key, KAD_FIREWALLED2_REQ, {0, 0}};
		kad_put_firewalled2_req(w, source->tcp_port, source->user_hash,
		    source->connect_options);
		r->list[r->n++] =
		    (struct kad_witness){.address = node->contact.address};
		if (r->n >= KAD_REACH_AGREE)
			r->next_ms = now + KAD_REACH_STEP_MS;
		return true;
	}
	r->next_ms = now + 500; /* none is known that is fit */
	return false;
}

bool
kad_reach_next(struct kad_reach_state *r, struct kad_contacts *c,
    const struct kad_asked *a, const struct kad_source *source, uint64_t now,
    struct kad_outgoing *out, struct writer *w)
{
	if (!r->asking)
		return false;
	for (size_t i = 0; i < r->n; i++) {
		struct kad_witness *one = &r->list[i];
		const struct kad_node *node =
		    kad_contacts_find(c, one->address);

		if (one->ip == 0 || one->pinged || !node)
			continue;
		one->pinged = true;
		*out = (struct kad_outgoing){
		    node->contact, node->key, KAD_PING, {0, 0}};
		kad_put_bare(w, KAD_PING);
		return true;
	}
	if (r->n == KAD_REACH_NODES || now < r->next_ms)
		return false;
	return ask_another(r, c, a, source, now, out, w);
}
