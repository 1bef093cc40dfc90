/*
 * A publisher on Kad; see kad.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/kad.h"

#include "base/util.h"
#include "kad/asked.h"
#include "kad/contacts.h"
#include "kad/datagram.h"
#include "kad/nodes_dat.h"
#include "kad/publisher.h"
#include "kad/reach.h"

#include <string.h>

#define LIVING_MS          1200000 /* a node that answered since is alive */
#define BOOTSTRAP_MS       5000    /* between two rounds of bootstrapping */
#define BOOTSTRAP_AT_ONCE  3
#define BOOTSTRAP_ANSWERS  2
#define BOOTSTRAP_KNOWN    50
#define NODES_WORTH_SAVING 25
#define REPLIES_MAX        4
#define REPLY_MS           250 /* between two: requests are cheap to forge */

struct reply {
	struct kad_address to;
	uint8_t opcode; /* KAD_PONG or KAD_RES */
	struct kad_id target;
};

struct kad {
	struct kad_config config;
	uint64_t last_heard_ms; /* any answer; 0: none yet */
	uint64_t n_sent, n_received, n_answers;
	/* thousandths of a datagram that may be sent, as of budget_ms */
	uint64_t budget, budget_ms;
	/* bootstrapping */
	unsigned n_bootstrap, n_bootstrapped;
	uint64_t bootstrap_ms;
	struct kad_reach_state reach;
	uint64_t reply_ms; /* when a request may be answered again */
	size_t n_replies;
	struct reply replies[REPLIES_MAX];
	struct kad_contacts contacts;
	struct kad_asked asked;
	struct kad_publisher publisher;
};

size_t
kad_size(void)
{
	return sizeof(struct kad);
}

void
kad_init(struct kad *k, const struct kad_config *config, uint64_t now)
{
	struct kad_publisher *p = &k->publisher;

	k->config = *config;
	k->config.rate = (unsigned)max_u64(config->rate, 1);
	k->budget_ms = now;
	kad_asked_init(&k->asked);
	kad_contacts_init(&k->contacts, config->seed);
	p->work = config->work;
	p->source = (struct kad_source){
	    config->user_hash, config->tcp_port, config->connect_options};
	p->kad_id = config->id;
	p->copies = config->copies > 0 ? config->copies : KAD_COPIES;
	p->rate = k->config.rate;
	p->refresh_ms = now + LIVING_MS;
}

int
kad_add_nodes(struct kad *k, const void *bytes, size_t len)
{
	return kad_nodes_read(&k->contacts, bytes, len, k->budget_ms);
}

static uint64_t
living_since(uint64_t now)
{
	return now > LIVING_MS ? now - LIVING_MS : 1;
}

static bool
is_connected(const struct kad *k, uint64_t now)
{
	return k->last_heard_ms > 0 && now - k->last_heard_ms < LIVING_MS;
}

size_t
kad_put_nodes(const struct kad *k, uint64_t now, uint8_t out[KAD_NODES_DAT_MAX])
{
	uint64_t since = living_since(now);

	_Static_assert(
	    KAD_NODES_DAT_MAX == KAD_NODES_SIZE, "both name one size");
	if (kad_contacts_living(&k->contacts, since) < NODES_WORTH_SAVING)
		return 0;
	return kad_nodes_write(&k->contacts, since, out);
}

/* Receiving. */

/* A node answered: remember it as living. */
static struct kad_node *
heard(struct kad *k, struct kad_address from, uint32_t key, uint64_t now)
{
	struct kad_node *node = kad_contacts_find(&k->contacts, from);

	k->n_answers++;
	k->last_heard_ms = now;
	if (!node)
		return NULL;
	if (node->heard_ms == 0)
		kad_publisher_met(&k->publisher, from);
	node->heard_ms = node->used_ms = now;
	node->n_silences = 0;
	if (key != 0)
		node->key = key;
	return node;
}

