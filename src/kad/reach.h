/*
 * How others see us: our address, whether they reach our TCP port, and our UDP
 * port. Pure.
 *
 * A few nodes of different networks are asked by FIREWALLED2_REQ. Each says our
 * address at once (FIREWALLED_RES), dials our TCP port, and if that went well
 * says so (FIREWALLED_ACK_RES). Any of them may lie: two must agree.
 * Source: aMule KademliaUDPListener.cpp (ProcessFirewalled2Request), Prefs.cpp
 * (SetIPAddress, GetFirewalled); ed2k-kad(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_REACH_H
#define KAD_REACH_H

#include "kad/asked.h"
#include "kad/contacts.h"
#include "kad/outgoing.h"

/* What others say about whether they reach our TCP port. */
enum kad_reach {
	KAD_REACH_UNKNOWN,
	KAD_REACHABLE,
	KAD_NOT_REACHABLE,
};

#define KAD_REACH_NODES    8 /* asked in one round, at most */
#define KAD_REACH_AGREE    2
#define KAD_REACH_STEP_MS  5000     /* between two of them */
#define KAD_REACH_ROUND_MS 70000    /* dials take up to 40 seconds */
#define KAD_REACH_AGAIN_MS 21600000 /* after "reachable" */
#define KAD_REACH_RETRY_MS 1800000  /* after "not reachable" */
#define KAD_REACH_SOON_MS  60000    /* when nobody said anything */

struct kad_witness {
	struct kad_address address;
	uint32_t ip;   /* ours, as it says; 0: it has not said */
	uint16_t port; /* the same of UDP */
	bool reached;  /* it dialled us */
	bool pinged;
};

struct kad_reach_state {
	enum kad_reach reach;
	uint64_t found_ms;
	uint32_t ip;
	uint16_t udp_port;
	bool asking;
	uint64_t next_ms; /* the next question, or the next round */
	uint64_t end_ms;  /* of the round */
	size_t n;
	struct kad_witness list[KAD_REACH_NODES];
};

/* To be zeroed at the start. Returns true when our address has changed. */
bool kad_reach_address(
    struct kad_reach_state *r, struct kad_address from, uint32_t ip);
void kad_reach_ack(
    struct kad_reach_state *r, struct kad_address from, uint64_t now);
void kad_reach_port(
    struct kad_reach_state *r, struct kad_address from, uint16_t port);

void kad_reach_tick(struct kad_reach_state *r, uint64_t now);

/* What to ask now. */
bool kad_reach_next(struct kad_reach_state *r, struct kad_contacts *c,
    const struct kad_asked *a, const struct kad_source *source, uint64_t now,
    struct kad_outgoing *out, struct writer *w);

#endif
