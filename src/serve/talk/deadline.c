/*
 * Deadlines; see deadline.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/deadline.h"

#include "base/util.h"

/* How often to check on a peer while our rate holds its data back. */
#define HELD_BACK_MS 1000

/* Has our rate let through less than twice what the peer has to take? */
static bool
is_held_back(const struct session *s, const struct socket_state *state)
{
	return state->let_bytes != UINT64_MAX &&
	    state->let_bytes - s->stretch.let_bytes < 2 * STALL_BYTES;
}

/* Begin a new stretch when the peer has taken what was due in the last one. */
static void
note_taken(struct session *s, const struct socket_state *state)
{
	if (state->on_way_bytes > 0 &&
	    state->taken_bytes < s->stretch.due_bytes)
		return;
	s->stretch = (struct stretch){
	    .since_ms = state->now_ms,
	    .due_bytes =
		state->taken_bytes + min_u64(state->on_way_bytes, STALL_BYTES),
	    .let_bytes = state->let_bytes,
	};
}

/* What there is to know since the last check. */
static void
note_state(struct session *s, const struct socket_state *state)
{
	note_taken(s, state);
	if (state->taken_bytes != s->taken_bytes ||
	    state->sending != s->sending)
		s->last_taken_ms = state->now_ms;
	if (s->ranges.n_queue > 0 || s->data_sent)
		s->used_ms = state->now_ms;
	s->data_sent = s->data_sent && state->sending;
	if (state->partial && !s->partial)
		s->partial_ms = state->now_ms;
	s->taken_bytes = state->taken_bytes;
	s->sending = state->sending;
	s->partial = state->partial;
}

/*
 * End the session if span_ms have passed since since_ms. Returns how many of
 * them are left.
 */
static uint64_t
time_left(struct session *s, uint64_t now_ms, uint64_t since_ms,
    uint64_t span_ms, enum session_end end)
{
	uint64_t waited = now_ms - since_ms;

	if (waited < span_ms)
		return span_ms - waited;
	session_stop(s, end);
	return 0;
}

static uint64_t
stall_left(struct session *s, const struct socket_state *state)
{
	if (is_held_back(s, state))
		return HELD_BACK_MS;
	return time_left(s, state->now_ms, s->stretch.since_ms,
	    s->config->stall_ms, END_STALLED);
}

/* For a peer that waits for a slot. */
static uint64_t
wait_left(struct session *s, const struct socket_state *state)
{
	uint64_t now_ms = state->now_ms;
	uint64_t left =
	    time_left(s, now_ms, max_u64(s->last_frame_ms, s->wait_since_ms),
		s->config->wait_ms, END_IDLE);
	uint64_t ask = s->ask_ms > now_ms ? s->ask_ms - now_ms : 0;

	if (s->sending)
		left = min_u64(left, stall_left(s, state));
	return min_u64(left, ask);
}

/* The one deadline that the state of the session has. */
static uint64_t
state_left(struct session *s, const struct socket_state *state)
{
	const struct session_config *c = s->config;
	uint64_t now_ms = state->now_ms;

	if (s->state == SESSION_HELLO)
		return time_left(
		    s, now_ms, s->began_ms, c->hello_ms, END_NO_HELLO);
	if (s->state == SESSION_WAITING || s->direct_waits)
		return wait_left(s, state);
	if (s->sending)
		return stall_left(s, state);
	if (s->partial)
		return UINT64_MAX; /* see deadline_check */
	return time_left(s, now_ms, max_u64(s->last_frame_ms, s->last_taken_ms),
	    c->idle_ms, END_IDLE);
}

uint64_t
deadline_check(struct session *s, const struct socket_state *state)
{
	const struct session_config *c = s->config;
	uint64_t now_ms = state->now_ms, left;

	note_state(s, state);
	left = state_left(s, state);
	if (c->session_ms > 0)
		left = min_u64(left,
		    time_left(
			s, now_ms, s->began_ms, c->session_ms, END_TIME_UP));
	if (s->partial && s->state != SESSION_HELLO)
		left = min_u64(left,
		    time_left(
			s, now_ms, s->partial_ms, c->idle_ms, END_HALF_FRAME));
	return left;
}
