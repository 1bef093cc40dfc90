/*
 * A publisher on Kad, the whole of it for the loop of a program: datagrams in
 * and out, time as an argument. It finds nodes, finds out how others see us,
 * and stores on the nodes nearest to each hash that we have it. It stores
 * nothing for others, searches nothing, and never says HELLO, so that no node
 * takes it into its routing table.
 *
 * Pure: no sockets, no clock, no log, no allocation. All tables are bounded.
 * Times are milliseconds of a monotonic clock; `now` never goes back.
 *
 * The loop:
 *	kad_init, kad_add_nodes
 *	for ever:
 *		wait for a datagram, or until kad_deadline
 *		kad_receive for each datagram
 *		kad_tick
 *		kad_next_datagram until it returns false; send each
 *
 * Source of the protocol: ed2k-kad(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_KAD_H
#define KAD_KAD_H

#include "kad/address.h"
#include "kad/id.h"
#include "kad/reach.h"
#include "kad/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No datagram that we send is longer: none is cut into fragments. */
#define KAD_DATAGRAM_MAX 1400

struct kad_config {
	struct kad_id id;        /* ours: random, made once, then kept */
	struct kad_id user_hash; /* of ed2k-serve; it becomes the source id */
	uint16_t tcp_port;       /* where peers reach ed2k-serve */
	uint8_t connect_options; /* of ed2k-serve: 1 supports obfuscation */
	uint8_t secret[16];      /* random; no outsider may guess it */
	uint64_t seed;           /* random; for choices that need no secrecy */
	unsigned rate;           /* datagrams that we send a second, >= 1 */
	unsigned copies;         /* nodes that store each thing; 0: 10 */
	bool plain;              /* do not obfuscate */
	bool unchecked;          /* publish before peers reached us by TCP */
	const struct kad_work *work; /* borrowed */
};

struct kad_status {
	bool connected; /* a node answered within the last 20 minutes */
	enum kad_reach reach;
	uint64_t reach_ms;   /* when it was found out last; 0: never */
	uint32_t ip;         /* ours, as two networks see it; 0: not known */
	uint16_t udp_port;   /* ours, as two nodes see it; 0: not known */
	unsigned n_contacts; /* that we know */
	unsigned n_living;   /* of them, that answered within 20 minutes */
	unsigned n_jobs;     /* taken from `work` and not done */
	uint64_t n_sent, n_received, n_answers; /* datagrams, since kad_init */
	uint64_t n_stored; /* answers that something was stored */
};

/* A fixed size, about 12 MB, most of which a small share never touches. */
struct kad;

size_t kad_size(void);

/* `k` is kad_size() zeroed bytes, aligned for any type. */
void kad_init(struct kad *k, const struct kad_config *config, uint64_t now);

/*
 * Add the contacts of a nodes.dat, of which `bytes` are all. Returns how many
 * were taken, -1 when it is not a nodes.dat that we read.
 */
int kad_add_nodes(struct kad *k, const void *bytes, size_t len);

/*
 * Write up to 200 contacts that answered lately as a nodes.dat of version 2.
 * Returns its length; 0 when fewer than 25 answered: keep the old file then.
 */
#define KAD_NODES_DAT_MAX (12 + 200 * 34)
size_t kad_put_nodes(
    const struct kad *k, uint64_t now, uint8_t out[KAD_NODES_DAT_MAX]);

/* A datagram came. Its bytes may be changed (they are decrypted in place). */
void kad_receive(struct kad *k, uint8_t *datagram, size_t len,
    struct kad_address from, uint64_t now);

/* Do what is due; calls `work`. */
void kad_tick(struct kad *k, uint64_t now);

/*
 * The next datagram to send now. Returns its length, 0 when there is none. One
 * that could not be sent is lost; that does no harm.
 */
size_t kad_next_datagram(struct kad *k, uint64_t now,
    uint8_t out[KAD_DATAGRAM_MAX], struct kad_address *to);

/* When kad_tick is to be called at the latest, and then kad_next_datagram. */
uint64_t kad_deadline(const struct kad *k, uint64_t now);

struct kad_status kad_status(const struct kad *k, uint64_t now);

/* There may be new work: ask `work` at the next kad_tick. */
void kad_wake(struct kad *k);

/* Ask others now how they see us, as after a change of the network. */
void kad_check_reach(struct kad *k, uint64_t now);

#endif
