/*
 * Messages out; see msg.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/msg.h"

#include "base/util.h"
#include "proto/tag.h"

#include <string.h>

static void
put_hello_body(struct writer *w, const struct msg_self *self)
{
	put_bytes(w, self->user_hash, HASH_SIZE);
	put_u32(w, 0); /* client id: peers use the socket's address */
	put_u16(w, self->port);
	put_u32(w, 7);
	put_tag_string(w, CT_NAME, self->name);
	put_tag_u32(w, CT_VERSION, OUR_EDONKEY_VERSION);
	put_tag_u32(w, CT_EMULE_UDPPORTS, 0);
	put_tag_u32(w, CT_EMULE_VERSION, OUR_EMULE_VERSION);
	put_tag_u32(w, CT_EMULE_MISCOPTIONS1, self->misc1);
	put_tag_u32(w, CT_EMULE_MISCOPTIONS2, self->misc2);
	put_tag_string(w, CT_MOD_VERSION, self->mod);
	put_u32(w, 0); /* no server */
	put_u16(w, 0);
}

void
msg_put_hello(struct writer *w, const struct msg_self *self)
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_HELLO);

	put_u8(w, HASH_SIZE);
	put_hello_body(w, self);
	packet_end(w, begin);
}

void
msg_put_hello_answer(struct writer *w, const struct msg_self *self)
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_HELLOANSWER);

	put_hello_body(w, self);
	packet_end(w, begin);
}

void
msg_put_file_request(struct writer *w, const uint8_t hash[HASH_SIZE])
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_SETREQFILEID);

	put_bytes(w, hash, HASH_SIZE);
	packet_end(w, begin);
}

void
msg_put_emule_info_answer(struct writer *w)
{
	static const struct {
		uint8_t id;
		uint32_t value;
	} tags[] = {
	    {ET_COMPRESSION, 0},
	    {ET_UDPPORT, 0},
	    {ET_UDPVER, 0},
	    {ET_SOURCEEXCHANGE, 0},
	    {ET_COMMENTS, 1},
	    {ET_EXTENDEDREQUEST, 2},
	    {ET_FEATURES, 0},
	    {ET_COMPATIBLECLIENT, OUR_COMPAT_ID},
	};
	size_t begin = packet_begin(w, OP_EMULEPROT, OP_EMULEINFOANSWER);

	put_u8(w, 0x44); /* eMule 0.44, what the message was last used for */
	put_u8(w, 0x01);
	put_u32(w, ARRAY_LEN(tags));
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		put_tag_u32(w, tags[i].id, tags[i].value);
	packet_end(w, begin);
}

/* A whole frame of the given opcode whose payload is bytes we have. */
static void
put_frame(struct writer *w, uint8_t protocol, uint8_t opcode, const void *bytes,
    size_t n)
{
	size_t begin = packet_begin(w, protocol, opcode);

	put_bytes(w, bytes, n);
	packet_end(w, begin);
}

void
msg_put_file_name(struct writer *w, const uint8_t hash[HASH_SIZE],
    const char *name, size_t len)
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_REQFILENAMEANSWER);

	len = min_size(len, WIRE_NAME_MAX);
	put_bytes(w, hash, HASH_SIZE);
	put_u16(w, (uint16_t)len);
	put_bytes(w, name, len);
	packet_end(w, begin);
}

void
msg_put_file_status(struct writer *w, const uint8_t hash[HASH_SIZE])
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_FILESTATUS);

	put_bytes(w, hash, HASH_SIZE);
	put_u16(w, 0);
	packet_end(w, begin);
}

void
msg_put_no_file(struct writer *w, const uint8_t hash[HASH_SIZE])
{
	put_frame(w, OP_EDONKEYPROT, OP_FILEREQANSNOFIL, hash, HASH_SIZE);
}

uint8_t *
msg_put_hash_set(struct writer *w, const uint8_t hash[HASH_SIZE], size_t n)
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_HASHSETANSWER);
	uint8_t *hashes;

	if (n > PART_HASHES_MAX) {
		w->bad = true;
		return NULL;
	}
	put_bytes(w, hash, HASH_SIZE);
	put_u16(w, (uint16_t)n);
	hashes = put_slice(w, n * HASH_SIZE);
	packet_end(w, begin);
	return hashes;
}

