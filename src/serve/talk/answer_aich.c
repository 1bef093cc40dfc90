/*
 * Questions about AICH hashes; see answer.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/answer.h"

#include "proto/aich_tree.h"

#include <string.h>

/* Find a file that has AICH hashes. For others eMule expects no answer. */
static bool
find_aich(
    struct session *s, const uint8_t hash[HASH_SIZE], struct catalog_file *out)
{
	return session_find(s, hash, out) == CATALOG_FOUND && out->has_aich;
}

void
answer_aich_root(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;

	if (session_get_hash(s, p, hash) && find_aich(s, hash, &file))
		msg_put_aich_root(w, hash, file.aich_root);
}

/* Count one recovery. False when the peer had all it may have this minute. */
static bool
count_recovery(struct session *s)
{
	uint64_t now_ms = s->last_frame_ms;

	if (now_ms - s->recoveries_ms >= 60000) {
		s->recoveries_ms = now_ms;
		s->n_recoveries = 0;
	}
	if (s->n_recoveries == RECOVERIES_PER_MINUTE)
		return false;
	s->n_recoveries++;
	return true;
}

static bool
put_recovery(
    struct session *s, const struct msg_aich_request *request, struct writer *w)
{
	struct catalog_file file;
	size_t begin;

	if (!find_aich(s, request->hash, &file) ||
	    memcmp(request->root, file.aich_root, AICH_SIZE) != 0 ||
	    !aich_is_recoverable(file.size, request->part) ||
	    !count_recovery(s))
		return false;
	begin = msg_begin_aich_answer(w, request);
	if (!s->catalog->aich_recovery(
		s->catalog->ctx, request->hash, request->part, w))
		return false;
	packet_end(w, begin);
	return !w->bad;
}

void
answer_aich_request(struct session *s, const struct packet *p, struct writer *w)
{
	struct msg_aich_request request;
	struct writer before = *w;

	if (!msg_get_aich_request(p, &request)) {
		session_bad_peer(s, "malformed AICHREQUEST");
		return;
	}
	if (put_recovery(s, &request, w))
		return;
	*w = before;
	msg_put_aich_refusal(w, request.hash);
}
