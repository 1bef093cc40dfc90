/*
 * A Kad network in memory: nodes with routing tables as aMule keeps them, a
 * part of them dead, answers late and lost, in real datagrams.
 *
 * A node of the table is at its place in the order of ids. What it knows is
 * computed and not kept, so that a million nodes fit.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_KAD_NET_H
#define TESTS_KAD_NET_H

#include "base/crypto.h"
#include "kad/datagram.h"
#include "kad/kad.h"
#include "kad/msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct net_node {
	struct kad_id id;
	bool alive;
	unsigned n_stored;     /* things stored here */
	unsigned n_requests;   /* of any kind */
	uint64_t published_ms; /* the last PUBLISH */
	unsigned n_too_fast;   /* PUBLISH within 60 s of the one before */
};

struct net_answer {
	uint64_t at_ms;
	struct kad_address from;
	size_t len;
	uint8_t bytes[600];
};

struct net {
	struct net_node *nodes; /* by id */
	size_t n;
	uint64_t random;
	unsigned dead, lost, late; /* percent */
	bool ack;                  /* dials of nodes succeed */
	uint32_t publisher_ip;
	struct net_answer *answers; /* a heap by time */
	size_t n_answers, cap_answers;
	uint64_t n_datagrams, n_publish, n_req, n_near;
};

