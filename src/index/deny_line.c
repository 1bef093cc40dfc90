/*
 * A line of an address list; see deny_line.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/deny_line.h"

#include "base/address.h"
#include "base/network.h"
#include "base/number.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS "0123456789"

/* What is left of the line. */
struct text {
	const char *at, *end;
};

static bool
at_any(const struct text *t, const char *set)
{
	return t->at < t->end && *t->at != '\0' && strchr(set, *t->at);
}

/* Step over all that is of this set, and return how many bytes. */
static size_t
skip_all(struct text *t, const char *set)
{
	const char *begin = t->at;

	while (at_any(t, set))
		t->at++;
	return (size_t)(t->at - begin);
}

static void
skip_blanks(struct text *t)
{
	skip_all(t, " \t");
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

static bool
take_address(struct text *t, uint8_t address[IP_SIZE])
{
	const char *begin = t->at;
	size_t n = skip_all(t, DIGITS "abcdefABCDEF:.");

	return address_parse_padded(begin, n, address);
}

/* The /BITS behind range->first. A fault, or NULL. */
static const char *
take_mask(struct text *t, bool colons, struct ip_range *range)
{
	const char *digits = t->at, *fault;
	size_t n = skip_all(t, DIGITS);
	struct network net;

	memcpy(net.address, range->first, sizeof net.address);
	fault = network_parse_bits(&net, colons ? 128 : 32, digits, n);
	if (!fault)
		network_last(&net, range->last);
	return fault;
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
take_level(struct text *t, enum deny_line_kind *kind)
{
	const char *digits;
	uint64_t level;
	size_t n;

	skip_blanks(t);
	digits = t->at;
	n = skip_all(t, DIGITS);
	if (n > 9 || !number_parse_bytes(digits, n, 0, UINT64_MAX, &level))
		return "the level is no number";
	skip_blanks(t);
	if (skip(t, ','))
		t->at = t->end;
	if (level >= EMULE_FILTER_LEVEL)
		*kind = DENY_LINE_PASS;
	return NULL;
}

/* A whole entry. A fault, or NULL. */
static const char *
take_entry(struct text *t, struct deny_line *out)
{
	static const char allow[] = "allow";
	size_t left = (size_t)(t->end - t->at);
	const char *begin, *fault = NULL;
	bool colons;

	out->kind = DENY_LINE_DENY;
	if (left >= sizeof allow && memcmp(t->at, allow, 5) == 0) {
		t->at += 5;
		if (!at_any(t, " \t"))
			return "no address";
		skip_blanks(t);
		out->kind = DENY_LINE_ALLOW;
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
			if (!fault && out->kind == DENY_LINE_DENY &&
			    skip(t, ','))
				fault = take_level(t, &out->kind);
		}
	}
	if (!fault && !at_end(t))
		fault = "there is more behind the entry";
	return fault ? fault
		     : network_nat64_fault(out->range.first, out->range.last);
}

void
deny_line_parse(const char *s, size_t n, struct deny_line *out)
{
	struct text t = {s, s + n};

	memset(out, 0, sizeof *out);
	while (t.end > t.at && (t.end[-1] == '\n' || t.end[-1] == '\r'))
		t.end--;
	if (at_end(&t)) {
		out->kind = DENY_LINE_EMPTY;
		return;
	}
	out->fault = take_entry(&t, out);
	if (out->fault)
		out->kind = DENY_LINE_BAD;
}
