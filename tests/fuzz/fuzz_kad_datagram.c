/*
 * Kad datagrams: decrypting, unpacking and every message that is read.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "kad/datagram.h"

static void
read_contacts(struct kad_contact_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		kad_get_contact(&list->r);
	must(!list->r.bad);
}

static void
read_message(const struct kad_message *m)
{
	struct kad_contact_list list;
	struct kad_contact sender;
	struct kad_id target;
	uint32_t ip;
	uint16_t port;
	uint8_t load;

	if (kad_get_bootstrap_res(m, &sender, &list))
		read_contacts(&list);
	if (kad_get_res(m, &target, &list))
		read_contacts(&list);
	must(!kad_get_publish_res(m, &target, &load) || load <= 100);
	must(!kad_get_pong(m, &port) || port != 0);
	kad_get_firewalled_res(m, &ip);
	kad_get_req(m, &target);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t buffer[KAD_INFLATED_MAX];
	struct kad_message m;
	struct kad_clear clear;
	uint8_t *copy = malloc(size > 0 ? size : 1);

	must(copy);
	memcpy(copy, data, size);
	if (kad_get_message(copy, size, buffer, &m))
		read_message(&m);
	/* the key of the corpus: that of an answer of amuled */
	if (kad_deobfuscate(copy, size, 0x979929C5, &clear)) {
		must(clear.datagram + clear.len == copy + size);
		if (kad_get_message(clear.datagram, clear.len, buffer, &m))
			read_message(&m);
	}
	free(copy);
	return 0;
}
