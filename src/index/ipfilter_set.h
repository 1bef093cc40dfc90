/*
 * Ranges on their way into a compiled list: collected, put in order, merged,
 * what is allowed cut out, written down. Never linked into the server.
 *
 * IPv4 and IPv6 are apart: "::/0" denies no IPv4 address.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_IPFILTER_SET_H
#define INDEX_IPFILTER_SET_H

#include "store/ipfilter.h"

struct ip_list {
	struct ip_range *ranges; /* owned */
	size_t n, cap;
};

/* Begins with all zeros. */
struct ipfilter_set {
	struct ip_list deny[IP_FAMILIES], allow[IP_FAMILIES];
};

/* False, with nothing changed, when there is no memory. */
bool ipfilter_set_add(
    struct ipfilter_set *set, const struct ip_range *range, bool allow);

/*
 * Make what is denied sorted and free of overlaps and neighbours, less what is
 * allowed, of which nothing is left afterwards. False when there is no memory.
 */
bool ipfilter_set_compile(struct ipfilter_set *set);

/* IPv4 addresses denied; after compile. */
uint64_t ipfilter_set_ipv4_count(const struct ipfilter_set *set);

/* Take the next block of the file; false to stop. */
typedef bool ipfilter_write(void *ctx, const uint8_t block[IPFILTER_BLOCK]);

/* Write what was compiled. False when the function said so. */
bool ipfilter_set_write(
    const struct ipfilter_set *set, ipfilter_write *write, void *ctx);

void ipfilter_set_free(struct ipfilter_set *set);

#endif
