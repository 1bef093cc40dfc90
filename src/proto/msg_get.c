/*
 * Messages in; see msg.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/msg.h"

#include "base/text.h"
#include "proto/tag.h"

#include <string.h>

/* Keep a peer's string as UTF-8; it may begin with a byte order mark. */
static void
keep_string(char out[PEER_NAME_MAX + 1], const struct tag *t)
{
	const uint8_t *s = t->string;
	size_t n = t->string_len;

	if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		s += 3;
		n -= 3;
	}
	out[text_to_utf8(out, PEER_NAME_MAX, s, n)] = '\0';
}

static void
keep_tag(struct msg_hello *h, const struct tag *t)
{
	if (t->kind == TAG_STRING && t->id == CT_NAME)
		keep_string(h->name, t);
	else if (t->kind == TAG_STRING && t->id == CT_MOD_VERSION)
		keep_string(h->mod, t);
	else if (t->kind != TAG_NUMBER)
		return;
	else if (t->id == CT_VERSION)
		h->version = (uint32_t)t->number;
	else if (t->id == CT_EMULE_VERSION)
		h->emule_version = (uint32_t)t->number;
	else if (t->id == CT_EMULE_MISCOPTIONS1)
		h->misc1 = (uint32_t)t->number;
	else if (t->id == CT_EMULE_MISCOPTIONS2)
		h->misc2 = (uint32_t)t->number;
	else if (t->id == CT_PORT)
		h->port = (uint16_t)t->number;
}

/* What a hello and its answer have in common. */
static bool
get_hello_body(struct reader *r, struct msg_hello *out)
{
	uint32_t n_tags;

	get_bytes(r, out->user_hash, HASH_SIZE);
	get_u32(r); /* client id: we have the address from the socket */
	out->port = get_u16(r);
	n_tags = get_u32(r);
	if (r->bad || n_tags > TAGS_MAX)
		return false;
	for (uint32_t i = 0; i < n_tags; i++) {
		struct tag t;
		enum tag_result res = tag_next(r, &t);

		if (res == TAG_BAD)
			return false;
		if (res == TAG_UNKNOWN)
			return true; /* the rest cannot be read */
		keep_tag(out, &t);
	}
	get_slice(r, 6); /* server address and port */
	return !r->bad;
}

bool
msg_get_hello(const struct packet *p, struct msg_hello *out)
{
	struct reader r = reader_of(p->payload, p->payload_len);

	memset(out, 0, sizeof *out);
	return get_u8(&r) == HASH_SIZE && get_hello_body(&r, out);
}

bool
msg_get_hello_answer(const struct packet *p, struct msg_hello *out)
{
	struct reader r = reader_of(p->payload, p->payload_len);

	memset(out, 0, sizeof *out);
	return get_hello_body(&r, out);
}

bool
msg_get_hash(const struct packet *p, uint8_t hash[HASH_SIZE])
{
	struct reader r = reader_of(p->payload, p->payload_len);

	get_bytes(&r, hash, HASH_SIZE);
	return !r.bad;
}

bool
msg_get_request_parts(
    const struct packet *p, uint8_t hash[HASH_SIZE], struct range ranges[3])
{
	struct reader r = reader_of(p->payload, p->payload_len);
	bool wide = p->protocol == OP_EMULEPROT;

	get_bytes(&r, hash, HASH_SIZE);
	for (size_t i = 0; i < 3; i++)
		ranges[i].start = wide ? get_u64(&r) : get_u32(&r);
	for (size_t i = 0; i < 3; i++)
		ranges[i].end = wide ? get_u64(&r) : get_u32(&r);
	return !r.bad && reader_left(&r) == 0;
}

bool
msg_get_direct_request(
    const struct packet *p, uint8_t hash[HASH_SIZE], struct range *out)
{
	struct reader r = reader_of(p->payload, p->payload_len);

	get_bytes(&r, hash, HASH_SIZE);
	out->start = get_u64(&r);
	out->end = get_u64(&r);
	return !r.bad;
}

bool
msg_get_emule_info(const struct packet *p)
{
	struct reader r = reader_of(p->payload, p->payload_len);

	get_u8(&r); /* version */
	return get_u8(&r) == 0x01;
}

static bool
get_file_id(struct reader *r, struct msg_file_id *out)
{
	uint8_t has = get_u8(r);

	memset(out, 0, sizeof *out);
	if (!(has & FILE_ID_MD4) || (has & FILE_ID_MANDATORY))
		return false;
	get_bytes(r, out->hash, HASH_SIZE);
	out->has_size = has & FILE_ID_SIZE;
	if (out->has_size)
		out->size = get_u64(r);
	out->has_aich = has & FILE_ID_AICH;
	if (out->has_aich)
		get_bytes(r, out->aich_root, AICH_SIZE);
	return !r->bad;
}

bool
msg_get_bundle(const struct packet *p, struct msg_bundle *out)
{
	memset(out, 0, sizeof *out);
	out->rest = reader_of(p->payload, p->payload_len);
	if (p->opcode == OP_MULTIPACKET_EXT2)
		return get_file_id(&out->rest, &out->id);
	get_bytes(&out->rest, out->id.hash, HASH_SIZE);
	out->id.has_size = p->opcode == OP_MULTIPACKET_EXT;
	if (out->id.has_size)
		out->id.size = get_u64(&out->rest);
	return !out->rest.bad;
}

enum msg_question
msg_next_question(struct msg_bundle *b)
{
	struct reader *r = &b->rest;
	enum msg_question q;

	if (reader_left(r) == 0)
		return QUESTION_END;
	switch (get_u8(r)) {
	case OP_REQUESTFILENAME:
		/* a part map and a count of complete sources (we say 2) */
		get_slice(r, ((size_t)get_u16(r) + 7) / 8);
		get_u16(r);
		q = QUESTION_NAME;
		break;
	case OP_SETREQFILEID:
		q = QUESTION_STATUS;
		break;
	case OP_AICHFILEHASHREQ:
		q = QUESTION_AICH_ROOT;
		break;
	case OP_REQUESTSOURCES:
		q = QUESTION_SOURCES;
		break;
	case OP_REQUESTSOURCES2:
		get_slice(r, 3); /* version, options */
		q = QUESTION_SOURCES;
		break;
	default:
		r->bad = true;
		return QUESTION_END;
	}
	return r->bad ? QUESTION_END : q;
}

bool
msg_get_hash_set2(
    const struct packet *p, struct msg_file_id *id, uint8_t *options)
{
	struct reader r = reader_of(p->payload, p->payload_len);

	if (!get_file_id(&r, id))
		return false;
	*options = get_u8(&r);
	return !r.bad;
}

bool
msg_get_aich_request(const struct packet *p, struct msg_aich_request *out)
{
	struct reader r = reader_of(p->payload, p->payload_len);

	get_bytes(&r, out->hash, HASH_SIZE);
	out->part = get_u16(&r);
	get_bytes(&r, out->root, AICH_SIZE);
	return !r.bad && reader_left(&r) == 0;
}
