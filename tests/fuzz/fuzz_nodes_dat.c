/*
 * nodes.dat: what is taken obeys the rules, and what is written can be read.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "kad/nodes_dat.h"

static struct kad_contacts *
contacts(void)
{
	struct kad_contacts *c = calloc(1, sizeof *c);

	must(c);
	kad_contacts_init(c, 1);
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[KAD_NODES_SIZE];
	struct kad_contacts *c = contacts(), *again = contacts();
	int n = kad_nodes_read(c, data, size, 1);
	size_t len;

	must(n >= -1 && (n >= 0 || c->n == 0));
	for (size_t i = 0; i < c->n; i++) {
		struct kad_node *node = &c->nodes[c->order[i]];

		must(kad_address_is_usable(node->contact.address));
		must(node->contact.version >= KAD_VERSION_SOURCES);
		must(kad_contacts_find(c, node->contact.address) == node);
		must(i == 0 ||
		    kad_less(c->nodes[c->order[i - 1]].contact.id,
			node->contact.id));
		node->heard_ms = 1;
	}
	len = kad_nodes_write(c, 1, out);
	n = kad_nodes_read(again, out, len, 1);
	must(n >= 0 && (size_t)n == again->n);
	must(c->n > KAD_NODES_WRITTEN || again->n == c->n);
	free(c);
	free(again);
	return 0;
}
