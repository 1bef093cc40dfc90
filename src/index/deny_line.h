/*
 * One line of the text that a list of denied addresses is compiled from. Pure.
 * The lines are described in ed2k-share(1), "ADDRESS LISTS":
 *
 *   192.0.2.0/24                                     denied
 *   2001:db8::1                                      one address, denied
 *   001.002.003.000 - 001.002.003.255 , 100 , text   eMule's ipfilter.dat
 *   allow 192.0.2.7                                  allowed in any case
 *   # text                                           comment; also ; and //
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_DENY_LINE_H
#define INDEX_DENY_LINE_H

#include "store/deny_list.h"

#include <stddef.h>

/* eMule denies a range with a level below this; without one it takes 100. */
#define EMULE_FILTER_LEVEL 127

enum deny_line_kind {
	DENY_LINE_EMPTY, /* blank, or a comment */
	DENY_LINE_DENY,
	DENY_LINE_ALLOW,
	DENY_LINE_PASS, /* an entry of eMule with a high level: not denied */
	DENY_LINE_BAD,
};

struct deny_line {
	enum deny_line_kind kind;
	struct ip_range range; /* unless EMPTY or BAD */
	const char *fault;     /* BAD: a literal that says what is wrong */
};

/* Read one line of n bytes, with or without its line end. */
void deny_line_parse(const char *s, size_t n, struct deny_line *out);

#endif
