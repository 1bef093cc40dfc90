/*
 * ed2k://|file|NAME|SIZE|HASH|/ and the same with |sources,HOST:PORT|/ behind.
 * That is the one form that eMule, aMule and MLDonkey all read: nothing between
 * HASH and "/", nothing after PORT. With part hashes (p=) or an AICH root (h=)
 * before the "/" MLDonkey does not see the sources, and with a hint after PORT
 * only aMule does. So these are written only when the caller gives them.
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_ED2KLINK_H
#define PROTO_ED2KLINK_H

#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ED2KLINK_NAME_MAX   1024
#define ED2KLINK_SOURCE_MAX 300
#define ED2KLINK_HINT_MAX   (sizeof ":129:" + 2 * HASH_SIZE - 1)
#define ED2KLINK_MAX                                                           \
	(3 * ED2KLINK_NAME_MAX + ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 128)

struct ed2klink {
	char name[ED2KLINK_NAME_MAX + 1]; /* any bytes but NUL; terminated */
	uint64_t size;
	uint8_t hash[HASH_SIZE];
	/* "HOST:PORT", maybe with ED2KLINK_HINT_MAX bytes of hint; or empty */
	char source[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1];
	/* for ed2klink_format alone: */
	const uint8_t *part_hashes; /* n of 16 bytes, or NULL */
	size_t n_part_hashes;       /* parts_md4_count(size) */
	const uint8_t *aich_root;   /* 20 bytes, or NULL */
};

/* Room for a link with so many part hashes and an AICH root. */
#define ED2KLINK_FULL_MAX(n) (ED2KLINK_MAX + ((n) + 2) * (2 * HASH_SIZE + 1))

/*
 * Write the link and a NUL. Every byte of the name but letters, digits, "-",
 * "_" and "." is percent-encoded. Returns the length, 0 when it does not fit.
 */
size_t ed2klink_format(char *out, size_t cap, const struct ed2klink *link);

/*
 * Write "HOST:PORT:129:USERHASH" and a NUL: a source with the hint that it
 * supports obfuscation, and the user hash that a client needs for that. 129 is
 * "supports" (1) and "a hash follows" (128). aMule then obfuscates its first
 * connection already, if it requires or prefers obfuscation, which is its
 * default. "Requests" (2) would overrule users who prefer plain connections,
 * and "requires" (4) would exclude some. eMule reads only HOST:PORT of it,
 * MLDonkey nothing.
 */
void ed2klink_put_hint(char out[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1],
    const char *source, const uint8_t user_hash[HASH_SIZE]);

/*
 * Read a file link. p=, h= and unknown fields are skipped; of several sources
 * the first is kept, without a hint. False when it is no file link, when a
 * field is out of range (size 1 to 2^63 - 1), or when the name is too long or
 * has a NUL.
 */
bool ed2klink_parse(const char *s, struct ed2klink *out);

/* Is s "HOST:PORT" with an IPv4 address or host name and a port 1 to 65535? */
bool ed2klink_is_source(const char *s);

#endif
