/*
 * The AICH tree; see aich_tree.h. Each recursion halves its input, so it is at
 * most 6 deep for the blocks of a part, 15 for the parts of the largest file
 * that eMule takes, and 40 for those of the largest file there can be.
 * SPDX-License-Identifier: ISC
 */
#include "proto/aich_tree.h"

#include "base/crypto.h"
#include "proto/parts.h"

#include <string.h>

/* A node: the leaves below it, which child it is, and its identifier. */
struct node {
	size_t first, n;
	bool is_left;
	uint32_t ident;
};

static struct node
root_of(size_t n)
{
	return (struct node){.n = n, .is_left = true, .ident = 1};
}

/* The children of a node with two leaves or more. */
static void
split(const struct node *node, struct node *left, struct node *right)
{
	size_t n = (node->n + node->is_left) / 2;

	*left = (struct node){node->first, n, true, node->ident << 1 | 1};
	*right = (struct node){
	    node->first + n, node->n - n, false, node->ident << 1};
}

/* The leaf of a part in the tree of all parts. */
static struct node
find_part(size_t n_parts, size_t part)
{
	struct node node = root_of(n_parts), left, right;

	while (node.n > 1) {
		split(&node, &left, &right);
		node = part < right.first ? left : right;
	}
	return node;
}

/* The hash of a node, from the hashes of all leaves of its tree. */
static void
hash_node(
    const struct node *node, const uint8_t *leaves, uint8_t out[AICH_SIZE])
{
	struct node left, right;
	uint8_t pair[2 * AICH_SIZE];

	if (node->n == 1) {
		memcpy(out, leaves + node->first * AICH_SIZE, AICH_SIZE);
		return;
	}
	split(node, &left, &right);
	hash_node(&left, leaves, pair);
	hash_node(&right, leaves, pair + AICH_SIZE);
	crypto_sha1(out, pair, sizeof pair);
}

/* The node of a part as the root of its blocks. It keeps its identifier. */
static struct node
blocks_of(uint64_t size, size_t part)
{
	struct node node = find_part(parts_count(size), part);

	node.first = 0;
	node.n = parts_block_count(parts_size(size, part));
	return node;
}

void
aich_part_hash(
    uint64_t size, size_t part, const uint8_t *blocks, uint8_t out[AICH_SIZE])
{
	struct node node = blocks_of(size, part);

	hash_node(&node, blocks, out);
}

void
aich_root(uint64_t size, const uint8_t *parts, uint8_t out[AICH_SIZE])
{
	struct node root = root_of(parts_count(size));

	hash_node(&root, parts, out);
}

bool
aich_is_recoverable(uint64_t size, size_t part)
{
	return part < parts_count(size) && parts_size(size, part) > BLOCK_SIZE;
}

static void
put_entry(
    struct writer *w, bool wide, uint32_t ident, const uint8_t hash[AICH_SIZE])
{
	if (wide)
		put_u32(w, ident);
	else
		put_u16(w, (uint16_t)ident);
	put_bytes(w, hash, AICH_SIZE);
}

/* Write the leaves below a node, left to right. Returns how many. */
static uint16_t
put_leaves(
    struct writer *w, bool wide, const struct node *node, const uint8_t *leaves)
{
	struct node left, right;

	if (node->n == 1) {
		put_entry(
		    w, wide, node->ident, leaves + node->first * AICH_SIZE);
		return 1;
	}
	split(node, &left, &right);
	return (uint16_t)(put_leaves(w, wide, &left, leaves) +
	    put_leaves(w, wide, &right, leaves));
}

void
aich_put_recovery(struct writer *w, uint64_t size, size_t part,
    const uint8_t *parts, const uint8_t *blocks)
{
	struct node node = root_of(parts_count(size)), left, right;
	bool wide = size > AICH_NARROW_MAX;
	struct writer count;
	uint16_t n = 0;
	uint8_t *at;

	if (wide)
		put_u16(w, 0);
	at = put_slice(w, 2);
	while (node.n > 1) {
		const struct node *beside;
		uint8_t hash[AICH_SIZE];

		split(&node, &left, &right);
		node = part < right.first ? left : right;
		beside = node.is_left ? &right : &left;
		hash_node(beside, parts, hash);
		put_entry(w, wide, beside->ident, hash);
		n++;
	}
	node = blocks_of(size, part);
	n = (uint16_t)(n + put_leaves(w, wide, &node, blocks));
	if (!wide)
		put_u16(w, 0);
	if (w->bad)
		return;
	count = writer_of(at, 2);
	put_u16(&count, n);
}
