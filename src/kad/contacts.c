/*
 * The nodes that we know; see contacts.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/contacts.h"

#include "base/util.h"

#include <string.h>

void
kad_contacts_init(struct kad_contacts *c, uint64_t seed)
{
	c->random = seed;
}

/* SplitMix64. */
uint64_t
kad_random(struct kad_contacts *c)
{
	uint64_t z = c->random += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static size_t
chain_of(uint32_t ip)
{
	return kad_subnet(ip) * UINT32_C(0x9E3779B1) >> 17;
}

static size_t
region_of(struct kad_id id)
{
	return id.high >> 56;
}

/* Where in `order` the first node is whose id is not less. */
static size_t
find_place(const struct kad_contacts *c, struct kad_id id)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kad_less(c->nodes[c->order[middle]].contact.id, id))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
discard(struct kad_contacts *c, struct kad_node *node)
{
	uint16_t number = (uint16_t)(node - c->nodes + 1);
	size_t place = find_place(c, node->contact.id);
	uint16_t *link = &c->chains[chain_of(node->contact.address.ip)];

	while (*link != number)
		link = &c->nodes[*link - 1].next;
	*link = node->next;
	c->n--;
	memmove(c->order + place, c->order + place + 1,
	    (c->n - place) * sizeof c->order[0]);
	c->regions[region_of(node->contact.id)]--;
	node->next = c->free;
	c->free = number;
}

/* A node to fill, its number + 1; 0: all are used. */
static uint16_t
take_free(struct kad_contacts *c)
{
	uint16_t number = c->free;

	if (number > 0)
		c->free = c->nodes[number - 1].next;
	else if (c->n_touched < KAD_CONTACTS_MAX)
		number = ++c->n_touched;
	return number;
}

/* Of some nodes, throw out the one of which nothing was heard for longest. */
static bool
make_room(struct kad_contacts *c)
{
	struct kad_node *worst = NULL;

	for (int i = 0; i < 16; i++) {
		struct kad_node *node = kad_contacts_any(c);

		if (node &&
		    c->regions[region_of(node->contact.id)] > KAD_REGION_KEPT &&
		    (!worst || node->used_ms < worst->used_ms))
			worst = node;
	}
	if (worst)
		discard(c, worst);
	return worst != NULL;
}

static size_t
gone_place(uint32_t ip)
{
	return ip * UINT32_C(0x9E3779B1) >> 16;
}

static bool
is_gone(const struct kad_contacts *c, uint32_t ip, uint64_t now)
{
	size_t i = gone_place(ip);

	return c->gone[i].ip == ip && now < c->gone[i].until_ms;
}

static bool
is_acceptable(const struct kad_contacts *c, const struct kad_contact *contact)
{
	return contact->version >= KAD_VERSION_SOURCES &&
	    kad_address_is_usable(contact->address) &&
	    contact->address.ip != c->own_ip;
}

struct kad_node *
kad_contacts_add(struct kad_contacts *c, const struct kad_contact *contact,
    bool itself, uint64_t now)
{
	uint32_t ip = contact->address.ip;
	uint16_t *chain = &c->chains[chain_of(ip)];
	size_t n_subnet = 0, place;
	struct kad_node *node;
	uint16_t number;

	if (!is_acceptable(c, contact))
		return NULL;
	for (uint16_t i = *chain; i > 0; i = node->next) {
		node = &c->nodes[i - 1];
		n_subnet +=
		    kad_subnet(node->contact.address.ip) == kad_subnet(ip);
		if (node->contact.address.ip == ip)
			return kad_same_id(node->contact.id, contact->id) &&
				node->contact.address.port ==
				    contact->address.port
			    ? node
			    : NULL;
	}
	if (n_subnet >= KAD_SUBNET_MAX || (!itself && is_gone(c, ip, now)))
		return NULL;
	place = find_place(c, contact->id);
	if (place < c->n &&
	    kad_same_id(c->nodes[c->order[place]].contact.id, contact->id))
		return NULL;
	number = take_free(c);
	if (number == 0) {
		if (!make_room(c))
			return NULL;
		number = take_free(c);
		place = find_place(c, contact->id);
	}
	node = &c->nodes[number - 1];
	*node = (struct kad_node){
	    .contact = *contact, .used_ms = now, .next = *chain};
	*chain = number;
	memmove(c->order + place + 1, c->order + place,
	    (c->n - place) * sizeof c->order[0]);
	c->order[place] = (uint16_t)(number - 1);
	c->n++;
	c->regions[region_of(contact->id)]++;
	return node;
}

