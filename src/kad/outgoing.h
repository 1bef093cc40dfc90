/*
 * What is to be sent next, before it is obfuscated.
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_OUTGOING_H
#define KAD_OUTGOING_H

#include "kad/msg.h"

struct kad_outgoing {
	struct kad_contact to;
	uint32_t key; /* that the node gave us; 0: none */
	uint8_t opcode;
	struct kad_id about; /* what the answer will carry; zero: nothing */
};

#endif
