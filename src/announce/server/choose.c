/*
 * Choosing a server; see choose.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/server/choose.h"

/* Doublings that lead from the first wait past the longest. */
#define DOUBLINGS_MAX 6

void
choose_ended(struct choose_server *s, enum choose_end end, uint64_t listed_ms,
    uint64_t now_ms, uint32_t random)
{
	uint64_t wait = CHOOSE_WAIT_MAX_MS;

	if (listed_ms >= CHOOSE_GOOD_MS)
		s->tries = 0;
	if (end == CHOOSE_FAILED && s->tries < DOUBLINGS_MAX)
		wait = CHOOSE_WAIT_MS << s->tries;
	if (wait > CHOOSE_WAIT_MAX_MS)
		wait = CHOOSE_WAIT_MAX_MS;
	if (s->tries < UINT32_MAX)
		s->tries++;
	s->next_ms = now_ms + wait * 4 / 5 + random % (wait * 2 / 5 + 1);
}

size_t
choose_next(const struct choose_server *servers, size_t n, uint64_t now_ms)
{
	size_t first = 0;

	for (size_t i = 0; i < n; i++) {
		if (servers[i].next_ms <= now_ms)
			return i;
		if (servers[i].next_ms < servers[first].next_ms)
			first = i;
	}
	return first;
}
