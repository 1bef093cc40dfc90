/*
 * The upload slot; see slot.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/slot.h"

#include <string.h>

/* Ask for a slot. False when the peer has to wait: s->rank says where. */
static bool
ask(struct session *s, uint64_t now_ms)
{
	const struct slot_source *slots = s->config->slots;
	uint64_t again_ms = 0;

	if (now_ms < s->held_until_ms && same_hash(s->held, s->file)) {
		s->rank = REPEATED_RANK;
		s->ask_ms = s->held_until_ms;
		return false;
	}
	if (slots &&
	    !slots->ask(slots->ctx, s->weight, now_ms, &s->rank, &again_ms)) {
		s->ask_ms = now_ms + again_ms;
		return false;
	}
	if (s->state == SESSION_UPLOADING)
		return true; /* it goes on, perhaps with another weight */
	s->slot_ms = s->used_ms = now_ms;
	s->slot_bytes = 0;
	return true;
}

static void
give_back(struct session *s, uint64_t now_ms)
{
	const struct slot_source *slots = s->config->slots;

	if (slots)
		slots->give(slots->ctx, now_ms);
}

static void
accept_upload(struct session *s, struct writer *w)
{
	s->state = SESSION_UPLOADING;
	msg_put_accept_upload(w);
}

static void
begin_to_wait(struct session *s, uint64_t now_ms)
{
	s->state = SESSION_WAITING;
	s->wait_since_ms = s->keep_alive_ms = now_ms;
}

void
slot_start_upload(struct session *s, const struct packet *p, struct writer *w)
{
	uint64_t now_ms = s->last_frame_ms;
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;

	if (p->payload_len > 0) {
		if (!session_get_hash(s, p, hash))
			return;
	} else if (s->has_file) {
		memcpy(hash, s->file, HASH_SIZE);
	} else {
		session_strike(s);
		return;
	}
	if (!session_find_file(s, hash, &file, w))
		return;
	session_set_file(s, hash);
	s->weight = file.weight;
	s->ranges.n_done = 0;
	if (ask(s, now_ms) || s->state == SESSION_UPLOADING) {
		accept_upload(s, w);
		return;
	}
	begin_to_wait(s, now_ms);
	msg_put_queue_rank(w, s->rank);
}

void
slot_cancel(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	(void)w;
	ranges_clear(&s->ranges);
	if (s->state == SESSION_READY)
		return;
	give_back(s, s->last_frame_ms);
	s->state = SESSION_READY;
}

void
slot_hold_direct(struct session *s, uint64_t now_ms)
{
	s->wait_since_ms = now_ms;
	s->direct_waits = !ask(s, now_ms);
}

/* Also when it was given back and the peer does not know. */
static bool
has_slot(const struct session *s)
{
	return s->state == SESSION_UPLOADING ||
	    (s->state == SESSION_DIRECT && s->slot_ms > 0);
}

static bool
is_an_hour_old(const struct session *s, uint64_t now_ms)
{
	return now_ms - s->slot_ms >= SLOT_MS;
}

/* Has the peer had its part of the uploads, or does it not use the slot? */
static bool
is_used_up(const struct session *s, uint64_t now_ms)
{
	return s->slot_bytes >= SLOT_BYTES || is_an_hour_old(s, now_ms) ||
	    (s->ranges.n_queue == 0 && now_ms - s->used_ms >= SLOT_IDLE_MS);
}

/* Has the peer been sent the same file over and over? */
static bool
is_repeating(const struct session *s)
{
	return s->loaded_bytes > 3 * s->loaded_size &&
	    s->loaded_bytes > REPEATED_MIN;
}

static bool
others_wait(const struct session *s)
{
	const struct slot_source *slots = s->config->slots;

	return slots && slots->others_wait(slots->ctx);
}

/* The slot is over: back into the queue, behind those who wait. */
static void
end(struct session *s, uint64_t now_ms, struct writer *w)
{
	if (!s->slot_over)
		give_back(s, now_ms);
	s->slot_over = false;
	if (s->state == SESSION_DIRECT) {
		s->slot_ms = 0;
		if (s->ranges.n_queue > 0)
			slot_hold_direct(s, now_ms);
		return;
	}
	ranges_clear(&s->ranges);
	msg_put_out_of_parts(w);
	/*
	 * The peer is told no rank: eMule expects one for each STARTUPLOADREQ,
	 * and takes the third that it did not ask for as a flood.
	 */
	begin_to_wait(s, now_ms);
	if (ask(s, now_ms))
		accept_upload(s, w);
}

static void
update_waiting(struct session *s, uint64_t now_ms, struct writer *w)
{
	if (now_ms >= s->ask_ms && ask(s, now_ms)) {
		accept_upload(s, w);
	} else if (now_ms - s->keep_alive_ms >= KEEP_ALIVE_MS) {
		s->keep_alive_ms = now_ms;
		msg_put_keep_alive(w, s->file);
	}
}

static void
update_direct(struct session *s, uint64_t now_ms)
{
	if (now_ms >= s->ask_ms)
		s->direct_waits = !ask(s, now_ms);
	if (s->direct_waits && now_ms - s->wait_since_ms >= DIRECT_WAIT_MS)
		session_stop(s, END_BUSY);
}

static void
update_uploading(struct session *s, uint64_t now_ms, struct writer *w)
{
	if (is_repeating(s)) {
		memcpy(s->held, s->loaded, HASH_SIZE);
		s->held_until_ms = now_ms + REPEATED_MS;
		s->loaded_bytes = 0;
		end(s, now_ms, w);
	} else if (s->slot_over || (is_used_up(s, now_ms) && others_wait(s))) {
		end(s, now_ms, w);
	}
}

/* The peer cannot be told now, but need not keep others waiting. */
static void
update_silently(struct session *s, uint64_t now_ms)
{
	if (!has_slot(s) || s->slot_over || !is_an_hour_old(s, now_ms) ||
	    !others_wait(s))
		return;
	give_back(s, now_ms);
	s->slot_over = true;
}

void
slot_update(struct session *s, uint64_t now_ms, struct writer *out)
{
	if (!out)
		update_silently(s, now_ms);
	else if (s->state == SESSION_WAITING)
		update_waiting(s, now_ms, out);
	else if (s->state == SESSION_DIRECT && s->direct_waits)
		update_direct(s, now_ms);
	else if (has_slot(s))
		update_uploading(s, now_ms, out);
}
