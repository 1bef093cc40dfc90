/*
 * A line of an address list; see ipfilter_line.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/ipfilter_line.h"

#include "base/address.h"
#include "base/util.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

/* What is left of the line. */
struct text {
	const char *at, *end;
};

static bool
at_any(const struct text *t, const char *set)
{
	return t->at < t->end && *t->at != '\0' && strchr(set, *t->at);
}

static void
skip_blanks(struct text *t)
{
	while (at_any(t, " \t"))
		t->at++;
}

/* Step over c, if it is next. */
static bool
skip(struct text *t, char c)
{
	if (t->at == t->end || *t->at != c)
		return false;
	t->at++;
	return true;
}

/* Nothing more, or a comment. */
static bool
at_end(struct text *t)
{
	skip_blanks(t);
	return t->at == t->end || at_any(t, "#;") ||
	    (t->end - t->at >= 2 && memcmp(t->at, "//", 2) == 0);
}

/*
 * A decimal number of at most `digits` digits, not above max. Zeros in front
 * make nothing octal.
 */
static bool
take_number(struct text *t, int digits, unsigned max, unsigned *out)
{
	unsigned v = 0;
	int n = 0;

	while (at_any(t, "0123456789")) {
		if (n++ == digits)
			return false;
		v = v * 10 + (unsigned)(*t->at++ - '0');
	}
	*out = v;
	return n > 0 && v <= max;
}

static bool
take_ipv4(struct text *t, uint8_t address[IP_SIZE])
{
	uint8_t ipv4[4];

	for (size_t i = 0; i < sizeof ipv4; i++) {
		unsigned v;

		if ((i > 0 && !skip(t, '.')) || !take_number(t, 3, 255, &v))
			return false;
		ipv4[i] = (uint8_t)v;
	}
	address_from_ipv4(address, ipv4);
	return true;
}

/* An address as far as the characters of one go. */
static bool
take_address(struct text *t, uint8_t address[IP_SIZE])
{
	char copy[INET6_ADDRSTRLEN];
	struct text word = {t->at, t->at};
	size_t len;

	while (at_any(t, "0123456789abcdefABCDEF:."))
		t->at++;
	word.end = t->at;
	len = (size_t)(word.end - word.at);
	if (!memchr(word.at, ':', len))
		return take_ipv4(&word, address) && word.at == word.end;
	if (len >= sizeof copy)
		return false;
	memcpy(copy, word.at, len);
	copy[len] = '\0';
	return inet_pton(AF_INET6, copy, address) == 1;
}

/* The /BITS behind range->first. A fault, or NULL. */
static const char *
take_mask(struct text *t, bool colons, struct ip_range *range)
{
	unsigned max = colons ? 128 : 32, bits;

	if (!take_number(t, 3, max, &bits))
		return colons ? "the mask is no number from 0 to 128"
			      : "the mask is no number from 0 to 32";
	bits += 128 - max;
	memcpy(range->last, range->first, IP_SIZE);
	for (unsigned bit = bits; bit < 128; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if (range->first[bit / 8] & mask)
			return "the address has bits behind the mask";
		range->last[bit / 8] |= mask;
	}
	return NULL;
}

/* The end of a range as eMule writes them. A fault, or NULL. */
static const char *
take_last(struct text *t, struct ip_range *range)
{
	skip_blanks(t);
	if (!take_address(t, range->last))
		return "the range does not end with an address";
	if (ip_family_of(range->first) != ip_family_of(range->last))
		return "the range begins in IPv4 and ends in IPv6, or the "
		       "other way round";
	if (memcmp(range->first, range->last, IP_SIZE) > 0)
		return "the range runs backwards";
	return NULL;
}

/* ", LEVEL" and maybe ", text" behind a range. A fault, or NULL. */
static const char *
take_level(struct text *t, enum ipfilter_line_kind *kind)
{
	unsigned level;

	skip_blanks(t);
	if (!take_number(t, 9, 999999999, &level))
		return "the level is no number";
	skip_blanks(t);
	if (skip(t, ','))
		t->at = t->end;
	if (level >= EMULE_FILTER_LEVEL)
		*kind = IPFILTER_LINE_PASS;
	return NULL;
}

/* A whole entry. A fault, or NULL. */
static const char *
take_entry(struct text *t, struct ipfilter_line *out)
{
	static const char allow[] = "allow";
	size_t left = (size_t)(t->end - t->at);
	const char *begin, *fault = NULL;
	bool colons;

	out->kind = IPFILTER_LINE_DENY;
	if (left >= sizeof allow && memcmp(t->at, allow, 5) == 0) {
		t->at += 5;
		if (!at_any(t, " \t"))
			return "no address";
		skip_blanks(t);
		out->kind = IPFILTER_LINE_ALLOW;
	}
	begin = t->at;
	if (!take_address(t, out->range.first))
		return "no address";
	colons = memchr(begin, ':', (size_t)(t->at - begin)) != NULL;
	memcpy(out->range.last, out->range.first, IP_SIZE);
	if (skip(t, '/')) {
		fault = take_mask(t, colons, &out->range);
	} else {
		skip_blanks(t);
		if (skip(t, '-')) {
			fault = take_last(t, &out->range);
			skip_blanks(t);
			if (!fault && out->kind == IPFILTER_LINE_DENY &&
			    skip(t, ','))
				fault = take_level(t, &out->kind);
		}
	}
	if (!fault && !at_end(t))
		fault = "there is more behind the entry";
	return fault;
}

void
ipfilter_line_parse(const char *s, size_t n, struct ipfilter_line *out)
{
	struct text t = {s, s + n};

	memset(out, 0, sizeof *out);
	while (t.end > t.at && (t.end[-1] == '\n' || t.end[-1] == '\r'))
		t.end--;
	if (at_end(&t)) {
		out->kind = IPFILTER_LINE_EMPTY;
		return;
	}
	out->fault = take_entry(&t, out);
	if (out->fault)
		out->kind = IPFILTER_LINE_BAD;
}
