/*
 * ed2k-map-ports: have the router forward ports to this host, by NAT-PMP or
 * UPnP. See ed2k-map-ports(8).
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/number.h"
#include "ports/ports.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#define LEASE_S     3600
#define LEASE_MAX_S 604800

static void
print_usage(FILE *f)
{
	fputs(
	    "usage: ed2k-map-ports open [-l seconds] port ... | close | show\n",
	    f);
}

static int
misuse(void)
{
	print_usage(stderr);
	return EX_USAGE;
}

/* A decimal number from 1 to max; not 04662, which may be meant as octal. */
static bool
read_number(const char *s, uint64_t max, uint64_t *out)
{
	return s && *s != '0' && number_parse(s, 1, max, out);
}

/* [-l seconds] port ... */
static int
run_open(int argc, char *argv[])
{
	struct port_list wanted = {0};
	uint64_t lease_s = LEASE_S, port;

	if (argc > 0 && strcmp(argv[0], "-l") == 0) {
		if (!read_number(argv[1], LEASE_MAX_S, &lease_s))
			return misuse();
		argc -= 2;
		argv += 2;
	}
	if (argc == 0 || argc > OUTSIDE_PORTS_MAX)
		return misuse();
	for (int i = 0; i < argc; i++) {
		if (!read_number(argv[i], UINT16_MAX, &port))
			return misuse();
		port_list_add(&wanted, (uint16_t)port);
	}
	return ports_open(&wanted, (uint32_t)lease_s);
}

int
main(int argc, char *argv[])
{
	const char *verb = argc > 1 ? argv[1] : "";

	log_open_unit("ed2k-map-ports");
	umask(022); /* everybody may read the file */
	if (strcmp(verb, "open") == 0)
		return run_open(argc - 2, argv + 2);
	if (strcmp(verb, "close") == 0 && argc == 2)
		return ports_close();
	if (strcmp(verb, "show") == 0 && argc == 2)
		return ports_show();
	if (strcmp(verb, "-h") != 0 && strcmp(verb, "--help") != 0)
		return misuse();
	print_usage(stdout);
	return EX_OK;
}
