/*
 * The command line of the scripted peer; its help says what it does.
 * SPDX-License-Identifier: ISC
 */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: peer get [OPTION...] HOST PORT LINK OUT\n"
    "       peer direct [OPTION...] HOST PORT LINK OUT\n"
    "       peer discard [OPTION...] HOST PORT LINK\n"
    "       peer latency [OPTION...] HOST PORT LINK\n"
    "       peer raw [OPTION...] HOST PORT\n"
    "\n"
    "get      Download as an eMule-family client: hello, name, status, hash\n"
    "         set, slot, then three blocks in flight. OUT is written in place.\n"
    "direct   Download as a direct client: requests and data alone.\n"
    "discard  Like get, but the data is thrown away, by the kernel if the\n"
    "         connection is plain: for benchmarks.\n"
    "latency  Like discard, but with one block in flight: print the median\n"
    "         time from request to first byte of data, in microseconds.\n"
    "raw      Send what stdin says, then print in hex what comes back until\n"
    "         the server closes. A line is hex, where spaces are ignored, or\n"
    "         one of: \"sleep N\" waits N ms; \"read N\" reads and prints N\n"
    "         bytes before it goes on; \"shut\" ends our half.\n"
    "\n"
    "of all modes:\n"
    "  -bind ADDRESS    dial from there\n"
    "  -crypt USERHASH  obfuscate the connection to the server of this hash\n"
    "  -small           have a small receive buffer\n"
    "of the downloads:\n"
    "  -ask HASH        ask for the name of that file with each request\n"
    "  -block BYTES     ask for so much at a time\n"
    "  -from BYTE       resume there\n"
    "  -i64             ask with 64-bit offsets\n"
    "  -rate BYTES      read so many a second, through a small buffer\n"
    "  -repeat          list pending blocks again in each request, as aMule\n"
    "  -when            print when the slot came, in ms of CLOCK_MONOTONIC\n"
    "  -who             print the user hash of the server\n"
    "\n"
    "exit status: 0 done; 1 the server closed or broke the protocol; 2 wrong\n"
    "usage; 3 the server does not have the file\n";

void
peer_die(enum peer_exit status, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "peer: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static _Noreturn void
usage(void)
{
	fputs(help, stderr);
	exit(PEER_USAGE);
}

static const struct mode {
	const char *name;
	int n_args; /* HOST PORT, and maybe LINK and OUT */
	uint64_t block;
	void (*run)(struct peer *);
} modes[] = {
    {"get", 4, BLOCK_SIZE, peer_get},
    {"direct", 4, 262144, peer_direct},
    {"discard", 3, BLOCK_SIZE, peer_get},
    {"latency", 3, BLOCK_SIZE, peer_latency},
    {"raw", 2, 0, peer_raw},
};

static const struct mode *
find_mode(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	usage();
}

static uint64_t
number(const char *s)
{
	char *end;
	uint64_t n = strtoull(s, &end, 10);

	if (end == s || *end != '\0')
		peer_die(PEER_USAGE, "\"%s\" is no number", s);
	return n;
}

static const uint8_t *
hash(const char *hex)
{
	static uint8_t bytes[HASH_SIZE];

	if (!hex_decode(bytes, hex, sizeof bytes))
		peer_die(PEER_USAGE, "\"%s\" is no hash", hex);
	return bytes;
}

static void
parse_options(struct options *opt, int argc, char *argv[])
{
	static const struct option options[] = {
	    {"ask", required_argument, NULL, 'a'},
	    {"bind", required_argument, NULL, 'b'},
	    {"block", required_argument, NULL, 'l'},
	    {"crypt", required_argument, NULL, 'c'},
	    {"from", required_argument, NULL, 'f'},
	    {"i64", no_argument, NULL, 'i'},
	    {"rate", required_argument, NULL, 'r'},
	    {"repeat", no_argument, NULL, 'p'},
	    {"small", no_argument, NULL, 's'},
	    {"when", no_argument, NULL, 't'},
	    {"who", no_argument, NULL, 'w'},
	    {0},
	};

	for (;;) {
		switch (getopt_long_only(argc, argv, "+", options, NULL)) {
		case 'a':
			opt->ask = hash(optarg);
			break;
		case 'b':
			opt->bind = optarg;
			break;
		case 'l':
			opt->block = number(optarg);
			break;
		case 'c':
			opt->crypt = optarg;
			break;
		case 'f':
			opt->from = number(optarg);
			break;
		case 'i':
			opt->wide = true;
			break;
		case 'r':
			opt->rate = number(optarg);
			break;
		case 'p':
			opt->repeat = true;
			break;
		case 's':
			opt->small = true;
			break;
		case 't':
			opt->when = true;
			break;
		case 'w':
			opt->who = true;
			break;
		case -1:
			return;
		default:
			usage();
		}
	}
}

int
main(int argc, char *argv[])
{
	const struct mode *mode = find_mode(argc > 1 ? argv[1] : "");
	struct peer p = {.out = -1, .opt.block = mode->block};
	char **args;

	optind = 2;
	parse_options(&p.opt, argc, argv);
	args = argv + optind;
	if (argc - optind != mode->n_args)
		usage();
	if (mode->n_args > 2 && !ed2klink_parse(args[2], &p.file))
		peer_die(PEER_USAGE, "\"%s\" is no link", args[2]);
	if (mode->n_args > 3) {
		p.out = open(args[3], O_WRONLY | O_CREAT, 0644);
		if (p.out < 0)
			peer_die(
			    PEER_USAGE, "%s: %s", args[3], strerror(errno));
	}
	p.fd = peer_dial(args[0], args[1], &p.opt);
	mode->run(&p);
	return 0;
}