static void
on_bootstrap_res(struct kad *k, const struct kad_message *m,
    struct kad_address from, uint32_t key, uint64_t now)
{
	struct kad_contact_list list;
	struct kad_contact sender;

	if (!kad_get_bootstrap_res(m, &sender, &list) ||
	    !kad_take_answer(
		&k->asked, from, KAD_BOOTSTRAP_REQ, (struct kad_id){0, 0}, now))
		return;
	sender.address = from;
	kad_contacts_add(&k->contacts, &sender, true, now);
	heard(k, from, key, now);
	k->n_bootstrapped++;
	for (size_t i = 0; i < list.n; i++) {
		struct kad_contact contact = kad_get_contact(&list.r);

		kad_contacts_add(&k->contacts, &contact, false, now);
	}
}

/* The contacts of an answer that obey its address rules; returns how many. */
static size_t
acceptable(struct kad *k, struct kad_contact_list *list,
    struct kad_address from, uint64_t now,
    struct kad_node out[KAD_ASK_CONTACTS])
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct kad_contact contact = kad_get_contact(&list->r);
		const struct kad_node *node;
		unsigned n_subnet = 0;

		for (size_t j = 0; j < n; j++)
			n_subnet += kad_subnet(out[j].contact.address.ip) ==
			    kad_subnet(contact.address.ip);
		if (n_subnet >= KAD_CANDIDATE_SUBNET ||
		    contact.address.ip == from.ip)
			continue;
		node = kad_contacts_add(&k->contacts, &contact, false, now);
		if (node)
			out[n++] = *node;
	}
	return n;
}

static void
on_res(struct kad *k, const struct kad_message *m, struct kad_address from,
    uint32_t key, uint64_t now)
{
	struct kad_node nodes[KAD_ASK_CONTACTS];
	struct kad_contact_list list;
	struct kad_node *node;
	struct kad_id target;
	size_t n;

	if (!kad_get_res(m, &target, &list) ||
	    !kad_take_answer(&k->asked, from, KAD_REQ, target, now))
		return;
	node = heard(k, from, key, now);
	if (node) {
		node->target = target;
		node->has_target = true;
	}
	n = acceptable(k, &list, from, now, nodes);
	kad_publisher_found(&k->publisher, target, from, nodes, n, now);
}

static void
on_publish_res(struct kad *k, const struct kad_message *m,
    struct kad_address from, uint32_t key, uint64_t now)
{
	struct kad_id target;
	uint8_t load;

	if (!kad_get_publish_res(m, &target, &load) ||
	    (!kad_take_answer(
		 &k->asked, from, KAD_PUBLISH_SOURCE_REQ, target, now) &&
		!kad_take_answer(
		    &k->asked, from, KAD_PUBLISH_KEY_REQ, target, now) &&
		!kad_take_answer(
		    &k->asked, from, KAD_PUBLISH_NOTES_REQ, target, now)))
		return;
	heard(k, from, key, now);
	kad_publisher_stored(&k->publisher, target, from, load);
}

static void
on_firewalled_res(struct kad *k, const struct kad_message *m,
    struct kad_address from, uint32_t key, uint64_t now)
{
	uint32_t ip;

	if (!kad_get_firewalled_res(m, &ip) ||
	    !kad_take_answer(&k->asked, from, KAD_FIREWALLED2_REQ,
		(struct kad_id){0, 0}, now))
		return;
	heard(k, from, key, now);
	if (kad_reach_address(&k->reach, from, ip))
		kad_contacts_new_address(&k->contacts, ip);
}

static void
on_pong(struct kad *k, const struct kad_message *m, struct kad_address from,
    uint32_t key, uint64_t now)
{
	uint16_t port;

	if (!kad_get_pong(m, &port) ||
	    !kad_take_answer(
		&k->asked, from, KAD_PING, (struct kad_id){0, 0}, now))
		return;
	heard(k, from, key, now);
	kad_reach_port(&k->reach, from, port);
}

/*
 * Requests get an answer that is no longer, in plain, within the limits that
 * others have for us; what lets them send us more is not answered at all.
 */
