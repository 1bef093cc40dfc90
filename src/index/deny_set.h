/*
 * The ranges of a list of denied addresses while it is compiled: they are
 * collected, sorted and merged, allowed ranges are cut out, and the rest is
 * written. Never linked into the server.
 *
 * IPv4 and IPv6 are kept apart: "::/0" denies no IPv4 address.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_DENY_SET_H
#define INDEX_DENY_SET_H

#include "store/deny_list.h"

struct ip_list {
	struct ip_range *ranges; /* owned */
	size_t n, cap;
};

/* Zeroed at the beginning. */
struct deny_set {
	struct ip_list deny[IP_FAMILIES], allow[IP_FAMILIES];
};

/* False, with nothing changed, when there is no memory. */
bool deny_set_add(
    struct deny_set *set, const struct ip_range *range, bool allow);

/*
 * Sort the denied ranges, merge those that overlap or touch, and cut the
 * allowed ones out; these are empty afterwards. False when there is no memory.
 */
bool deny_set_compile(struct deny_set *set);

/* The number of denied IPv4 addresses, after deny_set_compile. */
uint64_t deny_set_ipv4_count(const struct deny_set *set);

/* Take the next block of the file; false to stop. */
typedef bool deny_list_write(void *ctx, const uint8_t block[DENY_LIST_BLOCK]);

/* Write the compiled list. False when the function failed. */
bool deny_set_write(
    const struct deny_set *set, deny_list_write *write, void *ctx);

void deny_set_free(struct deny_set *set);

#endif
