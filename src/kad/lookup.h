/*
 * One walk to the nodes nearest to a target: ask the nearest that we know for
 * nearer ones, until none is nearer. A state machine; pure.
 *
 * No answer makes us send more than was meant anyway: at most 3 questions are
 * open, and at most KAD_LOOKUP_QUESTIONS are asked in all.
 * Source: aMule Search.cpp (ProcessResponse, JumpStart); ed2k-kad(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_LOOKUP_H
#define KAD_LOOKUP_H

#include "kad/asked.h"
#include "kad/contacts.h"

#define KAD_CANDIDATES       24 /* the nearest ones are kept */
#define KAD_LOOKUP_OPEN      3
#define KAD_LOOKUP_QUESTIONS 30
#define KAD_LOOKUP_SURE      5  /* the nearest that must have answered */
#define KAD_LOOKUP_NEAREST   10 /* nodes where a thing may be stored */
#define KAD_CANDIDATE_SUBNET 2  /* candidates of one /24 */
#define KAD_QUESTION_MS      2000
#define KAD_LOOKUP_MS        20000
/* A node that answered a neighbour's lookup is not asked again so soon. */
#define KAD_FRESH_MS 600000

enum kad_candidate_state {
	KAD_CANDIDATE_NEW,
	KAD_CANDIDATE_ASKED,
	KAD_CANDIDATE_ANSWERED,
	KAD_CANDIDATE_SILENT,
};

/* What became of publishing to a candidate. */
enum kad_store_state {
	KAD_STORE_NONE,
	KAD_STORE_ASKED,
	KAD_STORE_DONE,
	KAD_STORE_SILENT,
};

struct kad_candidate {
	struct kad_contact contact;
	uint32_t key;
	bool stranger; /* it never answered us */
	enum kad_candidate_state state;
	enum kad_store_state store;
	uint64_t asked_ms; /* the last question or store */
};

struct kad_lookup {
	struct kad_id target;
	uint64_t began_ms;
	unsigned n_questions;
	size_t n;
	struct kad_candidate list[KAD_CANDIDATES]; /* nearest first */
};

/* Begin with the nearest nodes that we know. */
void kad_lookup_begin(struct kad_lookup *l, struct kad_id target,
    const struct kad_contacts *c, uint64_t now);

/*
 * The candidate to ask now; the caller sends KAD_REQ and notes the question.
 * NULL: none, or not yet.
 */
struct kad_candidate *kad_lookup_next(
    struct kad_lookup *l, const struct kad_asked *a, uint64_t now);

/* It answered our question of this target, with these nodes. */
void kad_lookup_answer(struct kad_lookup *l, struct kad_address from,
    const struct kad_node *nodes, size_t n, uint64_t now);

/* Give up questions that were not answered in time. */
void kad_lookup_expire(
    struct kad_lookup *l, struct kad_contacts *c, uint64_t now);

/* Have the nearest ones answered, or is the time up? */
bool kad_lookup_is_over(const struct kad_lookup *l, uint64_t now);

/* The candidate with this address; NULL: none. */
struct kad_candidate *kad_lookup_find(
    struct kad_lookup *l, struct kad_address address);

#endif
