/*
 * Sizes of which it is known that some clients never complete such a file.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_ODD_SIZE_H
#define CMD_ODD_SIZE_H

#include "proto/opcodes.h"

#include <stdbool.h>
#include <stdint.h>

/* What is said of them, by all verbs that warn. */
#define ODD_SIZE_WARNING                                                       \
	"MLDonkey never completes a file whose size is a multiple of "         \
	"9,728,000 bytes, nor aMule 2.3.3 one of exactly that; a byte "        \
	"appended to it helps"

static inline bool
is_odd_size(uint64_t size)
{
	return size % PART_SIZE == 0 && size <= EMULE_FILE_MAX;
}

#endif
