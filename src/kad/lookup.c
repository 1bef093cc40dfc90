/*
 * One walk to the nodes nearest to a target; see lookup.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/lookup.h"

#include "base/util.h"

#include <string.h>

static bool
is_fresh(const struct kad_node *node, struct kad_id target,
    struct kad_id farthest, uint64_t now)
{
	return node->has_target && now - node->heard_ms < KAD_FRESH_MS &&
	    !kad_is_nearer(target, farthest, node->target);
}

static struct kad_candidate
candidate_of(const struct kad_node *node, uint64_t now)
{
	bool may_be_gone = node->heard_ms == 0 && node->n_silences > 0 &&
	    now - node->silent_ms < KAD_STRANGER_MS;

	return (struct kad_candidate){
	    .contact = node->contact,
	    .key = node->key,
	    .stranger = node->heard_ms == 0,
	    .state = may_be_gone ? KAD_CANDIDATE_SILENT : KAD_CANDIDATE_NEW,
	};
}

void
kad_lookup_begin(struct kad_lookup *l, struct kad_id target,
    const struct kad_contacts *c, uint64_t now)
{
	const struct kad_node *nodes[KAD_CANDIDATES];
	size_t n = kad_contacts_nearest(c, target, nodes, KAD_CANDIDATES);

	*l = (struct kad_lookup){.target = target, .began_ms = now, .n = n};
	for (size_t i = 0; i < n; i++) {
		l->list[i] = candidate_of(nodes[i], now);
		/*
		 * It was asked for a target among the ten nearest nodes: what
		 * it would say now we have heard.
		 */
		if (n >= KAD_LOOKUP_NEAREST &&
		    is_fresh(nodes[i], target,
			nodes[KAD_LOOKUP_NEAREST - 1]->contact.id, now))
			l->list[i].state = KAD_CANDIDATE_ANSWERED;
	}
}

struct kad_candidate *
kad_lookup_next(struct kad_lookup *l, const struct kad_asked *a, uint64_t now)
{
	unsigned n_open = 0, n_sure = 0;
	struct kad_candidate *next = NULL;

	if (l->n_questions >= KAD_LOOKUP_QUESTIONS)
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		n_open += l->list[i].state == KAD_CANDIDATE_ASKED;
	for (size_t i = 0; i < l->n && n_sure < KAD_LOOKUP_SURE; i++) {
		struct kad_candidate *one = &l->list[i];

		n_sure += one->state != KAD_CANDIDATE_SILENT;
		if (one->state == KAD_CANDIDATE_NEW && !next &&
		    kad_may_ask_at(a, one->contact.address, KAD_REQ,
			one->stranger, now) <= now)
			next = one;
	}
	if (!next || n_open >= KAD_LOOKUP_OPEN)
		return NULL;
	next->state = KAD_CANDIDATE_ASKED;
	next->asked_ms = now;
	l->n_questions++;
	return next;
}

struct kad_candidate *
kad_lookup_find(struct kad_lookup *l, struct kad_address address)
{
	for (size_t i = 0; i < l->n; i++)
		if (kad_same_address(l->list[i].contact.address, address))
			return &l->list[i];
	return NULL;
}

/* Is there no place for it: known, or others of its /24 are? */
static bool
is_one_too_many(const struct kad_lookup *l, const struct kad_contact *contact)
{
	unsigned n_subnet = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct kad_contact *other = &l->list[i].contact;

		if (kad_same_id(other->id, contact->id) ||
		    other->address.ip == contact->address.ip)
			return true;
		n_subnet += kad_subnet(other->address.ip) ==
		    kad_subnet(contact->address.ip);
	}
	return n_subnet >= KAD_CANDIDATE_SUBNET;
}

static void
insert(struct kad_lookup *l, const struct kad_node *node, uint64_t now)
{
	const struct kad_contact *contact = &node->contact;
	size_t i = l->n;

	if (is_one_too_many(l, contact))
		return;
	while (i > 0 &&
	    kad_is_nearer(l->target, contact->id, l->list[i - 1].contact.id))
		i--;
	if (i == KAD_CANDIDATES)
		return;
	l->n = min_size(l->n + 1, KAD_CANDIDATES);
	memmove(
	    l->list + i + 1, l->list + i, (l->n - i - 1) * sizeof l->list[0]);
	l->list[i] = candidate_of(node, now);
}

void
kad_lookup_answer(struct kad_lookup *l, struct kad_address from,
    const struct kad_node *nodes, size_t n, uint64_t now)
{
	struct kad_candidate *sender = kad_lookup_find(l, from);

	if (!sender || sender->state == KAD_CANDIDATE_NEW)
		return;
	sender->state = KAD_CANDIDATE_ANSWERED;
	sender->stranger = false;
	for (size_t i = 0; i < n; i++)
		insert(l, &nodes[i], now);
}

void
kad_lookup_expire(struct kad_lookup *l, struct kad_contacts *c, uint64_t now)
{
	for (size_t i = 0; i < l->n; i++) {
		struct kad_candidate *one = &l->list[i];

		if (one->state != KAD_CANDIDATE_ASKED ||
		    now - one->asked_ms < KAD_QUESTION_MS)
			continue;
		one->state = KAD_CANDIDATE_SILENT;
		kad_contacts_silent(c, one->contact.address, now);
	}
}

bool
kad_lookup_is_over(const struct kad_lookup *l, uint64_t now)
{
	unsigned n_sure = 0;

	if (now - l->began_ms >= KAD_LOOKUP_MS)
		return true;
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].state == KAD_CANDIDATE_ASKED)
			return false;
	for (size_t i = 0; i < l->n && n_sure < KAD_LOOKUP_SURE; i++) {
		if (l->list[i].state == KAD_CANDIDATE_NEW &&
		    l->n_questions < KAD_LOOKUP_QUESTIONS)
			return false;
		n_sure += l->list[i].state == KAD_CANDIDATE_ANSWERED;
	}
	return true;
}
