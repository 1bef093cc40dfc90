/*
 * Which files this server was told of. A server keeps them until the connection
 * ends, takes no second word of one, and forgets all of them then.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_OFFERED_H
#define ANNOUNCE_OFFERED_H

#include "announce/share_view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct offered {
	uint8_t (*hashes)[HASH_SIZE]; /* sorted */
	size_t n, limit;
};

/* Room for `limit` files, 16 bytes each. False when there is no memory. */
bool offered_init(struct offered *o, size_t limit);

/* The connection ended. */
void offered_clear(struct offered *o);

bool offered_has(const struct offered *o, const uint8_t hash[HASH_SIZE]);

/*
 * The first entries of the view that were not offered, in its order: at most
 * `max`, and no more than there is room for. Returns how many.
 */
size_t offered_choose(const struct offered *o, const struct share_view *view,
    const struct share_entry *out[], size_t max);

/* They were offered. None of them was before, and there is room. */
void offered_add(
    struct offered *o, const struct share_entry *const entries[], size_t n);

/* Safe to call twice. */
void offered_free(struct offered *o);

#endif