static void
on_request(struct kad *k, const struct kad_message *m, struct kad_address from,
    uint64_t now)
{
	struct reply reply = {.to = from, .opcode = KAD_PONG};

	if (m->opcode == KAD_REQ) {
		reply.opcode = KAD_RES;
		if (!kad_get_req(m, &reply.target))
			return;
	}
	if (k->n_replies == REPLIES_MAX || now < k->reply_ms ||
	    !kad_address_is_usable(from) ||
	    kad_may_ask_at(&k->asked, from, reply.opcode, false, now) > now)
		return;
	k->replies[k->n_replies++] = reply;
	k->reply_ms = now + REPLY_MS;
}

static void
dispatch(struct kad *k, const struct kad_message *m, struct kad_address from,
    uint32_t key, uint64_t now)
{
	switch (m->opcode) {
	case KAD_BOOTSTRAP_RES:
		on_bootstrap_res(k, m, from, key, now);
		break;
	case KAD_RES:
		on_res(k, m, from, key, now);
		break;
	case KAD_PUBLISH_RES:
		on_publish_res(k, m, from, key, now);
		break;
	case KAD_FIREWALLED_RES:
		on_firewalled_res(k, m, from, key, now);
		break;
	case KAD_FIREWALLED_ACK_RES:
		if (kad_was_asked(&k->asked, from, now))
			kad_reach_ack(&k->reach, from, now);
		break;
	case KAD_PONG:
		on_pong(k, m, from, key, now);
		break;
	case KAD_PING:
	case KAD_REQ:
		on_request(k, m, from, now);
		break;
	default:
		break;
	}
}

void
kad_receive(struct kad *k, uint8_t *datagram, size_t len,
    struct kad_address from, uint64_t now)
{
	uint8_t buffer[KAD_INFLATED_MAX];
	struct kad_clear clear = {datagram, len, 0};
	bool asked = kad_was_asked(&k->asked, from, now);
	struct kad_message m;

	k->n_received++;
	/* only those that we asked have a key to obfuscate with */
	if (len > 0 && kad_is_obfuscated(datagram[0]) &&
	    (!asked ||
		!kad_deobfuscate(datagram, len,
		    kad_verify_key(k->config.secret, from.ip), &clear)))
		return;
	/* a stranger's bytes are not worth the work of unpacking */
	if (!asked && len > 0 && datagram[0] == KAD_PROTOCOL_PACKED)
		return;
	if (kad_get_message(clear.datagram, clear.len, buffer, &m))
		dispatch(k, &m, from, clear.sender_key, now);
}

/* Sending. */

static void
refill(struct kad *k, uint64_t now)
{
	uint64_t gained = (now - k->budget_ms) * k->config.rate;

	k->budget_ms = now;
	k->budget = min_u64(
	    k->budget + gained, max_u64(k->config.rate, 4) * UINT64_C(250));
}

void
kad_tick(struct kad *k, uint64_t now)
{
	refill(k, now);
	kad_reach_tick(&k->reach, now);
	k->publisher.allowed = is_connected(k, now) &&
	    (k->config.unchecked || k->reach.reach == KAD_REACHABLE);
	if (!is_connected(k, now) && now >= k->bootstrap_ms) {
		k->n_bootstrap = BOOTSTRAP_AT_ONCE;
		k->n_bootstrapped = 0;
		k->bootstrap_ms = now + BOOTSTRAP_MS;
	} else if (now >= k->bootstrap_ms &&
	    k->n_bootstrapped < BOOTSTRAP_ANSWERS &&
	    k->contacts.n < BOOTSTRAP_KNOWN) {
		k->n_bootstrap = BOOTSTRAP_AT_ONCE;
		k->bootstrap_ms = now + BOOTSTRAP_MS;
	}
	kad_publisher_tick(&k->publisher, &k->contacts, &k->asked, now);
}

