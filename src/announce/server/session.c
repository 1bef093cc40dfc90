/*
 * A login to a server; see session.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/server/session.h"

#include "announce/server/pack.h"
#include "base/util.h"

#include <string.h>

static void
end_session(struct server_session *s, enum server_end end)
{
	if (s->state == SERVER_ENDED)
		return;
	s->state = SERVER_ENDED;
	s->end = end;
}

static void
bad_server(struct server_session *s, const char *fault)
{
	if (s->state != SERVER_ENDED)
		s->fault = fault;
	end_session(s, SERVER_END_BAD_SERVER);
}

static void
enter(struct server_session *s, enum server_state state, uint64_t now_ms)
{
	s->state = state;
	s->since_ms = now_ms;
}

void
server_session_init(struct server_session *s,
    const struct server_config *config, uint64_t now_ms)
{
	memset(s, 0, sizeof *s);
	s->config = config;
	s->offer = writer_of(s->payload, sizeof s->payload);
	enter(s, SERVER_CONNECTING, now_ms);
}

void
server_session_connected(struct server_session *s, uint64_t now_ms)
{
	struct writer w = writer_of(s->out, sizeof s->out);

	if (s->state != SERVER_CONNECTING)
		return;
	server_put_login(&w, &s->config->login);
	s->out_len = w.pos;
	s->sent_ms = now_ms;
	enter(s, SERVER_LOGGING_IN, now_ms);
}

void
server_session_closed(struct server_session *s, uint64_t now_ms)
{
	bool soon =
	    s->state == SERVER_LISTED && now_ms < s->listed_ms + SERVER_SOON_MS;

	end_session(s,
	    s->state == SERVER_CONNECTING ? SERVER_END_NO_CONNECTION
		: s->state == SERVER_LOGGING_IN || soon ? SERVER_END_REFUSED
							: SERVER_END_CLOSED);
}

/* Does the line begin with, or contain, what servers say when they refuse? */
static bool
is_complaint(const char *line, size_t n)
{
	static const char error[] = "ERROR", full[] = "server is full";

	return (n >= strlen(error) &&
		   memcmp(line, error, strlen(error)) == 0) ||
	    memmem(line, n, full, strlen(full));
}

/* SERVERMESSAGE: u16 length, text of one or more lines. */
static void
on_message(struct server_session *s, struct reader *r)
{
	size_t n = get_u16(r);
	unsigned n_lines = 0;
	const char *text;

	n = min_size(min_size(n, reader_left(r)), SERVER_TEXT_MAX);
	text = (const char *)get_slice(r, n);
	if (!text)
		return;
	for (size_t at = 0, len; at < n && n_lines < SERVER_LINES_MAX;
	     at += len + 1) {
		for (len = 0; at + len < n && text[at + len] != '\r' &&
		     text[at + len] != '\n' && text[at + len] != '\0';)
			len++;
		if (len == 0)
			continue;
		n_lines++;
		s->config->line(s->config->ctx, text + at, len);
		if (is_complaint(text + at, len))
			s->complained = true;
	}
	if (s->complained && s->state == SERVER_LOGGING_IN)
		end_session(s, SERVER_END_REFUSED);
}

/*
 * IDCHANGE: u32 id; u32 what the server can; u32 its port; u32 our address; u32
 * its port for obfuscated logins. Older servers send less. It may come again.
 */
static void
on_id(struct server_session *s, struct reader *r, uint64_t now_ms)
{
	uint32_t id = get_u32(r), flags, port;

	if (r->bad) {
		bad_server(s, "an id that is cut off");
		return;
	}
	if (id == 0) /* refused for now: another may follow */
		return;
	s->id = id;
	if (id < SERVER_HIGH_ID) {
		end_session(s, SERVER_END_LOW_ID);
		return;
	}
	flags = get_u32(r);
	s->flags = flags;
	get_slice(r, 8);
	port = get_u32(r);
	s->obfuscation_port = port <= UINT16_MAX && (flags & SERVER_OBFUSCATION)
	    ? (uint16_t)port
	    : 0;
	if (s->state == SERVER_LISTED)
		return;
	enter(s, SERVER_LISTED, now_ms);
	s->listed_ms = s->next_ms = now_ms;
}

