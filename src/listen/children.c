/*
 * The list of child processes; see children.h. It is searched from end to end:
 * a thousand entries take a microsecond.
 * SPDX-License-Identifier: ISC
 */
#include "listen/children.h"

#include "base/owner.h"

#include <assert.h>

void
children_add(struct children *c, pid_t pid, uint64_t owner)
{
	assert(c->n < CHILDREN_MAX);
	c->list[c->n++] = (struct child){pid, owner};
}

void
children_remove(struct children *c, pid_t pid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].pid == pid) {
			c->list[i] = c->list[--c->n];
			return;
		}
}

static uint64_t
count(const struct children *c, uint64_t owner, unsigned size)
{
	uint64_t network = owner_network(owner, size), n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += owner_network(c->list[i].owner, size) == network;
	return n;
}

bool
children_are_many(const struct children *c, uint64_t owner, uint32_t limit)
{
	if (owner == 0)
		return false;
	for (unsigned size = 0; size < owner_sizes(owner); size++)
		if (count(c, owner, size) >= owner_limit(limit, size))
			return true;
	return false;
}
