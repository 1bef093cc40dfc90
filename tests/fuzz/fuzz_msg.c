/*
 * proto/msg.h: every decoder. What is decoded can be encoded again to the same
 * bytes where nothing is dropped, and bytes behind a message change nothing
 * where they may be there.
 *
 * Input: u8 protocol, u8 opcode, payload.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "base/text.h"
#include "proto/msg.h"

/* The payload with a byte more. For the caller to free. */
static struct packet
lengthen(const struct packet *p)
{
	struct packet more = *p;
	uint8_t *bytes = malloc((size_t)p->payload_len + 1);

	must(bytes);
	memcpy(bytes, p->payload, p->payload_len);
	bytes[p->payload_len] = 0xA5;
	more.payload = bytes;
	more.payload_len++;
	return more;
}

/* Is what was written what the payload begins with, up to its end if `all`? */
static void
check_same(const struct writer *w, const struct packet *p, bool all)
{
	must(!w->bad && w->pos <= p->payload_len);
	must(!all || w->pos == p->payload_len);
	must(memcmp(w->data, p->payload, w->pos) == 0);
}

static void
check_string(const char s[PEER_NAME_MAX + 1])
{
	must(memchr(s, '\0', PEER_NAME_MAX + 1));
	must(text_is_utf8(s, strlen(s)));
}

/* Our own greeting with these values is read as it was meant. */
static void
check_hello_written(const struct msg_hello *h)
{
	static const char mark[] = "\xEF\xBB\xBF";
	uint8_t bytes[512];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct msg_self self = {
	    .port = h->port,
	    .misc1 = h->misc1,
	    .misc2 = h->misc2,
	    .name = h->name,
	    .mod = h->mod,
	};
	struct msg_hello again;
	struct packet p;
	struct reader r;

	memcpy(self.user_hash, h->user_hash, HASH_SIZE);
	msg_put_hello_answer(&w, &self);
	must(!w.bad);
	r = reader_of(bytes, w.pos);
	must(packet_next(&r, &p) == PACKET_OK && reader_left(&r) == 0);
	must(msg_get_hello_answer(&p, &again));
	must(same_hash(h->user_hash, again.user_hash));
	must(h->port == again.port && h->misc1 == again.misc1 &&
	    h->misc2 == again.misc2);
	must(
	    strncmp(h->name, mark, 3) == 0 || strcmp(h->name, again.name) == 0);
	must(strncmp(h->mod, mark, 3) == 0 || strcmp(h->mod, again.mod) == 0);
}

static void
fuzz_hello(const struct packet *p)
{
	struct packet more;
	struct msg_hello h, again;

	if (!msg_get_hello(p, &h))
		return;
	check_string(h.name);
	check_string(h.mod);
	more = lengthen(p);
	/* with a tag that cannot be read all behind it is open */
	if (msg_get_hello(&more, &again))
		must(memcmp(&h, &again, sizeof h) == 0);
	free((void *)more.payload);
	check_hello_written(&h);
}

static void
fuzz_hash(const struct packet *p)
{
	uint8_t hash[HASH_SIZE];

	must(msg_get_hash(p, hash) == (p->payload_len >= HASH_SIZE));
	must(p->payload_len < HASH_SIZE || same_hash(hash, p->payload));
}

static void
fuzz_request_parts(const struct packet *p)
{
	bool wide = p->protocol == OP_EMULEPROT;
	uint8_t hash[HASH_SIZE], bytes[HASH_SIZE + 6 * 8];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct range ranges[3];

	must(msg_get_request_parts(p, hash, ranges) ==
	    (p->payload_len == HASH_SIZE + (wide ? 48u : 24u)));
	if (p->payload_len != HASH_SIZE + (wide ? 48u : 24u))
		return;
	put_bytes(&w, hash, HASH_SIZE);
	for (size_t i = 0; i < 6; i++) {
		uint64_t v = i < 3 ? ranges[i].start : ranges[i - 3].end;

		if (wide)
			put_u64(&w, v);
		else
			put_u32(&w, (uint32_t)v);
	}
	check_same(&w, p, true);
}

