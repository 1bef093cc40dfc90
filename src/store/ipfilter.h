/*
 * The compiled list of denied addresses: how the file is laid out, and how an
 * address is found in it. Pure: blocks come from a function of the caller's,
 * nothing is allocated.
 *
 * The file is blocks of 4,096 bytes; the last 8 of each are its checksum.
 * Numbers are little-endian, addresses in network order, so that memcmp
 * compares them.
 *
 *   block 0    magic (8), version (4), ranges of IPv4 (4), ranges of IPv6 (4),
 *              0 (4), id (8), then zeros
 *   then       the ranges of IPv4, first and last address, 4 bytes each, 511
 *              a block
 *   then       the ranges of IPv6, the same with 16 bytes each, 127 a block
 *
 * Ranges are inclusive, sorted, and do not touch. The last block of a kind is
 * filled up with zeros. How many ranges a block has follows from the header, so
 * no number in a block can lead out of it.
 *
 * A checksum covers the block, its number and the id, which is made of all
 * ranges: a block with a changed byte, in another place, or from another list
 * is noticed by whoever reads it. A search reads the header and about ten
 * blocks and believes nothing else.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_IPFILTER_H
#define STORE_IPFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP_SIZE 16 /* IPv4 is mapped into IPv6, as ::ffff:192.0.2.1 */

#define IPFILTER_VERSION 1
#define IPFILTER_MAGIC                                                         \
	"\x89"                                                                 \
	"ED2KIP\n"
#define IPFILTER_MAGIC_SIZE 8
#define IPFILTER_BLOCK      4096
#define IPFILTER_PAYLOAD    (IPFILTER_BLOCK - 8)

enum ip_family {
	IP_V4,
	IP_V6,
	IP_FAMILIES
};

/*
 * Inclusive, and of the family of its first address: IPv6 may run over what
 * IPv4 is mapped into, and means none of that.
 */
struct ip_range {
	uint8_t first[IP_SIZE], last[IP_SIZE];
};

struct ipfilter_header {
	uint32_t version;
	uint32_t n[IP_FAMILIES]; /* ranges */
	uint64_t id;
};

/* The family of an address in 16 bytes. */
enum ip_family ip_family_of(const uint8_t address[IP_SIZE]);

/* The bytes of an address in the file, which are its last ones in memory. */
size_t ipfilter_width(enum ip_family family);

/* Ranges in a full block, and blocks for n ranges. */
size_t ipfilter_per_block(enum ip_family family);
uint64_t ipfilter_blocks(enum ip_family family, uint32_t n);

/* The bytes of a file with this header. */
uint64_t ipfilter_file_size(const struct ipfilter_header *h);

/* The checksum of a payload that stands in block `number` of list `id`. */
uint64_t ipfilter_checksum(
    const uint8_t payload[IPFILTER_PAYLOAD], uint64_t number, uint64_t id);

/* Write the checksum behind the payload of a block. */
void ipfilter_seal(uint8_t block[IPFILTER_BLOCK], uint64_t number, uint64_t id);

/* Make block 0. */
void ipfilter_put_header(
    uint8_t block[IPFILTER_BLOCK], const struct ipfilter_header *h);

/* Read block `number` whole. False when that cannot be done. */
typedef bool ipfilter_read(
    void *ctx, uint64_t number, uint8_t block[IPFILTER_BLOCK]);

enum ipfilter_result {
	IPFILTER_ABSENT,
	IPFILTER_PRESENT,
	IPFILTER_FOREIGN,         /* no compiled list at all */
	IPFILTER_VERSION_UNKNOWN, /* another version */
	IPFILTER_DAMAGED,         /* wrong size or checksum */
	IPFILTER_UNREADABLE,      /* the function said so */
};

/* Is the address in the list of `size` bytes? At most 34 blocks are read. */
enum ipfilter_result ipfilter_search(ipfilter_read *read, void *ctx,
    uint64_t size, const uint8_t address[IP_SIZE]);

#endif
