/*
 * Answers to questions about files; see answer.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/answer.h"

#include "base/text.h"
#include "proto/aich_tree.h"

#include <string.h>

bool
answer_get_hash(
    struct session *s, const struct packet *p, uint8_t hash[HASH_SIZE])
{
	if (msg_get_hash(p, hash))
		return true;
	session_bad_peer(s, "payload shorter than a file hash");
	return false;
}

void
answer_set_file(struct session *s, const uint8_t hash[HASH_SIZE])
{
	memcpy(s->file, hash, HASH_SIZE);
	s->has_file = true;
}

/* Tell the peer that we do not have the file, unless it was told just now. */
static void
refuse(struct session *s, const uint8_t hash[HASH_SIZE], struct writer *w)
{
	if (!s->has_refused || !same_hash(s->refused, hash))
		msg_put_no_file(w, hash);
	memcpy(s->refused, hash, HASH_SIZE);
	s->has_refused = true;
}

bool
answer_find_file(struct session *s, const uint8_t hash[HASH_SIZE],
    struct catalog_file *out, struct writer *w)
{
	enum catalog_result res =
	    s->catalog->find(s->catalog->ctx, hash, false, out);

	if (res == CATALOG_SILENT)
		return false;
	if (res == CATALOG_FOUND && out->size <= EMULE_FILE_MAX) {
		s->has_refused = false;
		return true;
	}
	refuse(s, hash, w);
	return false;
}

/* The same by what an identifier says; size and root must agree, if given. */
static bool
find_by_id(struct session *s, const struct msg_file_id *id,
    struct catalog_file *out, struct writer *w)
{
	bool had_refused = s->has_refused;

	if (!answer_find_file(s, id->hash, out, w))
		return false;
	if ((!id->has_size || id->size == out->size) &&
	    (!id->has_aich || !out->has_aich ||
		memcmp(id->aich_root, out->aich_root, AICH_SIZE) == 0))
		return true;
	s->has_refused = had_refused; /* it was not this one that we have */
	refuse(s, id->hash, w);
	return false;
}

/* All that we know a file by, for our own identifiers. */
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

/* A name or comment in the encoding that the peer reads. */
static size_t
encode(const struct session *s, char *out, size_t cap, const char *text,
    size_t len)
{
	return s->hello.misc1 & MISC1_UNICODE
	    ? text_to_utf8(out, cap, text, len)
	    : text_to_latin1(out, cap, text, len);
}

/* Send the file's comment behind its name, once a file. */
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
	len = encode(s, text, sizeof text, comment.text, comment.len);
	msg_put_file_comment(w, comment.rating, text, len);
}

void
answer_file_name(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;
	char name[WIRE_NAME_MAX];
	size_t len;

	if (!answer_get_hash(s, p, hash))
		return;
	s->has_refused = false; /* a new question gets a new answer */
	if (!answer_find_file(s, hash, &file, w))
		return;
	answer_set_file(s, hash);
	len = encode(s, name, sizeof name, file.name, strlen(file.name));
	msg_put_file_name(w, hash, name, len);
	describe(s, hash, w);
}

void
answer_file_status(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;

	if (!answer_get_hash(s, p, hash) ||
	    !answer_find_file(s, hash, &file, w))
		return;
	answer_set_file(s, hash);
	msg_put_file_status(w, hash);
}

void
answer_hash_set(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE], *hashes;
	struct catalog_file file;
	size_t begin = w->pos, n;

	if (!answer_get_hash(s, p, hash) ||
	    !answer_find_file(s, hash, &file, w))
		return;
	n = msg_part_hash_count(file.size);
	hashes = msg_put_hash_set(w, hash, n);
	if (n > 0 &&
	    (!hashes ||
		!s->catalog->part_hashes(s->catalog->ctx, hash, hashes, n)))
		w->pos = begin; /* no answer is better than a wrong one */
}

/* One hash set of 0xB2: what it is of, how many, the hashes. */
static bool
put_set(const struct session *s, struct writer *w, const uint8_t *of,
    size_t of_len, size_t n, size_t hash_len, const uint8_t *hash,
    bool (*get)(void *ctx, const uint8_t *hash, uint8_t *out, size_t n))
{
	uint8_t *out;

	put_bytes(w, of, of_len);
	put_u16(w, (uint16_t)n);
	out = put_slice(w, n * hash_len);
	return out && (n == 0 || get(s->catalog->ctx, hash, out, n));
}

