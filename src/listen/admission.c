/*
 * Refusing connections; see admission.h. What is counted is in the memory of
 * this process, where no child can change it.
 * SPDX-License-Identifier: ISC
 */
#include "listen/admission.h"

#include "base/log.h"
#include "base/owner.h"
#include "base/util.h"
#include "board/roster.h"
#include "serve/who/deny.h"
#include "serve/who/proxy.h"

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
	static const char *const ends[] = {
	    [REFUSAL_DENIED] = "denied",
	    [REFUSAL_FULL] = "refused fault=\"" FAULT_TOO_MANY " in all\"",
	    [REFUSAL_TOO_MANY] = "refused fault=\"" FAULT_TOO_MANY "\"",
	    [REFUSAL_TOO_OFTEN] = "refused fault=\"" FAULT_TOO_OFTEN "\"",
	};
	enum refusal refusal = find_refusal(a, opt, children, peer, now_ms);

	if (refusal != REFUSAL_NONE &&
	    tally_count(&a->logged[refusal], owner_of(peer->ip), 1, now_ms))
		log_info("peer=%s end=%s", peer->name, ends[refusal]);
	return refusal == REFUSAL_NONE;
}
