/*
 * What ed2k-announce says of itself, in words and in the forms of the verbs.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_ANNOUNCER_H
#define CMD_ANNOUNCER_H

#include "reach/announced.h"

#include <stdbool.h>
#include <stdint.h>

enum announcer_news {
	ANNOUNCER_ABSENT, /* there is none, as far as we know */
	ANNOUNCER_GOOD,
	ANNOUNCER_BUSY, /* it is not on a server, and does what it can */
	ANNOUNCER_BAD,  /* the operator has to do something */
};

/* One sentence. What comes from elsewhere is escaped in it. */
enum announcer_news announcer_words(
    char out[1024], const struct announced *a, uint64_t now_s);

/* One JSON object, and a newline. Nothing when there is no announcer. */
void announcer_print_json(const struct announced *a, uint64_t now_s);

#endif
