/*
 * ed2k-share ipfilter: compile a text of addresses into the list that the
 * server looks peers up in.
 * SPDX-License-Identifier: ISC
 */
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/deny_compile.h"

#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

static void
print_counts(const struct deny_counts *n)
{
	printf("denied: %zu range%s of IPv4 with %" PRIu64 " address%s, "
	       "%zu range%s of IPv6\n",
	    n->n_ipv4, n->n_ipv4 == 1 ? "" : "s", n->ipv4_addresses,
	    n->ipv4_addresses == 1 ? "" : "es", n->n_ipv6,
	    n->n_ipv6 == 1 ? "" : "s");
}

int
cmd_ipfilter(const struct cmd *cmd, int argc, char *argv[])
{
	struct deny_counts counts;
	bool strict = false;
	const struct args_option options[] = {
	    {"strict", 0, ARGS_FLAG, NULL, 0, 0, &strict, NULL, ""},
	};
	int first, fault;

	(void)cmd; /* the share database is not used */
	first = cmd_parse(options, ARRAY_LEN(options), argc, argv, 2, 2,
	    "ipfilter takes the text to read and the file to write");
	if (first < 0)
		return EX_USAGE;
	fault = deny_compile(argv[first], argv[first + 1], strict, &counts);
	if (!fault)
		print_counts(&counts);
	return cmd_end(fault);
}
