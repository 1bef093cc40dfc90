/*
 * How a file is cut into parts and blocks, and how many hashes of them there
 * are. The two hash sets of a file count differently, and neither counts as
 * many as there are parts:
 *
 *   size                parts  MD4  AICH
 *   below one part          1    0     0   the file's hash says it all
 *   exactly one part        1    2     0   MD4: and one of no bytes
 *   one part and a byte     2    2     2
 *   exactly two parts       2    3     2
 *
 * Source: eMule and aMule KnownFile.cpp, SHAHashSet.cpp; ed2k-wire(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_PARTS_H
#define PROTO_PARTS_H

#include "proto/opcodes.h"

#include <stddef.h>
#include <stdint.h>

/* Blocks of a full part: 52 of BLOCK_SIZE and a shorter one. */
#define PART_BLOCKS_MAX 53

/* Parts with data in them of a file of size > 0 bytes. */
static inline size_t
parts_count(uint64_t size)
{
	return (size_t)(size / PART_SIZE + (size % PART_SIZE != 0));
}

/* Bytes of one of them. */
static inline uint64_t
parts_size(uint64_t size, size_t part)
{
	uint64_t left = size - part * PART_SIZE;

	return left < PART_SIZE ? left : PART_SIZE;
}

/* Blocks of a part of so many bytes. */
static inline size_t
parts_block_count(uint64_t part_size)
{
	return (size_t)((part_size + BLOCK_SIZE - 1) / BLOCK_SIZE);
}

/* Hashes in the MD4 set: none below one part, else size / PART_SIZE + 1. */
static inline size_t
parts_md4_count(uint64_t size)
{
	return size < PART_SIZE ? 0 : (size_t)(size / PART_SIZE + 1);
}

/* Hashes in the AICH set: none up to one part, else one a part. */
static inline size_t
parts_aich_count(uint64_t size)
{
	return size <= PART_SIZE ? 0 : parts_count(size);
}

#endif
