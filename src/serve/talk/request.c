/*
 * Requests for data; see request.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/request.h"

#include "serve/talk/slot.h"

#include <string.h>

/* Begin to count what is sent of another file. */
static void
note_file(struct session *s, const uint8_t hash[HASH_SIZE], uint64_t size)
{
	if (same_hash(s->loaded, hash))
		return;
	memcpy(s->loaded, hash, HASH_SIZE);
	s->loaded_size = size;
	s->loaded_bytes = 0;
}

void
request_parts(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct range ranges[3];
	struct catalog_file file;

	if (!msg_get_request_parts(p, hash, ranges)) {
		session_bad_peer(s, "malformed REQUESTPARTS");
		return;
	}
	if (s->state != SESSION_UPLOADING) {
		session_strike(s);
		return;
	}
	if (!session_find_file(s, hash, &file, w))
		return;
	note_file(s, hash, file.size);
	ranges_request(&s->ranges, hash, ranges, !s->sending);
	for (size_t i = 0; i < 3; i++) {
		struct range r = ranges[i];

		if (r.start == 0 && r.end == 0)
			continue; /* unused */
		if (r.start >= r.end || r.end > file.size ||
		    r.end - r.start > RANGE_MAX)
			session_strike(s);
		else
			ranges_add(&s->ranges, hash, r);
	}
}

static void
request_direct(struct session *s, const struct packet *p)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;
	struct range r;

	if (!msg_get_direct_request(p, hash, &r)) {
		session_bad_peer(s, "malformed direct request");
		return;
	}
	s->state = SESSION_DIRECT;
	/* no answer: so does the system that we are compatible with */
	if (r.start >= r.end || r.end - r.start > s->config->direct_max ||
	    s->catalog->find(s->catalog->ctx, hash, true, &file) !=
		CATALOG_FOUND)
		return;
	session_set_file(s, hash);
	if (r.end > file.size) { /* a short answer would be taken for data */
		session_bad_peer(s, "direct request past the end of the file");
		return;
	}
	ranges_push(&s->ranges, hash, r);
	s->weight = file.weight;
	if (s->slot_ms == 0 && !s->direct_waits)
		slot_hold_direct(s, s->last_frame_ms);
}

void
request_data(struct session *s, const struct packet *p, struct writer *w)
{
	if (s->state == SESSION_DIRECT)
		request_direct(s, p);
	else if (s->state != SESSION_HELLO)
		request_parts(s, p, w);
	else if (p->payload_len == DIRECT_REQUEST_SIZE)
		request_direct(s, p);
	else
		session_bad_peer(s, "no HELLO first");
}
