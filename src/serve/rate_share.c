/*
 * Our share of the rate; see rate_share.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/rate_share.h"

#include "base/util.h"
#include "board/roster.h"

#include <sys/socket.h>
#include <unistd.h>

/* How often a process that sends takes a new share of the rate. */
#define UPDATE_MS 200

void
rate_share_init(struct rate_share *s, struct scoreboard *board,
    uint64_t all_bps, uint64_t peer_bps, bool is_socket)
{
	*s = (struct rate_share){
	    .board = board,
	    .all_bps = all_bps,
	    .peer_bps = peer_bps,
	    .is_socket = is_socket,
	};
}

static void
set_rate(struct rate_share *s, uint64_t rate_bps, uint64_t now_ms)
{
	/* the kernel spreads out what the bucket lets through */
	uint32_t pacing = (uint32_t)min_u64(rate_bps, UINT32_MAX);

	rate_set(&s->rate, rate_bps, now_ms);
	if (s->is_socket)
		setsockopt(STDOUT_FILENO, SOL_SOCKET, SO_MAX_PACING_RATE,
		    &pacing, sizeof pacing);
}

void
rate_share_spend(struct rate_share *s, uint64_t now_ms, uint64_t bytes)
{
	rate_spend(&s->rate, bytes);
	if (bytes > 0)
		s->spent_ms = now_ms;
}

/*
 * Do we take part in the common rate? So does a peer that has just got an
 * answer, though none waits: it may be the first of many.
 */
static bool
takes_part(const struct rate_share *s, uint64_t now_ms, bool sending)
{
	return sending ||
	    (s->all_bps > 0 && s->spent_ms > 0 &&
		now_ms - s->spent_ms < UPDATE_MS);
}

/* Milliseconds until the next update, for one that takes part or does not. */
static uint64_t
due_ms(const struct rate_share *s, uint64_t now_ms, bool takes_part)
{
	const struct scoreboard *board = s->board;
	bool has_slot = board->mine >= 0 && board->state == RECORD_UPLOADING;
	uint64_t every_ms = takes_part ? UPDATE_MS
	    : has_slot                 ? UPLOADING_ALIVE_MS
				       : ALIVE_MS;
	uint64_t ago_ms = now_ms - s->updated_ms;

	return ago_ms < every_ms ? every_ms - ago_ms : 0;
}

bool
rate_share_update(struct rate_share *s, uint64_t now_ms, bool sending)
{
	uint64_t rate_bps = s->peer_bps;
	struct record *r;

	sending = takes_part(s, now_ms, sending);
	if (due_ms(s, now_ms, sending) > 0 && sending == s->was_sending)
		return false;
	s->was_sending = sending;
	s->updated_ms = now_ms;
	roster_alive(s->board, now_ms);
	if (scoreboard_is_lost(s->board))
		return true; /* our share stays what it was */
	r = scoreboard_mine(s->board);
	if (r)
		r->sending = sending;
	if (s->all_bps > 0) {
		uint64_t share =
		    scoreboard_rate_share(s->board, s->all_bps, now_ms);

		rate_bps = rate_bps > 0 ? min_u64(rate_bps, share) : share;
	}
	if (rate_bps != s->rate.rate_bps)
		set_rate(s, rate_bps, now_ms);
	return true;
}

uint64_t
rate_share_due_ms(const struct rate_share *s, uint64_t now_ms, bool sending)
{
	return due_ms(s, now_ms, takes_part(s, now_ms, sending));
}
