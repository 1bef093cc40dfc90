/*
 * What the tests of Kad share.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_KAD_RIG_H
#define TESTS_KAD_RIG_H

#include "harness.h"

#include "kad/id.h"

/* The id that a hash, as links write it, has. */
static inline struct kad_id
id_of(const char *hex)
{
	uint8_t hash[HASH_SIZE];

	assert_int_equal(unhex(hash, sizeof hash, hex), HASH_SIZE);
	return kad_id_of_hash(hash);
}

#endif