static void
fuzz_direct_request(const struct packet *p)
{
	uint8_t hash[HASH_SIZE], bytes[DIRECT_REQUEST_SIZE];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct range r;

	must(msg_get_direct_request(p, hash, &r) ==
	    (p->payload_len >= DIRECT_REQUEST_SIZE));
	if (p->payload_len < DIRECT_REQUEST_SIZE)
		return;
	put_bytes(&w, hash, HASH_SIZE);
	put_u64(&w, r.start);
	put_u64(&w, r.end);
	check_same(&w, p, false);
}

/* An identifier is written as it was read, but for bits that mean nothing. */
static void
check_file_id(const struct packet *p, const struct msg_file_id *id)
{
	uint8_t bytes[FILE_ID_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);

	msg_put_file_id(&w, id);
	must((p->payload[0] & 0x07) == bytes[0]);
	bytes[0] = p->payload[0];
	check_same(&w, p, false);
}

static void
fuzz_bundle(const struct packet *p)
{
	struct msg_bundle b;
	enum msg_question q;

	if (!msg_get_bundle(p, &b))
		return;
	if (p->opcode == OP_MULTIPACKET_EXT2)
		check_file_id(p, &b.id);
	else
		must(same_hash(b.id.hash, p->payload));
	do {
		size_t begin = b.rest.pos;

		q = msg_next_question(&b);
		must(q == QUESTION_END || b.rest.pos > begin);
		must(b.rest.pos <= p->payload_len);
	} while (q != QUESTION_END);
	must(reader_left(&b.rest) == 0);
	must(msg_next_question(&b) == QUESTION_END);
}

static void
fuzz_hash_set2(const struct packet *p)
{
	struct packet more = lengthen(p);
	struct msg_file_id id, again;
	uint8_t options, same;

	if (msg_get_hash_set2(p, &id, &options)) {
		check_file_id(p, &id);
		must(msg_get_hash_set2(&more, &again, &same));
		must(options == same && same_hash(id.hash, again.hash));
	}
	free((void *)more.payload);
}

static void
fuzz_aich_request(const struct packet *p)
{
	uint8_t bytes[PACKET_HEADER_SIZE + 38];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct msg_aich_request request;
	bool ok = msg_get_aich_request(p, &request);

	must(ok == (p->payload_len == 38));
	if (!ok)
		return;
	packet_end(&w, msg_begin_aich_answer(&w, &request));
	must(!w.bad && w.pos == sizeof bytes);
	must(memcmp(bytes + PACKET_HEADER_SIZE, p->payload, 38) == 0);
}

static void
fuzz_edonkey(const struct packet *p)
{
	switch (p->opcode) {
	case OP_HELLO:
		fuzz_hello(p);
		break;
	case OP_REQUESTPARTS:
		fuzz_request_parts(p);
		fuzz_direct_request(p);
		break;
	default:
		fuzz_hash(p);
		break;
	}
}

static void
fuzz_emule(const struct packet *p)
{
	switch (p->opcode) {
	case OP_EMULEINFO:
		must(msg_get_emule_info(p) ==
		    (p->payload_len >= 2 && p->payload[1] == 1));
		break;
	case OP_REQUESTPARTS_I64:
		fuzz_request_parts(p);
		break;
	case OP_MULTIPACKET:
	case OP_MULTIPACKET_EXT:
	case OP_MULTIPACKET_EXT2:
		fuzz_bundle(p);
		break;
	case OP_HASHSETREQUEST2:
		fuzz_hash_set2(p);
		break;
	case OP_AICHREQUEST:
		fuzz_aich_request(p);
		break;
	default:
		fuzz_hash(p);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *payload;
	struct packet p;

	if (size < 2 || size - 2 > PACKET_PAYLOAD_MAX)
		return 0;
	payload = exact_copy(data + 2, size - 2);
	p = (struct packet){.protocol = data[0],
	    .opcode = data[1],
	    .payload = payload,
	    .payload_len = (uint32_t)(size - 2)};
	if (p.protocol == OP_EDONKEYPROT)
		fuzz_edonkey(&p);
	else if (p.protocol == OP_EMULEPROT)
		fuzz_emule(&p);
	free(payload);
	return 0;
}