void
msg_put_aich_root(struct writer *w, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE])
{
	size_t begin = packet_begin(w, OP_EMULEPROT, OP_AICHFILEHASHANS);

	put_bytes(w, hash, HASH_SIZE);
	put_bytes(w, root, AICH_SIZE);
	packet_end(w, begin);
}

size_t
msg_begin_aich_answer(struct writer *w, const struct msg_aich_request *request)
{
	size_t begin = packet_begin(w, OP_EMULEPROT, OP_AICHANSWER);

	put_bytes(w, request->hash, HASH_SIZE);
	put_u16(w, request->part);
	put_bytes(w, request->root, AICH_SIZE);
	return begin;
}

void
msg_put_aich_refusal(struct writer *w, const uint8_t hash[HASH_SIZE])
{
	put_frame(w, OP_EMULEPROT, OP_AICHANSWER, hash, HASH_SIZE);
}

void
msg_put_accept_upload(struct writer *w)
{
	put_frame(w, OP_EDONKEYPROT, OP_ACCEPTUPLOADREQ, NULL, 0);
}

void
msg_put_queue_rank(struct writer *w, uint16_t rank)
{
	static const uint8_t zeros[10];
	size_t begin = packet_begin(w, OP_EMULEPROT, OP_QUEUERANKING);

	put_u16(w, rank);
	put_bytes(w, zeros, sizeof zeros);
	packet_end(w, begin);
}

void
msg_put_out_of_parts(struct writer *w)
{
	put_frame(w, OP_EDONKEYPROT, OP_OUTOFPARTREQS, NULL, 0);
}

void
msg_put_keep_alive(struct writer *w, const uint8_t hash[HASH_SIZE])
{
	put_frame(w, OP_EDONKEYPROT, OP_CHANGE_SLOT, hash, HASH_SIZE);
}

void
msg_put_public_ip(struct writer *w, const uint8_t ip[4])
{
	put_frame(w, OP_EMULEPROT, OP_PUBLICIP_ANSWER, ip, 4);
}

void
msg_put_shared_denied(struct writer *w)
{
	put_frame(w, OP_EDONKEYPROT, OP_ASKSHAREDDENIEDANS, NULL, 0);
}

void
msg_put_file_comment(
    struct writer *w, uint8_t rating, const char *text, size_t len)
{
	size_t begin = packet_begin(w, OP_EMULEPROT, OP_FILEDESC);

	put_u8(w, rating);
	put_u32(w, (uint32_t)len);
	put_bytes(w, text, len);
	packet_end(w, begin);
}

void
msg_put_file_id(struct writer *w, const struct msg_file_id *id)
{
	put_u8(w,
	    (uint8_t)(FILE_ID_MD4 | (id->has_size ? FILE_ID_SIZE : 0) |
		(id->has_aich ? FILE_ID_AICH : 0)));
	put_bytes(w, id->hash, HASH_SIZE);
	if (id->has_size)
		put_u64(w, id->size);
	if (id->has_aich)
		put_bytes(w, id->aich_root, AICH_SIZE);
}

size_t
msg_begin_answers(struct writer *w, const struct msg_file_id *id, bool by_id)
{
	size_t begin = packet_begin(w, OP_EMULEPROT,
	    by_id ? OP_MULTIPACKETANSWER_EXT2 : OP_MULTIPACKETANSWER);

	if (by_id)
		msg_put_file_id(w, id);
	else
		put_bytes(w, id->hash, HASH_SIZE);
	return begin;
}

void
msg_put_answer_name(struct writer *w, const char *name, size_t len)
{
	put_u8(w, OP_REQFILENAMEANSWER);
	put_u16(w, (uint16_t)len);
	put_bytes(w, name, len);
}

void
msg_put_answer_status(struct writer *w)
{
	put_u8(w, OP_FILESTATUS);
	put_u16(w, 0); /* complete */
}

void
msg_put_answer_aich_root(struct writer *w, const uint8_t root[AICH_SIZE])
{
	put_u8(w, OP_AICHFILEHASHANS);
	put_bytes(w, root, AICH_SIZE);
}

