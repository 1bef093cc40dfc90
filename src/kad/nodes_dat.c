/*
 * nodes.dat; see nodes_dat.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/nodes_dat.h"

/* Version, and what of its entries comes behind the contact. */
static bool
read_head(struct reader *r, uint32_t *version, size_t *rest)
{
	uint32_t first = get_u32(r);

	*version = 0;
	*rest = 0;
	if (first != 0)
		return !r->bad; /* it is the count */
	*version = get_u32(r);
	if (*version == 2 || (*version == 3 && get_u32(r) != 1))
		*rest = 9;
	get_u32(r); /* the count: the bytes say it, too */
	return !r->bad && *version >= 1 && *version <= 3;
}

int
kad_nodes_read(
    struct kad_contacts *c, const void *bytes, size_t len, uint64_t now)
{
	struct reader r = reader_of(bytes, len);
	uint32_t version;
	size_t rest;
	int n = 0;

	if (!read_head(&r, &version, &rest))
		return -1;
	while (c->n < KAD_CONTACTS_MAX) {
		struct kad_contact contact = kad_get_contact(&r);

		get_slice(&r, rest);
		if (r.bad)
			break;
		if (version == 0) /* what it has is a type, not a version */
			contact.version = KAD_VERSION_SOURCES;
		n += kad_contacts_add(c, &contact, false, now) != NULL;
	}
	return n;
}

size_t
kad_nodes_write(const struct kad_contacts *c, uint64_t since_ms,
    uint8_t out[KAD_NODES_SIZE])
{
	struct writer w = writer_of(out, KAD_NODES_SIZE), count;
	size_t living = kad_contacts_living(c, since_ms);
	/* every so many, so that they lie all around the ring */
	size_t step = living / KAD_NODES_WRITTEN + 1;
	size_t i_living = 0;
	uint32_t n = 0;

	put_u32(&w, 0);
	put_u32(&w, 2);
	count = w;
	put_u32(&w, 0);
	for (size_t i = 0; i < c->n && n < KAD_NODES_WRITTEN; i++) {
		const struct kad_node *node = &c->nodes[c->order[i]];

		if (node->heard_ms == 0 || node->heard_ms < since_ms ||
		    i_living++ % step != 0)
			continue;
		kad_put_contact(&w, &node->contact);
		put_u32(&w, node->key);
		put_u32(&w, node->key ? c->own_ip : 0);
		put_u8(&w, 1);
		n++;
	}
	put_u32(&count, n);
	return w.pos;
}