void
answer_hash_set2(struct session *s, const struct packet *p, struct writer *w)
{
	struct catalog_file file;
	struct msg_file_id id;
	uint8_t options;
	size_t undo = w->pos, begin;
	bool ok = true;

	if (!msg_get_hash_set2(p, &id, &options)) {
		session_bad_peer(s, "malformed HASHSETREQUEST2");
		return;
	}
	if (!find_by_id(s, &id, &file, w))
		return;
	options &= file.has_aich ? HASH_SET_MD4 | HASH_SET_AICH : HASH_SET_MD4;
	if (options == 0)
		return; /* nothing we could answer with */
	id = id_of(id.hash, &file);
	begin = packet_begin(w, OP_EMULEPROT, OP_HASHSETANSWER2);
	msg_put_file_id(w, &id);
	put_u8(w, options);
	if (options & HASH_SET_MD4)
		ok = put_set(s, w, id.hash, HASH_SIZE,
		    msg_part_hash_count(file.size), HASH_SIZE, id.hash,
		    s->catalog->part_hashes);
	if (ok && (options & HASH_SET_AICH))
		ok = put_set(s, w, id.aich_root, AICH_SIZE,
		    msg_aich_part_count(file.size), AICH_SIZE, id.hash,
		    s->catalog->aich_part_hashes);
	packet_end(w, begin);
	if (!ok)
		w->pos = undo;
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
		len = encode(
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
 * Each question is answered once a bundle, in the order asked; what cannot be
 * read ends the bundle, and what was understood before it is answered.
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
	if (!find_by_id(s, &bundle.id, &file, w))
		return;
	answer_set_file(s, bundle.id.hash);
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

/* A file that has AICH hashes. Without them, silence is what eMule expects. */
static bool
find_aich(
    struct session *s, const uint8_t hash[HASH_SIZE], struct catalog_file *out)
{
	return s->catalog->find(s->catalog->ctx, hash, false, out) ==
	    CATALOG_FOUND &&
	    out->size <= EMULE_FILE_MAX && out->has_aich;
}

void
answer_aich_root(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;

	if (answer_get_hash(s, p, hash) && find_aich(s, hash, &file))
		msg_put_aich_root(w, hash, file.aich_root);
}

/* Has the peer asked for less than it may this minute? Counts. */
static bool
may_recover(struct session *s)
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
	    !aich_is_recoverable(file.size, request->part) || !may_recover(s))
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

/* A list that is being written. */
struct listing {
	const struct session *session;
	struct writer *w;
	struct msg_list list;
};

static bool
list_file(
    void *ctx, const uint8_t hash[HASH_SIZE], const struct catalog_file *file)
{
	struct listing *l = ctx;
	char name[WIRE_NAME_MAX + 1];

	if (!msg_list_has_room(l->w, &l->list))
		return false; /* a peer sees so many, and no more */
	if (file->size > EMULE_FILE_MAX)
		return true;
	name[encode(l->session, name, WIRE_NAME_MAX, file->name,
	    strlen(file->name))] = '\0';
	msg_put_list_entry(l->w, &l->list, hash, file->size, name);
	return true;
}

static void
put_list(
    struct session *s, const uint8_t *dir, size_t dir_len, struct writer *w)
{
	struct listing l = {s, w, msg_begin_list(w, dir, dir_len)};

	s->catalog->each(s->catalog->ctx, list_file, &l);
	msg_end_list(w, &l.list);
}

/* May this peer have one more list? If not it is told so. */
static bool
may_browse(struct session *s, struct writer *w)
{
	if (s->config->browse && s->n_lists++ < LISTS_MAX)
		return true;
	msg_put_shared_denied(w);
	return false;
}

void
answer_browse(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	if (may_browse(s, w))
		put_list(s, NULL, 0, w);
}

void
answer_browse_dirs(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	if (may_browse(s, w))
		msg_put_directory(w, BROWSE_DIRECTORY);
}

/* The string is compared with the one name we gave out, and used for no more. */
void
answer_browse_dir(struct session *s, const struct packet *p, struct writer *w)
{
	struct reader r = reader_of(p->payload, p->payload_len);
	size_t len = get_u16(&r);
	const uint8_t *dir = get_slice(&r, len);

	if (!may_browse(s, w))
		return;
	if (dir && len == strlen(BROWSE_DIRECTORY) &&
	    memcmp(dir, BROWSE_DIRECTORY, len) == 0)
		put_list(s, dir, len, w);
	else
		msg_put_shared_denied(w);
}

void
answer_public_ip(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	/* the answer has room for IPv4 only; without one, silence is legal */
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