/* The largest entry: head, tag count, name tag, two size tags. */
#define LIST_ENTRY_MAX                                                         \
	(HASH_SIZE + 4 + 2 + 4 + (4 + 2 + WIRE_NAME_MAX) + (4 + 4) + (4 + 1))

struct msg_list
msg_begin_list(struct writer *w, const uint8_t *dir, size_t dir_len)
{
	struct msg_list list = {0};

	list.begin = packet_begin(w, OP_EDONKEYPROT,
	    dir ? OP_ASKSHAREDFILESDIRANS : OP_ASKSHAREDFILESANSWER);
	if (dir) {
		put_u16(w, (uint16_t)dir_len);
		put_bytes(w, dir, dir_len);
	}
	list.count_at = w->pos;
	put_u32(w, 0);
	return list;
}

bool
msg_list_has_room(const struct writer *w, const struct msg_list *list)
{
	return w->pos - list->begin + LIST_ENTRY_MAX <= REPLY_MAX &&
	    w->cap - w->pos >= LIST_ENTRY_MAX;
}

void
msg_put_list_entry(struct writer *w, struct msg_list *list,
    const uint8_t hash[HASH_SIZE], uint64_t size, const char *name)
{
	bool large = size > UINT32_MAX;

	put_bytes(w, hash, HASH_SIZE);
	put_u32(w, 0); /* client id and port: ours are known */
	put_u16(w, 0);
	put_u32(w, large ? 3 : 2);
	put_tag_string(w, FT_FILENAME, name);
	put_tag_u32(w, FT_FILESIZE, (uint32_t)size);
	if (large)
		put_tag_u8(w, FT_FILESIZE_HI, (uint8_t)(size >> 32));
	list->n++;
}

void
msg_end_list(struct writer *w, const struct msg_list *list)
{
	struct writer count;

	if (w->bad)
		return;
	count = writer_of(w->data + list->count_at, 4);
	put_u32(&count, list->n);
	packet_end(w, list->begin);
}

void
msg_put_directory(struct writer *w, const char *dir)
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_ASKSHAREDDIRSANS);
	size_t len = strlen(dir);

	put_u32(w, 1);
	put_u16(w, (uint16_t)len);
	put_bytes(w, dir, len);
	packet_end(w, begin);
}

void
msg_put_port_test(struct writer *w)
{
	static const uint8_t answer = 0x12;

	put_frame(w, OP_EDONKEYPROT, OP_PORTTEST, &answer, 1);
}

/* Protocol, length of header plus data, opcode, hash, offsets. */
static size_t
data_header(uint8_t out[DATA_HEADER_MAX], uint8_t protocol, uint8_t opcode,
    const uint8_t hash[HASH_SIZE], struct range r, bool wide)
{
	struct writer w = writer_of(out, DATA_HEADER_MAX);
	uint32_t offsets = wide ? 16 : 8;

	put_u8(&w, protocol);
	put_u32(&w, 1 + HASH_SIZE + offsets + (uint32_t)(r.end - r.start));
	put_u8(&w, opcode);
	put_bytes(&w, hash, HASH_SIZE);
	if (wide) {
		put_u64(&w, r.start);
		put_u64(&w, r.end);
	} else {
		put_u32(&w, (uint32_t)r.start);
		put_u32(&w, (uint32_t)r.end);
	}
	return w.pos;
}

size_t
msg_data_header(
    uint8_t out[DATA_HEADER_MAX], const uint8_t hash[HASH_SIZE], struct range r)
{
	if (r.end <= UINT32_MAX)
		return data_header(
		    out, OP_EDONKEYPROT, OP_SENDINGPART, hash, r, false);
	return data_header(
	    out, OP_EMULEPROT, OP_SENDINGPART_I64, hash, r, true);
}

size_t
msg_direct_data_header(
    uint8_t out[DATA_HEADER_MAX], const uint8_t hash[HASH_SIZE], struct range r)
{
	return data_header(out, OP_EDONKEYPROT, OP_SENDINGPART, hash, r, true);
}