static bool
is_for_us(const struct server_session *s)
{
	uint8_t opcode = s->header[PACKET_HEADER_SIZE - 1];

	return s->header[0] != OP_EMULEPROT &&
	    (opcode == OP_SERVERMESSAGE || opcode == OP_IDCHANGE);
}

/* A frame is whole, or as much of it as we keep. */
static void
on_frame(struct server_session *s, uint64_t now_ms)
{
	uint8_t unpacked[SERVER_FRAME_KEPT];
	struct reader r = reader_of(s->kept, s->n_kept);

	if (!is_for_us(s))
		return;
	if (s->header[0] == OP_PACKEDPROT) {
		size_t n = server_unpack(
		    s->kept, s->n_kept, unpacked, sizeof unpacked);

		if (n == 0) {
			bad_server(s, "a packed message that is damaged");
			return;
		}
		r = reader_of(unpacked, n);
	}
	if (s->header[PACKET_HEADER_SIZE - 1] == OP_IDCHANGE)
		on_id(s, &r, now_ms);
	else
		on_message(s, &r);
}

/* The header of a frame is whole. */
static void
on_header(struct server_session *s)
{
	struct reader r = reader_of(s->header + 1, 4);
	uint32_t length = get_u32(&r);
	uint8_t protocol = s->header[0];

	if (protocol != OP_EDONKEYPROT && protocol != OP_EMULEPROT &&
	    protocol != OP_PACKEDPROT)
		bad_server(s, "not the protocol of a server");
	else if (length == 0 || length > SERVER_FRAME_MAX)
		bad_server(s, "a frame of an impossible length");
	s->n_left = length - 1;
	s->n_kept = 0;
}

void
server_session_read(
    struct server_session *s, const uint8_t *bytes, size_t n, uint64_t now_ms)
{
	size_t part;

	while (s->state == SERVER_LOGGING_IN || s->state == SERVER_LISTED) {
		if (s->n_header < sizeof s->header) {
			part = min_size(n, sizeof s->header - s->n_header);
			memcpy(s->header + s->n_header, bytes, part);
			s->n_header += part;
			bytes += part;
			n -= part;
			if (s->n_header < sizeof s->header)
				return;
			on_header(s);
			continue;
		}
		part = min_size(n, s->n_left);
		if (is_for_us(s)) {
			size_t keep =
			    min_size(part, sizeof s->kept - s->n_kept);

			memcpy(s->kept + s->n_kept, bytes, keep);
			s->n_kept += keep;
		}
		s->n_left -= (uint32_t)part;
		bytes += part;
		n -= part;
		if (s->n_left > 0)
			return;
		s->n_header = 0;
		on_frame(s, now_ms);
	}
}

const uint8_t *
server_session_output(const struct server_session *s, size_t *n)
{
	*n = s->state == SERVER_ENDED ? 0 : s->out_len - s->out_pos;
	return s->out + s->out_pos;
}

void
server_session_sent(struct server_session *s, size_t n, uint64_t now_ms)
{
	if (n == 0)
		return;
	s->out_pos += min_size(n, s->out_len - s->out_pos);
	s->sent_ms = now_ms;
}

static bool
has_output(const struct server_session *s)
{
	return s->out_pos < s->out_len;
}

/* How many more files the offer that is being made may have. */
static uint32_t
room(const struct server_session *s)
{
	uint64_t left = s->config->limit - s->n_offered;

	return (uint32_t)min_u64(left, SERVER_OFFER_FILES) - s->n_added;
}

uint32_t
server_session_wants(const struct server_session *s, uint64_t now_ms)
{
	if (s->state != SERVER_LISTED || has_output(s) || now_ms < s->next_ms)
		return 0;
	return room(s);
}

bool
server_session_add(struct server_session *s, const struct server_file *file)
{
	if (room(s) == 0 || !server_takes_size(s->flags, file->size))
		return false;
	if (s->n_added == 0) {
		s->offer = writer_of(s->payload, sizeof s->payload);
		put_u32(&s->offer, 0); /* the number: when all are there */
	}
	server_put_file(
	    &s->offer, file, s->flags, s->id, s->config->login.port);
	s->n_added++;
	return true;
}

