/*
 * Refusing connections; see admission.h. What is counted is in the memory of
 * this process, where no child can change it.
 * SPDX-License-Identifier: ISC
 */
#include "listen/admission.h"

#include "base/owner.h"
#include "base/util.h"
#include "board/roster.h"
#include "serve/who/early_end.h"
#include "serve/who/proxy.h"
#include "store/deny.h"

enum refusal {
	REFUSAL_NONE,
	REFUSAL_DENIED,    /* on the list of denied addresses */
	REFUSAL_FULL,      /* connections in all */
	REFUSAL_TOO_MANY,  /* connections of this address at once */
	REFUSAL_TOO_OFTEN, /* new ones of this address in this minute */
};

static bool
is_balancer(const struct options *opt, const struct peer *peer)
{
	bool listed;

	return opt->proxy_from &&
	    proxy_is_listed(opt->proxy_from, peer->ip, &listed) && listed;
}

static enum refusal
find_refusal(struct admission *a, const struct options *opt,
    const struct children *children, const struct peer *peer, uint64_t now_ms)
{
	uint64_t owner = owner_of(peer->ip);

	if (children->n >= min_u64(opt->connections, CHILDREN_MAX))
		return REFUSAL_FULL;
	if (is_balancer(opt, peer))
		return REFUSAL_NONE;
	if (deny_has(opt->deny_file, peer->ip))
		return REFUSAL_DENIED;
	if (!opt->state)
		return REFUSAL_NONE;
	if (!tally_count(
		&a->arrivals, owner, (uint32_t)opt->per_minute, now_ms))
		return REFUSAL_TOO_OFTEN;
	if (children_are_many(children, owner, (uint32_t)opt->per_address))
		return REFUSAL_TOO_MANY;
	return REFUSAL_NONE;
}

bool
admission_admits(struct admission *a, const struct options *opt,
    const struct children *children, const struct peer *peer, uint64_t now_ms)
{
	static const struct early_end ends[] = {
	    [REFUSAL_DENIED] = {.end = "denied"},
	    [REFUSAL_FULL] = {"refused", FAULT_TOO_MANY " in all", 0},
	    [REFUSAL_TOO_MANY] = {"refused", FAULT_TOO_MANY, 0},
	    [REFUSAL_TOO_OFTEN] = {"refused", FAULT_TOO_OFTEN, 0},
	};
	enum refusal refusal = find_refusal(a, opt, children, peer, now_ms);
	uint32_t unlogged;

	if (refusal == REFUSAL_NONE)
		return true;
	if (tally_first(&a->logged, owner_of(peer->ip), now_ms, &unlogged))
		early_end_log(&ends[refusal], peer, unlogged);
	return false;
}
