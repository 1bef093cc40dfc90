/*
 * index/deny_line.h: a line is an entry or has a fault, an entry is a range
 * that runs forwards, and the range written out is read the same.
 *
 * Input: a line.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "index/deny_line.h"

#include <arpa/inet.h>

static struct deny_line
parse(const void *bytes, size_t n)
{
	char *copy = exact_copy(bytes, n);
	struct deny_line line;

	deny_line_parse(copy, n, &line);
	free(copy);
	return line;
}

static bool
is_entry(const struct deny_line *line)
{
	return line->kind == DENY_LINE_DENY || line->kind == DENY_LINE_ALLOW ||
	    line->kind == DENY_LINE_PASS;
}

/* The same entry as "FIRST - LAST". */
static void
check_written(const struct deny_line *line)
{
	char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN], text[128];
	struct deny_line again;

	must(inet_ntop(AF_INET6, line->range.first, first, sizeof first));
	must(inet_ntop(AF_INET6, line->range.last, last, sizeof last));
	snprintf(text, sizeof text, "%s%s - %s%s",
	    line->kind == DENY_LINE_ALLOW ? "allow " : "", first, last,
	    line->kind == DENY_LINE_PASS ? " , 127 , text" : "");
	again = parse(text, strlen(text));
	must(again.kind == line->kind);
	must(memcmp(&again.range, &line->range, sizeof again.range) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct deny_line line = parse(data, size), again;
	char *longer = malloc(size + 2);

	must(longer);
	must((line.kind == DENY_LINE_BAD) == (line.fault != NULL));
	if (is_entry(&line)) {
		must(memcmp(line.range.first, line.range.last, IP_SIZE) <= 0);
		/* IPv6 by its mask may end in what is mapped into it */
		if (ip_family_of(line.range.first) ==
		    ip_family_of(line.range.last))
			check_written(&line);
		else
			must(ip_family_of(line.range.last) == IP_V4 &&
			    memchr(data, '/', size));
	}
	/* a line end makes no difference */
	if (size > 0)
		memcpy(longer, data, size);
	memcpy(longer + size, "\r\n", 2);
	again = parse(longer, size + 2);
	must(again.kind == line.kind && again.fault == line.fault);
	free(longer);
	return 0;
}