/* Send a payload of n bytes as OFFERFILES; packed, if that is smaller. */
static void
send_offer(struct server_session *s, size_t n, uint64_t now_ms)
{
	struct writer w = writer_of(s->out, sizeof s->out);
	size_t packed = 0, begin;

	if (s->flags & SERVER_COMPRESSION)
		packed = server_pack(
		    s->payload, n, s->out + PACKET_HEADER_SIZE, n - 1);
	begin = packet_begin(
	    &w, packed ? OP_PACKEDPROT : OP_EDONKEYPROT, OP_OFFERFILES);
	if (packed)
		put_slice(&w, packed);
	else
		put_bytes(&w, s->payload, n);
	packet_end(&w, begin);
	s->out_pos = 0;
	s->out_len = w.pos;
	s->sent_ms = now_ms;
}

void
server_session_offer(struct server_session *s, uint64_t now_ms)
{
	struct writer count = writer_of(s->payload, 4);

	if (s->n_added == 0 || s->state != SERVER_LISTED || has_output(s))
		return;
	put_u32(&count, s->n_added);
	send_offer(s, s->offer.pos, now_ms);
	s->n_offered += s->n_added;
	s->n_added = 0;
	s->next_ms = now_ms +
	    (++s->n_offers <= SERVER_FAST_OFFERS ? SERVER_OFFER_FAST_MS
						 : SERVER_OFFER_MS);
}

/* The end of the wait that would end the session; UINT64_MAX: none. */
static uint64_t
end_of_patience(const struct server_session *s, enum server_end *end)
{
	if (s->state == SERVER_CONNECTING) {
		*end = SERVER_END_NO_CONNECTION;
		return s->since_ms + SERVER_CONNECT_MS;
	}
	if (s->state == SERVER_LOGGING_IN) {
		*end = SERVER_END_NO_LOGIN;
		return s->since_ms + SERVER_LOGIN_MS;
	}
	*end = SERVER_END_STALLED;
	return s->state == SERVER_LISTED && has_output(s)
	    ? s->sent_ms + SERVER_STALL_MS
	    : UINT64_MAX;
}

void
server_session_tick(struct server_session *s, uint64_t now_ms)
{
	enum server_end end;
	struct writer empty = writer_of(s->payload, 4);

	if (now_ms >= end_of_patience(s, &end)) {
		end_session(s, end);
		return;
	}
	if (s->state != SERVER_LISTED || has_output(s) || s->n_added > 0 ||
	    now_ms < s->sent_ms + SERVER_KEEP_ALIVE_MS)
		return;
	put_u32(&empty, 0);
	send_offer(s, empty.pos, now_ms);
}

uint64_t
server_session_deadline(const struct server_session *s, bool has_files)
{
	enum server_end end;
	uint64_t deadline = end_of_patience(s, &end);

	if (s->state != SERVER_LISTED || has_output(s))
		return deadline;
	deadline = min_u64(deadline, s->sent_ms + SERVER_KEEP_ALIVE_MS);
	if (has_files && s->n_offered < s->config->limit)
		deadline = min_u64(deadline, s->next_ms);
	return deadline;
}

bool
server_session_is_unwanted(const struct server_session *s)
{
	return s->complained || s->end == SERVER_END_REFUSED ||
	    s->end == SERVER_END_LOW_ID || s->end == SERVER_END_BAD_SERVER;
}

const char *
server_end_name(enum server_end end)
{
	static const char *const names[] = {
	    [SERVER_END_NONE] = "goes on",
	    [SERVER_END_NO_CONNECTION] = "no connection",
	    [SERVER_END_NO_LOGIN] = "no answer to the login",
	    [SERVER_END_REFUSED] = "refused",
	    [SERVER_END_LOW_ID] = "Low ID",
	    [SERVER_END_CLOSED] = "closed",
	    [SERVER_END_STALLED] = "stalled",
	    [SERVER_END_BAD_SERVER] = "broke the protocol",
	};

	return names[end];
}
