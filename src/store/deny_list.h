/*
 * The compiled list of denied addresses: how the file is laid out, and how an
 * address is found in it. Pure: the caller has a function that reads a block,
 * and nothing is allocated.
 *
 * The file consists of blocks of 4,096 bytes; the last 8 of each are its
 * checksum. Numbers are little-endian, addresses in network order, so that
 * memcmp compares them.
 *
 *   block 0    magic (8), version (4), ranges of IPv4 (4), ranges of IPv6 (4),
 *              0 (4), id (8), then zeros
 *   then       the ranges of IPv4, first and last address, 4 bytes each, 511
 *              a block
 *   then       the ranges of IPv6, the same with 16 bytes each, 127 a block
 *
 * Ranges are inclusive, sorted, and do not touch. The last block of a family is
 * filled up with zeros. The header says how many ranges there are, so no number
 * in a block can point outside of it.
 *
 * A checksum covers the block, its number and the id, which is computed from
 * all ranges. So a reader notices a block that was changed, moved, or comes
 * from another list. A search reads the header and about ten blocks, and checks
 * each of them.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_DENY_LIST_H
#define STORE_DENY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP_SIZE 16 /* IPv4 is mapped into IPv6, as ::ffff:192.0.2.1 */

#define DENY_LIST_VERSION 1
#define DENY_LIST_MAGIC                                                        \
	"\x89"                                                                 \
	"ED2KIP\n"
#define DENY_LIST_MAGIC_SIZE 8
#define DENY_LIST_BLOCK      4096
#define DENY_LIST_PAYLOAD    (DENY_LIST_BLOCK - 8)

enum ip_family {
	IP_V4,
	IP_V6,
	IP_FAMILIES
};

/*
 * Inclusive, and of the family of its first address. A range of IPv6 may reach
 * over the addresses that IPv4 is mapped to, but does not mean them.
 */
struct ip_range {
	uint8_t first[IP_SIZE], last[IP_SIZE];
};

struct deny_list_header {
	uint32_t version;
	uint32_t n[IP_FAMILIES]; /* ranges */
	uint64_t id;
};

/* The family of an address in 16 bytes. */
enum ip_family ip_family_of(const uint8_t address[IP_SIZE]);

/* Bytes of an address in the file: the last ones of those in memory. */
size_t deny_list_width(enum ip_family family);

/* Ranges in a full block, and blocks for n ranges. */
size_t deny_list_per_block(enum ip_family family);
uint64_t deny_list_blocks(enum ip_family family, uint32_t n);

/* The size in bytes of a file with this header. */
uint64_t deny_list_file_size(const struct deny_list_header *h);

/* The checksum of the payload of block `number` in the list `id`. */
uint64_t deny_list_checksum(
    const uint8_t payload[DENY_LIST_PAYLOAD], uint64_t number, uint64_t id);

/* Write the checksum behind the payload of a block. */
void deny_list_seal(
    uint8_t block[DENY_LIST_BLOCK], uint64_t number, uint64_t id);

/* Make block 0, with its checksum. */
void deny_list_put_header(
    uint8_t block[DENY_LIST_BLOCK], const struct deny_list_header *h);

/* Read the whole block `number`. False when that fails. */
typedef bool deny_list_read(
    void *ctx, uint64_t number, uint8_t block[DENY_LIST_BLOCK]);

enum deny_list_result {
	DENY_LIST_ABSENT,
	DENY_LIST_PRESENT,
	DENY_LIST_FOREIGN,         /* not a compiled list */
	DENY_LIST_VERSION_UNKNOWN, /* another version */
	DENY_LIST_DAMAGED,         /* wrong size or checksum */
	DENY_LIST_UNREADABLE,      /* the reading function failed */
};

/* Is the address in the list of `size` bytes? At most 34 blocks are read. */
enum deny_list_result deny_list_search(deny_list_read *read, void *ctx,
    uint64_t size, const uint8_t address[IP_SIZE]);

#endif
