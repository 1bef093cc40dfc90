/*
 * What the tests of messages in and out have in common.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_MSG_RIG_H
#define TESTS_MSG_RIG_H

#include "frames.h"

#include "proto/msg.h"

static uint8_t f1[HASH_SIZE], f2[HASH_SIZE], g[HASH_SIZE], none[HASH_SIZE];

static inline int
read_hashes(void **state)
{
	(void)state;
	return hex_decode(f1, HASH_F1, HASH_SIZE) &&
		hex_decode(f2, HASH_F2, HASH_SIZE) &&
		hex_decode(g, HASH_G, HASH_SIZE) &&
		hex_decode(none, HASH_NONE, HASH_SIZE)
	    ? 0
	    : -1;
}

/* p with only its first n bytes of payload, in a block of that size. */
static inline struct packet
cut_to(const struct packet *p, uint32_t n)
{
	struct packet cut = *p;

	cut.payload = exact_copy(p->payload, n);
	cut.payload_len = n;
	return cut;
}

static inline void
free_payload(struct packet *p)
{
	free((void *)(uintptr_t)p->payload);
}

#endif
