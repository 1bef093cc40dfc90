/*
 * The greeting, and questions about one file; see answer.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/answer.h"

#include "base/text.h"
#include "proto/parts.h"

#include <string.h>

void
answer_hello(struct session *s, const struct packet *p, struct writer *w)
{
	struct msg_hello hello;

	if (!msg_get_hello(p, &hello)) {
		session_bad_peer(s, "malformed HELLO");
		return;
	}
	if (++s->n_hellos > HELLOS_MAX) {
		session_bad_peer(s, "too many HELLOs");
		return;
	}
	s->hello = hello;
	if (s->state == SESSION_HELLO)
		s->state = SESSION_READY;
	msg_put_hello_answer(w, &s->config->self);
}

/* The identifier that we send of a file. */
static struct msg_file_id
id_of(const uint8_t hash[HASH_SIZE], const struct catalog_file *file)
{
	struct msg_file_id id = {
	    .has_size = true,
	    .size = file->size,
	    .has_aich = file->has_aich,
	};

	memcpy(id.hash, hash, HASH_SIZE);
	memcpy(id.aich_root, file->aich_root, AICH_SIZE);
	return id;
}

size_t
answer_encode(const struct session *s, char *out, size_t cap, const char *text,
    size_t len)
{
	return s->hello.misc1 & MISC1_UNICODE
	    ? text_to_utf8(out, cap, text, len)
	    : text_to_latin1(out, cap, text, len);
}

/* Send the file's comment, once for a file; it follows the name. */
static void
describe(struct session *s, const uint8_t hash[HASH_SIZE], struct writer *w)
{
	struct catalog_comment comment;
	char text[COMMENT_MAX];
	size_t len;

	if (s->has_described && same_hash(s->described, hash))
		return;
	memcpy(s->described, hash, HASH_SIZE);
	s->has_described = true;
	if (!s->catalog->comment ||
	    !s->catalog->comment(s->catalog->ctx, hash, &comment))
		return;
	len = answer_encode(s, text, sizeof text, comment.text, comment.len);
	msg_put_file_comment(w, comment.rating, text, len);
}

void
answer_file_name(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;
	char name[WIRE_NAME_MAX];
	size_t len;

	if (!session_get_hash(s, p, hash))
		return;
	s->has_refused = false; /* a new question gets a new answer */
	if (!session_find_file(s, hash, &file, w))
		return;
	session_set_file(s, hash);
	len = answer_encode(s, name, sizeof name, file.name, strlen(file.name));
	msg_put_file_name(w, hash, name, len);
	describe(s, hash, w);
}

void
answer_file_status(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;

	if (!session_get_hash(s, p, hash) ||
	    !session_find_file(s, hash, &file, w))
		return;
	session_set_file(s, hash);
	msg_put_file_status(w, hash);
}

void
answer_hash_set(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE], *hashes;
	struct catalog_file file;
	struct writer before = *w;
	size_t n;

	if (!session_get_hash(s, p, hash) ||
	    !session_find_file(s, hash, &file, w))
		return;
	n = parts_md4_count(file.size);
	hashes = msg_put_hash_set(w, hash, n);
	if (n > 0 &&
	    (!hashes ||
		!s->catalog->part_hashes(s->catalog->ctx, hash, hashes, n)))
		*w = before; /* without the hashes there is no answer */
}

/*
 * Begin a hash set of 0xB2: what it is of, and how many hashes it has. Returns
 * where the caller puts those n hashes, or NULL.
 */
static uint8_t *
begin_set(struct writer *w, const uint8_t *of, size_t hash_len, size_t n)
{
	put_bytes(w, of, hash_len);
	put_u16(w, (uint16_t)n);
	return put_slice(w, n * hash_len);
}

static bool
put_md4_set(
    const struct catalog *c, const struct msg_file_id *id, struct writer *w)
{
	size_t n = parts_md4_count(id->size);
	uint8_t *hashes = begin_set(w, id->hash, HASH_SIZE, n);

	return hashes &&
	    (n == 0 || c->part_hashes(c->ctx, id->hash, hashes, n));
}

