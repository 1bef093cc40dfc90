/*
 * The state that all rooms of serve/talk share; see session.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/session.h"

#include "base/util.h"
#include "serve/data/pace.h"

#include <string.h>

void
session_init(struct session *s, const struct session_config *config,
    const struct catalog *catalog, uint64_t now_ms)
{
	memset(s, 0, sizeof *s);
	s->config = config;
	s->catalog = catalog;
	s->began_ms = s->last_frame_ms = s->last_taken_ms = now_ms;
	s->stretch.since_ms = now_ms;
}

void
session_stop(struct session *s, enum session_end end)
{
	if (s->state == SESSION_ENDED)
		return;
	s->state = SESSION_ENDED;
	s->end = end;
}

void
session_bad_peer(struct session *s, const char *fault)
{
	if (s->state != SESSION_ENDED)
		s->fault = fault;
	session_stop(s, END_BAD_PEER);
}

void
session_strike(struct session *s)
{
	if (++s->n_strikes > STRIKES_MAX)
		session_bad_peer(s, "too many senseless requests");
}

const char *
session_end_name(enum session_end end)
{
	static const char *const names[] = {
	    [END_NONE] = "none",
	    [END_HUNG_UP] = "hung-up",
	    [END_GONE] = "gone",
	    [END_IDLE] = "idle",
	    [END_BUSY] = "busy",
	    [END_CROWDED] = "crowded",
	    [END_TIME_UP] = "time-up",
	    [END_NO_HELLO] = "no-hello",
	    [END_HALF_FRAME] = "half-frame",
	    [END_STALLED] = "stalled",
	    [END_BAD_PEER] = "bad-peer",
	    [END_FILE_FAILED] = "file-failed",
	    [END_SIGNAL] = "signal",
	};

	return names[end];
}

bool
session_get_hash(
    struct session *s, const struct packet *p, uint8_t hash[HASH_SIZE])
{
	if (msg_get_hash(p, hash))
		return true;
	session_bad_peer(s, "payload shorter than a file hash");
	return false;
}

enum catalog_result
session_find(
    struct session *s, const uint8_t hash[HASH_SIZE], struct catalog_file *out)
{
	enum catalog_result res =
	    s->catalog->find(s->catalog->ctx, hash, false, out);

	return res == CATALOG_FOUND && out->size > EMULE_FILE_MAX
	    ? CATALOG_UNKNOWN
	    : res;
}

/* Is this the file that the peer means? */
static bool
matches(const struct catalog_file *file, const struct msg_file_id *id)
{
	return (!id->has_size || id->size == file->size) &&
	    (!id->has_aich || !file->has_aich ||
		memcmp(id->aich_root, file->aich_root, AICH_SIZE) == 0);
}

static void
set_refused(struct session *s, const uint8_t hash[HASH_SIZE])
{
	memcpy(s->refused, hash, HASH_SIZE);
	s->has_refused = true;
}

bool
session_find_by_id(struct session *s, const struct msg_file_id *id,
    struct catalog_file *out, struct writer *w)
{
	enum catalog_result res = session_find(s, id->hash, out);

	if (res == CATALOG_SILENT)
		return false;
	if (res == CATALOG_FOUND && matches(out, id)) {
		s->has_refused = false;
		return true;
	}
	if (!s->has_refused || !same_hash(s->refused, id->hash))
		msg_put_no_file(w, id->hash);
	set_refused(s, id->hash);
	return false;
}

bool
session_find_file(struct session *s, const uint8_t hash[HASH_SIZE],
    struct catalog_file *out, struct writer *w)
{
	struct msg_file_id id = {.has_size = false};

	memcpy(id.hash, hash, HASH_SIZE);
	return session_find_by_id(s, &id, out, w);
}

void
session_set_file(struct session *s, const uint8_t hash[HASH_SIZE])
{
	memcpy(s->file, hash, HASH_SIZE);
	s->has_file = true;
}

bool
session_wants_input(const struct session *s)
{
	return s->state != SESSION_ENDED &&
	    !(s->state == SESSION_DIRECT && s->ranges.n_queue == RANGES_MAX);
}

bool
session_has_frames(const struct session *s)
{
	return s->state != SESSION_ENDED && s->ranges.n_queue > 0 &&
	    !s->direct_waits && !s->slot_over;
}

/* The most bytes of data in one frame, of those that the pace allows. */
static uint64_t
frame_max(const struct session *s, uint64_t max)
{
	if (s->state == SESSION_DIRECT)
		return UINT64_MAX;
	return msg_hello_program(&s->hello) == MLDONKEY_COMPAT_ID
	    ? min_u64(max, PACE_SMALL_FRAME)
	    : max;
}

bool
session_next_frame(struct session *s, uint64_t max, struct session_frame *out)
{
	if (!session_has_frames(s))
		return false;
	out->direct = s->state == SESSION_DIRECT;
	out->range = ranges_cut(&s->ranges, frame_max(s, max), out->hash);
	s->slot_bytes += out->range.end - out->range.start;
	if (same_hash(out->hash, s->loaded))
		s->loaded_bytes += out->range.end - out->range.start;
	s->data_sent = true;
	return true;
}

void
session_file_gone(
    struct session *s, const uint8_t hash[HASH_SIZE], struct writer *out)
{
	ranges_drop_file(&s->ranges, hash);
	if (s->state == SESSION_DIRECT)
		return;
	msg_put_no_file(out, hash);
	set_refused(s, hash);
}
