/*
 * Kad messages; see msg.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/msg.h"

/* The types of a tag, in the only form that Kad has. */
enum tag_type {
	TYPE_STRING = 0x02,
	TYPE_U32 = 0x03,
	TYPE_U16 = 0x08,
	TYPE_U8 = 0x09,
	TYPE_U64 = 0x0B,
};

struct kad_contact
kad_get_contact(struct reader *r)
{
	struct kad_contact contact = {.id = kad_get_id(r)};

	contact.address.ip = get_u32(r);
	contact.address.port = get_u16(r);
	contact.tcp_port = get_u16(r);
	contact.version = get_u8(r);
	return contact;
}

void
kad_put_contact(struct writer *w, const struct kad_contact *contact)
{
	kad_put_id(w, contact->id);
	put_u32(w, contact->address.ip);
	put_u16(w, contact->address.port);
	put_u16(w, contact->tcp_port);
	put_u8(w, contact->version);
}

bool
kad_get_bootstrap_res(const struct kad_message *m, struct kad_contact *sender,
    struct kad_contact_list *list)
{
	struct reader r = reader_of(m->payload, m->len);

	*sender = (struct kad_contact){.id = kad_get_id(&r)};
	sender->tcp_port = get_u16(&r);
	sender->version = get_u8(&r);
	list->n = get_u16(&r);
	list->r = r;
	return !r.bad && list->n <= KAD_BOOTSTRAP_CONTACTS &&
	    list->n * KAD_CONTACT_SIZE <= reader_left(&r);
}

bool
kad_get_res(const struct kad_message *m, struct kad_id *target,
    struct kad_contact_list *list)
{
	struct reader r = reader_of(m->payload, m->len);

	*target = kad_get_id(&r);
	list->n = get_u8(&r);
	list->r = r;
	return !r.bad && list->n <= KAD_ASK_CONTACTS &&
	    list->n * KAD_CONTACT_SIZE == reader_left(&r);
}

bool
kad_get_publish_res(
    const struct kad_message *m, struct kad_id *target, uint8_t *load)
{
	struct reader r = reader_of(m->payload, m->len);

	*target = kad_get_id(&r);
	*load = get_u8(&r);
	return !r.bad && *load <= 100;
}

bool
kad_get_firewalled_res(const struct kad_message *m, uint32_t *ip)
{
	struct reader r = reader_of(m->payload, m->len);

	*ip = get_u32(&r);
	return !r.bad;
}

bool
kad_get_pong(const struct kad_message *m, uint16_t *port)
{
	struct reader r = reader_of(m->payload, m->len);

	*port = get_u16(&r);
	return !r.bad && *port != 0;
}

bool
kad_get_req(const struct kad_message *m, struct kad_id *target)
{
	struct reader r = reader_of(m->payload, m->len);

	get_u8(&r);
	*target = kad_get_id(&r);
	kad_get_id(&r);
	return !r.bad;
}

void
kad_put_bare(struct writer *w, uint8_t opcode)
{
	put_u8(w, KAD_PROTOCOL);
	put_u8(w, opcode);
}

void
kad_put_req(struct writer *w, struct kad_id target, struct kad_id receiver)
{
	kad_put_bare(w, KAD_REQ);
	put_u8(w, KAD_ASK_CONTACTS);
	kad_put_id(w, target);
	kad_put_id(w, receiver);
}

void
kad_put_empty_res(struct writer *w, struct kad_id target)
{
	kad_put_bare(w, KAD_RES);
	kad_put_id(w, target);
	put_u8(w, 0);
}

void
kad_put_pong(struct writer *w, uint16_t port)
{
	kad_put_bare(w, KAD_PONG);
	put_u16(w, port);
}

void
kad_put_firewalled2_req(struct writer *w, uint16_t tcp_port,
    struct kad_id user_hash, uint8_t connect_options)
{
	kad_put_bare(w, KAD_FIREWALLED2_REQ);
	put_u16(w, tcp_port);
	kad_put_id(w, user_hash);
	put_u8(w, connect_options);
}

static void
put_tag_head(struct writer *w, enum tag_type type, uint8_t id)
{
	put_u8(w, (uint8_t)type);
	put_u16(w, 1);
	put_u8(w, id);
}

/* In the smallest width, as the others write it. */
static void
put_number(struct writer *w, uint8_t id, uint64_t v)
{
	if (v <= UINT8_MAX) {
		put_tag_head(w, TYPE_U8, id);
		put_u8(w, (uint8_t)v);
	} else if (v <= UINT16_MAX) {
		put_tag_head(w, TYPE_U16, id);
		put_u16(w, (uint16_t)v);
	} else if (v <= UINT32_MAX) {
		put_tag_head(w, TYPE_U32, id);
		put_u32(w, (uint32_t)v);
	} else {
		put_tag_head(w, TYPE_U64, id);
		put_u64(w, v);
	}
}

static void
put_string(struct writer *w, uint8_t id, const char *s, size_t len)
{
	put_tag_head(w, TYPE_STRING, id);
	if (len > UINT16_MAX)
		w->bad = true;
	put_u16(w, (uint16_t)len);
	put_bytes(w, s, len);
}

void
kad_put_publish_source(struct writer *w, struct kad_id file, uint64_t size,
    const struct kad_source *source)
{
	kad_put_bare(w, KAD_PUBLISH_SOURCE_REQ);
	kad_put_id(w, file);
	kad_put_id(w, source->user_hash);
	put_u8(w, 4);
	put_number(w, KAD_TAG_SOURCETYPE, size > KAD_LARGE_FILE ? 4 : 1);
	put_number(w, KAD_TAG_SOURCEPORT, source->tcp_port);
	put_number(w, KAD_TAG_FILESIZE, size);
	put_number(w, KAD_TAG_ENCRYPTION, source->connect_options);
}

static void
put_keyword_file(struct writer *w, const struct kad_file *file)
{
	kad_put_id(w, file->hash);
	put_u8(w, 3);
	put_string(w, KAD_TAG_FILENAME, file->name, file->name_len);
	put_number(w, KAD_TAG_FILESIZE, file->size);
	put_number(w, KAD_TAG_SOURCES, 1);
}

size_t
kad_put_publish_keyword(struct writer *w, struct kad_id keyword,
    const struct kad_file *files, size_t n)
{
	struct writer head;
	uint16_t count = 0;

	kad_put_bare(w, KAD_PUBLISH_KEY_REQ);
	kad_put_id(w, keyword);
	head = *w;
	put_u16(w, 0);
	while (count < n) {
		struct writer one = *w;

		put_keyword_file(&one, &files[count]);
		if (one.bad)
			break;
		*w = one;
		count++;
	}
	put_u16(&head, count);
	if (count == 0)
		w->bad = true;
	return count;
}

void
kad_put_publish_note(
    struct writer *w, struct kad_id kad_id, const struct kad_file *file)
{
	uint8_t n = (uint8_t)(2 + (file->rating > 0) + (file->comment_len > 0));

	kad_put_bare(w, KAD_PUBLISH_NOTES_REQ);
	kad_put_id(w, file->hash);
	kad_put_id(w, kad_id);
	put_u8(w, n);
	put_string(w, KAD_TAG_FILENAME, file->name, file->name_len);
	if (file->rating > 0)
		put_number(w, KAD_TAG_FILERATING, file->rating);
	if (file->comment_len > 0)
		put_string(
		    w, KAD_TAG_DESCRIPTION, file->comment, file->comment_len);
	put_number(w, KAD_TAG_FILESIZE, file->size);
}