struct kad_node *
kad_contacts_find(struct kad_contacts *c, struct kad_address address)
{
	struct kad_node *node;

	for (uint16_t i = c->chains[chain_of(address.ip)]; i > 0;
	     i = node->next) {
		node = &c->nodes[i - 1];
		if (kad_same_address(node->contact.address, address))
			return node;
	}
	return NULL;
}

void
kad_contacts_silent(
    struct kad_contacts *c, struct kad_address address, uint64_t now)
{
	struct kad_node *node = kad_contacts_find(c, address);
	size_t i = gone_place(address.ip);

	if (!node)
		return;
	node->n_silences++;
	node->silent_ms = now;
	if (node->n_silences <
	    (node->heard_ms > 0 ? KAD_SILENCES_MAX : KAD_STRANGER_SILENCES))
		return;
	c->gone[i].ip = address.ip;
	c->gone[i].until_ms = now + KAD_GONE_MS;
	discard(c, node);
}

/* The nodes order[low..high) begin with the same bits as the target does. */
struct range {
	size_t low, high;
};

/* Narrow a range to those whose next bit is that of the target, too. */
static struct range
narrow(const struct kad_contacts *c, struct range r, struct kad_id target,
    unsigned bit)
{
	struct kad_id split = target;
	uint64_t *word = bit < 64 ? &split.high : &split.low;
	uint64_t mask = UINT64_C(1) << (63 - bit % 64);
	bool one = *word & mask;
	size_t place;

	/* the least id of this prefix whose bit is 1 */
	*word = (*word | mask) & ~(mask - 1);
	if (bit < 64)
		split.low = 0;
	place = find_place(c, split);
	return one ? (struct range){place, r.high}
		   : (struct range){r.low, place};
}

size_t
kad_contacts_nearest(const struct kad_contacts *c, struct kad_id target,
    const struct kad_node **out, size_t max)
{
	struct range r = {0, c->n};
	size_t n = 0;

	for (unsigned bit = 0; bit < 128; bit++) {
		struct range inner = narrow(c, r, target, bit);

		if (inner.high - inner.low < max)
			break;
		r = inner;
	}
	for (size_t i = r.low; i < r.high; i++) {
		const struct kad_node *node = &c->nodes[c->order[i]];
		size_t j = n;

		while (j > 0 &&
		    kad_is_nearer(
			target, node->contact.id, out[j - 1]->contact.id))
			j--;
		if (j >= max)
			continue;
		n = min_size(n + 1, max);
		memmove(out + j + 1, out + j, (n - j - 1) * sizeof out[0]);
		out[j] = node;
	}
	return n;
}

struct kad_node *
kad_contacts_any(struct kad_contacts *c)
{
	return c->n == 0 ? NULL : &c->nodes[c->order[kad_random(c) % c->n]];
}

void
kad_contacts_new_address(struct kad_contacts *c, uint32_t own_ip)
{
	struct kad_node *own;

	if (own_ip == c->own_ip)
		return;
	c->own_ip = own_ip;
	for (size_t i = 0; i < c->n; i++)
		c->nodes[c->order[i]].key = 0;
	for (uint16_t i = c->chains[chain_of(own_ip)]; i > 0;) {
		own = &c->nodes[i - 1];
		i = own->next;
		if (own->contact.address.ip == own_ip)
			discard(c, own);
	}
}

size_t
kad_contacts_living(const struct kad_contacts *c, uint64_t since_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		uint64_t heard = c->nodes[c->order[i]].heard_ms;

		n += heard > 0 && heard >= since_ms;
	}
	return n;
}