static bool
next_bootstrap(
    struct kad *k, uint64_t now, struct kad_outgoing *out, struct writer *w)
{
	while (k->n_bootstrap > 0) {
		const struct kad_node *node = kad_contacts_any(&k->contacts);

		k->n_bootstrap--;
		if (!node ||
		    kad_may_ask_at(&k->asked, node->contact.address,
			KAD_BOOTSTRAP_REQ, node->heard_ms == 0, now) > now)
			continue;
		*out = (struct kad_outgoing){
		    node->contact, node->key, KAD_BOOTSTRAP_REQ, {0, 0}};
		kad_put_bare(w, KAD_BOOTSTRAP_REQ);
		return true;
	}
	return false;
}

static bool
next_reply(struct kad *k, struct kad_outgoing *out, struct writer *w)
{
	struct reply reply;

	if (k->n_replies == 0)
		return false;
	reply = k->replies[--k->n_replies];
	*out = (struct kad_outgoing){.opcode = reply.opcode};
	out->to.address = reply.to;
	if (reply.opcode == KAD_PONG)
		kad_put_pong(w, reply.to.port);
	else
		kad_put_empty_res(w, reply.target);
	return true;
}

size_t
kad_next_datagram(struct kad *k, uint64_t now, uint8_t out[KAD_DATAGRAM_MAX],
    struct kad_address *to)
{
	struct writer w = writer_of(out + KAD_OBFUSCATION_SIZE,
	    KAD_DATAGRAM_MAX - KAD_OBFUSCATION_SIZE);
	struct kad_outgoing o;

	refill(k, now);
	if (k->budget < 1000)
		return 0;
	if (!next_reply(k, &o, &w) &&
	    !kad_reach_next(&k->reach, &k->contacts, &k->asked,
		&k->publisher.source, now, &o, &w) &&
	    !next_bootstrap(k, now, &o, &w) &&
	    !kad_publisher_next(&k->publisher, &k->asked, now, &o, &w))
		return 0;
	k->budget -= 1000;
	k->n_sent++;
	*to = o.to.address;
	kad_note_question(&k->asked, o.to.address, o.opcode, o.about, now);
	if (k->config.plain || o.to.version < KAD_VERSION_OBFUSCATED) {
		memmove(out, out + KAD_OBFUSCATION_SIZE, w.pos);
		return w.pos;
	}
	kad_obfuscate(out, w.pos, o.to.id, o.key,
	    kad_verify_key(k->config.secret, o.to.address.ip),
	    (uint32_t)kad_random(&k->contacts));
	return KAD_OBFUSCATION_SIZE + w.pos;
}

uint64_t
kad_deadline(const struct kad *k, uint64_t now)
{
	uint64_t at = kad_publisher_deadline(&k->publisher, now);

	at = min_u64(at, k->reach.asking ? now + 500 : k->reach.next_ms);
	if (!is_connected(k, now))
		at = min_u64(at, k->bootstrap_ms);
	if (k->budget < 1000)
		return now + (999 - k->budget) / k->config.rate + 1;
	if (k->n_replies > 0)
		return now;
	return max_u64(at, now);
}

struct kad_status
kad_status(const struct kad *k, uint64_t now)
{
	return (struct kad_status){
	    .connected = is_connected(k, now),
	    .reach = k->reach.reach,
	    .reach_ms = k->reach.found_ms,
	    .ip = k->reach.ip,
	    .udp_port = k->reach.udp_port,
	    .n_contacts = (unsigned)k->contacts.n,
	    .n_living =
		(unsigned)kad_contacts_living(&k->contacts, living_since(now)),
	    .n_jobs = (unsigned)k->publisher.n_jobs,
	    .n_sent = k->n_sent,
	    .n_received = k->n_received,
	    .n_answers = k->n_answers,
	    .n_stored = k->publisher.n_stored,
	};
}

void
kad_wake(struct kad *k)
{
	k->publisher.ask_ms = 0;
}

void
kad_check_reach(struct kad *k, uint64_t now)
{
	k->reach.asking = false;
	k->reach.next_ms = now;
}
