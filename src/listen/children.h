/*
 * The processes that serve a connection each, as their parent knows them.
 * SPDX-License-Identifier: ISC
 */
#ifndef LISTEN_CHILDREN_H
#define LISTEN_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILDREN_MAX 4096

struct children {
	size_t n;
	struct child {
		pid_t pid;
		uint64_t owner; /* of the peer's address, see base/owner.h */
	} list[CHILDREN_MAX];
};

/* There must be room. */
void children_add(struct children *c, pid_t pid, uint64_t owner);

/* One that is not in the list is ignored. */
void children_remove(struct children *c, pid_t pid);

/*
 * Has the owner as many as `limit`, or a network around it as many as
 * owner_limit says? Never for an owner that is not known.
 */
bool children_are_many(
    const struct children *c, uint64_t owner, uint32_t limit);

#endif
