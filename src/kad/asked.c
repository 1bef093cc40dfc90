/*
 * What was asked of whom; see asked.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/asked.h"

#include "kad/msg.h"

/* Half of what nodes allow in a minute, rounded down, but at least one. */
static unsigned
per_minute(uint8_t opcode)
{
	return opcode == KAD_REQ || opcode == KAD_RES ? 5 : 1;
}

#define MINUTE_MS 60000

void
kad_asked_init(struct kad_asked *a)
{
	a->oldest = 1;
}

static size_t
chain_of(uint32_t ip)
{
	return ip * UINT32_C(0x9E3779B1) >> 16;
}

/* A question by its number; NULL when there is none, or it is too old. */
static const struct kad_question *
question(const struct kad_asked *a, uint64_t number, uint64_t now)
{
	const struct kad_question *q = &a->questions[number % KAD_ASKED_MAX];

	if (number < a->oldest || number == 0)
		return NULL;
	return now - q->at_ms < KAD_ANSWER_MS ? q : NULL;
}

uint64_t
kad_may_ask_at(const struct kad_asked *a, struct kad_address to, uint8_t opcode,
    bool stranger, uint64_t now)
{
	unsigned n = 0;
	uint64_t number = a->chains[chain_of(to.ip)];
	const struct kad_question *q;

	if (a->newest - a->oldest + 1 >= KAD_ASKED_MAX &&
	    question(a, a->oldest, now))
		return UINT64_MAX;
	for (; (q = question(a, number, now)) != NULL; number = q->before) {
		if (q->to.ip != to.ip)
			continue;
		if (stranger && now - q->at_ms < KAD_STRANGER_MS)
			return q->at_ms + KAD_STRANGER_MS;
		if (q->opcode == opcode && now - q->at_ms < MINUTE_MS &&
		    ++n == per_minute(opcode))
			return q->at_ms + MINUTE_MS;
	}
	return now;
}

void
kad_note_question(struct kad_asked *a, struct kad_address to, uint8_t opcode,
    struct kad_id about, uint64_t now)
{
	size_t chain = chain_of(to.ip);

	while (a->oldest <= a->newest &&
	    (!question(a, a->oldest, now) ||
		a->newest - a->oldest + 1 == KAD_ASKED_MAX))
		a->oldest++;
	a->newest++;
	a->questions[a->newest % KAD_ASKED_MAX] = (struct kad_question){
	    .to = to,
	    .opcode = opcode,
	    .about = about,
	    .at_ms = now,
	    .before = a->chains[chain],
	};
	a->chains[chain] = a->newest;
}

bool
kad_was_asked(const struct kad_asked *a, struct kad_address of, uint64_t now)
{
	uint64_t number = a->chains[chain_of(of.ip)];
	const struct kad_question *q;

	for (; (q = question(a, number, now)) != NULL; number = q->before)
		if (kad_same_address(q->to, of))
			return true;
	return false;
}

bool
kad_take_answer(struct kad_asked *a, struct kad_address from, uint8_t opcode,
    struct kad_id about, uint64_t now)
{
	uint64_t number = a->chains[chain_of(from.ip)];
	const struct kad_question *q;

	for (; (q = question(a, number, now)) != NULL; number = q->before) {
		if (!kad_same_address(q->to, from) || q->opcode != opcode ||
		    q->answered || !kad_same_id(q->about, about))
			continue;
		a->questions[number % KAD_ASKED_MAX].answered = true;
		return true;
	}
	return false;
}
