/*
 * The nodes that we know: a flat set, sorted by id, from which lookups start.
 * Pure, and bounded in every way that others could fill it. A publisher needs
 * no routing tree, for it answers no questions.
 *
 * Address rules: one id an address, at most 10 nodes of one /24, nothing but
 * public addresses, not our own. Source: aMule RoutingBin.cpp, RoutingZone.cpp.
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_CONTACTS_H
#define KAD_CONTACTS_H

#include "kad/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A walk with a million files over a network of half a million nodes has 65,000
 * of them in its window. No more than 16 bits can number, and one.
 */
#define KAD_CONTACTS_MAX 65535
#define KAD_SUBNET_MAX   10
#define KAD_CHAINS       32768
#define KAD_REGIONS      256   /* by the first byte of the id */
#define KAD_REGION_KEPT  16    /* nodes of each that make no room for others */
#define KAD_GONE_MAX     65536 /* a power of two */

/* How long a node that did not answer is not taken from others again. */
#define KAD_GONE_MS 1800000
/* Silences in a row after which a node is thrown out: answers get lost. */
#define KAD_SILENCES_MAX      3
#define KAD_STRANGER_SILENCES 2 /* of one that never answered */

struct kad_node {
	struct kad_contact contact;
	uint32_t key;         /* the verify key that it gave us; 0: none */
	uint64_t heard_ms;    /* its last answer; 0: none yet */
	struct kad_id target; /* of the last lookup that it answered */
	bool has_target;
	uint64_t used_ms;   /* when it was added or answered last */
	uint64_t silent_ms; /* its last silence */
	uint8_t n_silences; /* since it answered last */
	uint16_t next;      /* in the chain of its /24, or of free ones, + 1 */
};

/* To be zeroed, then kad_contacts_init. Pointers to nodes hold until an add. */
struct kad_contacts {
	uint32_t own_ip; /* 0: not known */
	uint64_t random;
	size_t n;
	uint16_t n_touched;               /* nodes that were ever used */
	uint16_t free;                    /* + 1 */
	uint16_t order[KAD_CONTACTS_MAX]; /* nodes by id */
	uint16_t chains[KAD_CHAINS];      /* + 1 */
	uint16_t regions[KAD_REGIONS];    /* how many nodes */
	struct kad_node nodes[KAD_CONTACTS_MAX];
	struct {
		uint32_t ip;
		uint64_t until_ms;
	} gone[KAD_GONE_MAX]; /* by a hash of the address; the last one stays */
};

void kad_contacts_init(struct kad_contacts *c, uint64_t seed);

/* A number that nobody has to be kept from guessing. */
uint64_t kad_random(struct kad_contacts *c);

/*
 * Add a node that somebody named. Returns it, or the one that is known with
 * this id and address; NULL when the rules refuse it. `itself`: it answered us,
 * so that it is there.
 */
struct kad_node *kad_contacts_add(struct kad_contacts *c,
    const struct kad_contact *contact, bool itself, uint64_t now);

/* The node with this address; NULL: none. */
struct kad_node *kad_contacts_find(
    struct kad_contacts *c, struct kad_address address);

/* It did not answer: after some times it is thrown out. */
void kad_contacts_silent(
    struct kad_contacts *c, struct kad_address address, uint64_t now);

/* The nodes nearest to the target, nearest first; returns how many, <= max. */
size_t kad_contacts_nearest(const struct kad_contacts *c, struct kad_id target,
    const struct kad_node **out, size_t max);

/* Any one; NULL when there is none. */
struct kad_node *kad_contacts_any(struct kad_contacts *c);

/* The keys hold for the address we had: forget them. */
void kad_contacts_new_address(struct kad_contacts *c, uint32_t own_ip);

/* How many answered at or after this time? */
size_t kad_contacts_living(const struct kad_contacts *c, uint64_t since_ms);

#endif
