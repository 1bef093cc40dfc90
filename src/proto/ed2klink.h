/*
 * ed2k://|file|NAME|SIZE|HASH|/ and the same with |sources,HOST:PORT|/ behind.
 * That is the one form that eMule, aMule and MLDonkey all read: nothing between
 * HASH and "/", nothing after PORT. With part hashes (p=) and an AICH root (h=)
 * before the "/" MLDonkey does not see the sources, and with a hint after PORT
 * only aMule does, so these are written only when they are given. Read
 * leniently.
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
	/* "HOST:PORT", with ED2KLINK_HINT_MAX bytes of hint at most, or empty */
	char source[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1];
	/* written, not read: */
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
 * supports obfuscation, and the user hash that this takes. 129 is "supports"
 * (1) and "a hash follows" (128). With that aMule obfuscates the very first
 * connection if it requires or prefers obfuscated ones, which by default it
 * does; "requests" (2) would overrule those who do not, and "requires" (4) shut
 * out some. eMule takes only HOST:PORT of it, and MLDonkey nothing.
 */
void ed2klink_put_hint(char out[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1],
    const char *source, const uint8_t user_hash[HASH_SIZE]);

/*
 * Read a file link; p=, h= and other fields are stepped over, and of several
 * sources the first is kept, without a hint. False when it is no file link, a
 * field is out of its range (size 1 to 2^63 - 1) or the name is too long or has
 * a NUL.
 */
bool ed2klink_parse(const char *s, struct ed2klink *out);

/* Is s "HOST:PORT" with an IPv4 address or host name and a port 1 to 65535? */
bool ed2klink_is_source(const char *s);

#endif