static bool
put_aich_set(
    const struct catalog *c, const struct msg_file_id *id, struct writer *w)
{
	size_t n = parts_aich_count(id->size);
	uint8_t *hashes = begin_set(w, id->aich_root, AICH_SIZE, n);

	return hashes &&
	    (n == 0 || c->aich_part_hashes(c->ctx, id->hash, hashes, n));
}

void
answer_hash_set2(struct session *s, const struct packet *p, struct writer *w)
{
	struct catalog_file file;
	struct msg_file_id id;
	uint8_t options;
	struct writer before = *w;
	size_t begin;

	if (!msg_get_hash_set2(p, &id, &options)) {
		session_bad_peer(s, "malformed HASHSETREQUEST2");
		return;
	}
	if (!session_find_by_id(s, &id, &file, w))
		return;
	options &= file.has_aich ? HASH_SET_MD4 | HASH_SET_AICH : HASH_SET_MD4;
	if (options == 0)
		return;
	id = id_of(id.hash, &file);
	begin = packet_begin(w, OP_EMULEPROT, OP_HASHSETANSWER2);
	msg_put_file_id(w, &id);
	put_u8(w, options);
	if ((options & HASH_SET_MD4 && !put_md4_set(s->catalog, &id, w)) ||
	    (options & HASH_SET_AICH && !put_aich_set(s->catalog, &id, w)))
		*w = before;
	else
		packet_end(w, begin);
}

/* Put one answer of a bundle. False when there is nothing to say. */
static bool
put_answer(const struct session *s, enum msg_question q,
    const struct catalog_file *file, bool by_id, struct writer *w)
{
	char name[WIRE_NAME_MAX];
	size_t len;

	switch (q) {
	case QUESTION_NAME:
		len = answer_encode(
		    s, name, sizeof name, file->name, strlen(file->name));
		msg_put_answer_name(w, name, len);
		return true;
	case QUESTION_STATUS:
		msg_put_answer_status(w);
		return true;
	case QUESTION_AICH_ROOT:
		/* an identifier has it already */
		if (!file->has_aich || by_id)
			return false;
		msg_put_answer_aich_root(w, file->aich_root);
		return true;
	default:
		return false; /* we know no sources */
	}
}

/*
 * Each question of a bundle is answered once, in the order asked. A question
 * that cannot be read ends the bundle; those before it are answered.
 */
void
answer_bundle(struct session *s, const struct packet *p, struct writer *w)
{
	bool by_id = p->opcode == OP_MULTIPACKET_EXT2;
	struct msg_bundle bundle;
	struct catalog_file file;
	struct msg_file_id id;
	enum msg_question q;
	unsigned asked = 0, answered = 0;
	size_t begin;

	if (!msg_get_bundle(p, &bundle)) {
		session_bad_peer(s, "malformed MULTIPACKET");
		return;
	}
	s->has_refused = false;
	if (!session_find_by_id(s, &bundle.id, &file, w))
		return;
	session_set_file(s, bundle.id.hash);
	id = id_of(bundle.id.hash, &file);
	begin = msg_begin_answers(w, &id, by_id);
	while ((q = msg_next_question(&bundle)) != QUESTION_END) {
		if (asked & (1u << q))
			continue;
		asked |= 1u << q;
		if (put_answer(s, q, &file, by_id, w))
			answered |= 1u << q;
	}
	if (answered)
		packet_end(w, begin);
	else
		w->pos = begin;
	if (answered & (1u << QUESTION_NAME))
		describe(s, id.hash, w);
}

void
answer_public_ip(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	/* the answer has room for IPv4 only; a peer may be left without one */
	if (s->config->peer_has_ipv4)
		msg_put_public_ip(w, s->config->peer_ipv4);
}

void
answer_emule_info(struct session *s, const struct packet *p, struct writer *w)
{
	(void)s;
	if (msg_get_emule_info(p))
		msg_put_emule_info_answer(w);
}

void
answer_port_test(struct session *s, const struct packet *p, struct writer *w)
{
	(void)s;
	(void)p;
	msg_put_port_test(w);
}