static inline uint64_t
net_random(struct net *net)
{
	uint64_t z = net->random += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static int
net_compare(const void *a, const void *b)
{
	const struct net_node *x = a, *y = b;

	return kad_less(x->id, y->id) ? -1 : kad_less(y->id, x->id);
}

/* Each node has a /24 of its own, a public one; of a few, each has a /16. */
static uint32_t net_stride;

static inline struct kad_address
net_address(size_t i)
{
	return (struct kad_address){
	    (uint32_t)((0x0B0000 + i * net_stride) << 8 | 5), 4672};
}

static inline size_t
net_find(const struct net *net, struct kad_address address)
{
	size_t i = ((address.ip >> 8) - 0x0B0000) / net_stride;

	return i < net->n && kad_same_address(net_address(i), address)
	    ? i
	    : SIZE_MAX;
}

static inline void
net_init(struct net *net, size_t n, unsigned dead, uint64_t seed)
{
	*net = (struct net){.n = n,
	    .random = seed,
	    .dead = dead,
	    .ack = true,
	    .publisher_ip = 0x505A5A05};
	net_stride = n <= 1000 ? 0x301 : 4;
	net->nodes = calloc(n, sizeof net->nodes[0]);
	if (!net->nodes)
		abort();
	for (size_t i = 0; i < n; i++) {
		net->nodes[i].id =
		    (struct kad_id){net_random(net), net_random(net)};
	}
	qsort(net->nodes, n, sizeof net->nodes[0], net_compare);
	for (size_t i = 0; i < n; i++)
		net->nodes[i].alive = net_random(net) % 100 >= dead &&
		    kad_address_is_usable(net_address(i));
}

static inline void
net_free(struct net *net)
{
	free(net->nodes);
	free(net->answers);
}

/* The first node whose id is not less. */
static inline size_t
net_place(const struct net *net, struct kad_id id)
{
	size_t low = 0, high = net->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (kad_less(net->nodes[middle].id, id))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The nodes whose ids begin with the same `bits` (1 to 63) as the target. */
static inline void
net_range(const struct net *net, struct kad_id target, unsigned bits,
    size_t *low, size_t *high)
{
	uint64_t mask = bits == 0 ? 0 : UINT64_MAX << (64 - bits);

	*low = net_place(net, (struct kad_id){target.high & mask, 0});
	*high =
	    net_place(net, (struct kad_id){target.high | ~mask, UINT64_MAX});
	if (*high < net->n &&
	    net->nodes[*high].id.high == (target.high | ~mask))
		++*high;
}

/* Does node x know node y, as far as chance goes? */
static inline uint64_t
net_hash(uint64_t x, uint64_t y)
{
	struct net dice = {.random = x * UINT64_C(0xD1342543DE82EF95) ^ y};

	return net_random(&dice);
}

static inline void
net_insert(const struct net *net, struct kad_id target, size_t *list, size_t *n,
    size_t max, size_t i)
{
	size_t j = *n;

	for (size_t k = 0; k < *n; k++)
		if (list[k] == i)
			return;
	while (j > 0 &&
	    kad_is_nearer(target, net->nodes[i].id, net->nodes[list[j - 1]].id))
		j--;
	if (j == max)
		return;
	if (*n < max)
		++*n;
	memmove(list + j + 1, list + j, (*n - j - 1) * sizeof list[0]);
	list[j] = i;
}

/*
 * What node x knows near the target. Its tree has a leaf of at most 10 nodes
 * for each zone; zones split that are among the 5 nearest of their level.
 */
static inline size_t
net_known(const struct net *net, size_t x, struct kad_id target, size_t *list,
    size_t max)
{
	uint64_t distance = kad_distance(net->nodes[x].id, target).high;
	unsigned bits = 4;
	size_t low, high, n = 0;

	for (;; bits++) {
		net_range(net, target, bits, &low, &high);
		if (high - low <= 10 || bits == 60 ||
		    distance >> (64 - bits) >= 5)
			break;
	}
	for (;; bits--) {
		size_t count = high - low;

		for (size_t i = 0; i < (count > 10 ? 10 : count); i++) {
			size_t y = count <= 10
			    ? low + i
			    : low + net_hash(x, bits * 16 + i) % count;

			/* one in ten it has not heard of */
			if (y != x && net_hash(x, ~y) % 10 != 0)
				net_insert(net, target, list, &n, max, y);
		}
		if (n >= max || bits == 0)
			return n;
		net_range(net, target, bits - 1, &low, &high);
	}
}

/* How many living nodes are nearer to the target than node x? At most 10. */
static inline unsigned
net_nearer(const struct net *net, size_t x, struct kad_id target)
{
	size_t low, high;
	unsigned bits = 0, n = 0;

	while (bits < 60) {
		net_range(net, target, bits + 1, &low, &high);
		if (high - low < 24)
			break;
		bits++;
	}
	net_range(net, target, bits, &low, &high);
	if (x < low || x >= high)
		return 10;
	for (size_t i = low; i < high && n < 10; i++)
		n += net->nodes[i].alive &&
		    kad_is_nearer(target, net->nodes[i].id, net->nodes[x].id);
	return n;
}

static inline bool
net_is_before(const struct net *net, size_t a, size_t b)
{
	return net->answers[a].at_ms < net->answers[b].at_ms;
}

static inline void
net_swap(struct net *net, size_t a, size_t b)
{
	struct net_answer one = net->answers[a];

	net->answers[a] = net->answers[b];
	net->answers[b] = one;
}

static inline void
net_push(struct net *net, const struct net_answer *answer)
{
	size_t i = net->n_answers;

	if (i == net->cap_answers) {
		net->cap_answers = net->cap_answers * 2 + 64;
		net->answers = realloc(
		    net->answers, net->cap_answers * sizeof net->answers[0]);
		if (!net->answers)
			abort();
	}
	net->answers[net->n_answers++] = *answer;
	for (; i > 0 && net_is_before(net, i, (i - 1) / 2); i = (i - 1) / 2)
		net_swap(net, i, (i - 1) / 2);
}

static inline struct net_answer
net_pop(struct net *net)
{
	struct net_answer first = net->answers[0];
	size_t i = 0;

	net->answers[0] = net->answers[--net->n_answers];
	for (;;) {
		size_t j = 2 * i + 1;

		if (j + 1 < net->n_answers && net_is_before(net, j + 1, j))
			j++;
		if (j >= net->n_answers || !net_is_before(net, j, i))
			return first;
		net_swap(net, i, j);
		i = j;
	}
}

/* RC4 as a node has it that gets or sends an obfuscated datagram. */
static inline void
net_cipher(uint8_t *datagram, size_t len, const void *secret, size_t n)
{
	uint8_t bytes[32], key[MD5_SIZE];
	struct rc4 rc4;

	memcpy(bytes, secret, n);
	memcpy(bytes + n, datagram + 1, 2);
	crypto_md5(key, bytes, n + 2);
	rc4_init(&rc4, key);
	rc4_apply(&rc4, datagram + 3, len - 3);
}

static inline void
net_answer(struct net *net, size_t x, uint32_t key, const struct writer *w,
    uint64_t now)
{
	struct net_answer answer = {.from = net_address(x)};
	struct writer o = writer_of(answer.bytes, sizeof answer.bytes);
	uint64_t dice = net_random(net) % 100;
	uint32_t random = (uint32_t)net_random(net);
	uint8_t wire[4];
	struct writer k = writer_of(wire, sizeof wire);

	if (dice < net->lost)
		return;
	answer.at_ms = now + 20 + net_random(net) % 600;
	if (dice < net->lost + net->late)
		answer.at_ms += 2500 + net_random(net) % 8000;
	if (key != 0) {
		put_u8(&o, 2);
		put_u16(&o, (uint16_t)random);
		put_u32(&o, 0x395F2EC1);
		put_u8(&o, 0);
		put_u32(&o, key);
		put_u32(&o, (uint32_t)x + 1);
	}
	put_bytes(&o, w->data, w->pos);
	if (o.bad)
		abort();
	put_u32(&k, key);
	if (key != 0)
		net_cipher(answer.bytes, o.pos, wire, sizeof wire);
	answer.len = o.pos;
	net_push(net, &answer);
}

static inline void
net_put_contacts(
    const struct net *net, struct writer *w, const size_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct kad_contact contact = {.id = net->nodes[list[i]].id,
		    .address = net_address(list[i]),
		    .tcp_port = 4662,
		    .version = 8};

		kad_put_contact(w, &contact);
	}
}

/* Node x got a plain request. */
static inline void
net_request(struct net *net, size_t x, uint32_t key, const uint8_t *datagram,
    size_t len, uint64_t now)
{
	struct net_node *node = &net->nodes[x];
	struct reader r = reader_of(datagram + 2, len - 2);
	uint8_t bytes[600];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct kad_id target;
	size_t list[32], n;

	switch (datagram[1]) {
	case KAD_BOOTSTRAP_REQ:
		kad_put_bare(&w, KAD_BOOTSTRAP_RES);
		kad_put_id(&w, node->id);
		put_u16(&w, 4662);
		put_u8(&w, 8);
		n = net->n < 20 ? net->n : 20;
		put_u16(&w, (uint16_t)n);
		for (size_t i = 0; i < n; i++)
			list[i] = net->n <= 20 ? i : net_random(net) % net->n;
		net_put_contacts(net, &w, list, n);
		break;
	case KAD_REQ:
		net->n_req++;
		n = get_u8(&r) & 0x1F;
		target = kad_get_id(&r);
		if (!kad_same_id(kad_get_id(&r), node->id))
			return;
		n = net_known(net, x, target, list, n);
		kad_put_bare(&w, KAD_RES);
		kad_put_id(&w, target);
		put_u8(&w, (uint8_t)n);
		net_put_contacts(net, &w, list, n);
		break;
	case KAD_PUBLISH_SOURCE_REQ:
	case KAD_PUBLISH_KEY_REQ:
	case KAD_PUBLISH_NOTES_REQ:
		net->n_publish++;
		target = kad_get_id(&r);
		node->n_too_fast +=
		    node->published_ms > 0 && now - node->published_ms < 60000;
		node->published_ms = now;
		if (!kad_in_zone(target, node->id))
			return;
		node->n_stored++;
		net->n_near += net_nearer(net, x, target) < 10;
		kad_put_bare(&w, KAD_PUBLISH_RES);
		kad_put_id(&w, target);
		put_u8(&w, 1);
		break;
	case KAD_FIREWALLED2_REQ:
		kad_put_bare(&w, KAD_FIREWALLED_ACK_RES);
		if (net->ack)
			net_answer(net, x, 0, &w, now + 2000);
		w.pos = 0;
		kad_put_bare(&w, KAD_FIREWALLED_RES);
		put_u32(&w, net->publisher_ip);
		break;
	case KAD_PING:
		kad_put_pong(&w, 4672);
		break;
	default:
		return;
	}
	net_answer(net, x, key, &w, now);
}

/* The publisher sent this. */
static inline void
net_receive(struct net *net, struct kad_address to, uint8_t *datagram,
    size_t len, uint64_t now)
{
	size_t x = net_find(net, to);
	uint8_t wire[KAD_ID_SIZE];
	struct writer w = writer_of(wire, sizeof wire);
	struct reader r;
	uint32_t key = 0;

	net->n_datagrams++;
	if (x == SIZE_MAX || !net->nodes[x].alive ||
	    net_random(net) % 100 < net->lost)
		return;
	net->nodes[x].n_requests++;
	if (kad_is_obfuscated(datagram[0])) {
		kad_put_id(&w, net->nodes[x].id);
		net_cipher(datagram, len, wire, sizeof wire);
		r = reader_of(datagram + 3, len - 3);
		if (get_u32(&r) != 0x395F2EC1)
			abort();
		get_u8(&r);
		get_u32(&r);
		key = get_u32(&r);
		datagram += KAD_OBFUSCATION_SIZE;
		len -= KAD_OBFUSCATION_SIZE;
	}
	net_request(net, x, key, datagram, len, now);
}

/* A nodes.dat of some of the nodes; returns its length. */
static inline size_t
net_nodes_dat(struct net *net, uint8_t *out, size_t cap, size_t n)
{
	struct writer w = writer_of(out, cap);

	put_u32(&w, 0);
	put_u32(&w, 1);
	put_u32(&w, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		size_t one = n == net->n ? i : net_random(net) % net->n;

		net_put_contacts(net, &w, &one, 1);
	}
	return w.pos;
}

/* What the publisher has to send goes to the nodes, up to now. */
static inline void
net_send(struct net *net, struct kad *k, uint64_t now)
{
	uint8_t bytes[KAD_DATAGRAM_MAX];
	struct kad_address to;
	size_t len;

	kad_tick(k, now);
	while ((len = kad_next_datagram(k, now, bytes, &to)) > 0)
		net_receive(net, to, bytes, len, now);
}

/* All that happens up to `end`; returns end. */
static inline uint64_t
net_run(struct net *net, struct kad *k, uint64_t now, uint64_t end)
{
	while (now < end) {
		uint64_t next;

		while (net->n_answers > 0 && net->answers[0].at_ms <= now) {
			struct net_answer answer = net_pop(net);

			kad_receive(
			    k, answer.bytes, answer.len, answer.from, now);
		}
		net_send(net, k, now);
		next = kad_deadline(k, now);
		if (net->n_answers > 0 && net->answers[0].at_ms < next)
			next = net->answers[0].at_ms;
		now = next <= now ? now + 1 : next;
	}
	return end;
}

#endif
