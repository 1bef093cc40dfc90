/*
 * One line of the text that a list of denied addresses is compiled from. Pure:
 * bytes in, a struct out. What a line may be is told in ed2k-share(1),
 * "ADDRESS LISTS":
 *
 *   192.0.2.0/24                                     denied
 *   2001:db8::1                                      one address, denied
 *   001.002.003.000 - 001.002.003.255 , 100 , text   eMule's ipfilter.dat
 *   allow 192.0.2.7                                  allowed whatever else says
 *   # text                                           comment; also ; and //
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_IPFILTER_LINE_H
#define INDEX_IPFILTER_LINE_H

#include "store/ipfilter.h"

#include <stddef.h>

/* eMule denies what has a level below this one, and takes 100 for no level. */
#define EMULE_FILTER_LEVEL 127

enum ipfilter_line_kind {
	IPFILTER_LINE_EMPTY, /* blank, or a comment */
	IPFILTER_LINE_DENY,
	IPFILTER_LINE_ALLOW,
	IPFILTER_LINE_PASS, /* an entry of eMule's that denies nothing */
	IPFILTER_LINE_BAD,
};

struct ipfilter_line {
	enum ipfilter_line_kind kind;
	struct ip_range range; /* unless EMPTY or BAD */
	const char *fault;     /* BAD: a literal that says why */
};

/* Read one line of n bytes, with or without its line end. */
void ipfilter_line_parse(const char *s, size_t n, struct ipfilter_line *out);

#endif
