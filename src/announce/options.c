/*
 * The table of options; see options.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/options.h"

#include "base/args.h"
#include "base/log.h"
#include "base/number.h"
#include "base/util.h"
#include "reach/announced.h"
#include "version.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static struct announce_options opt = {
    .state = ANNOUNCED_DIR,
    .nick = "ed2k-serve",
    .port = 4662,
    .limit = 1000,
};
static const char *own_address;
static struct args_list servers;
static bool help, version;

static const struct args_option option_table[] = {
    {"server", 0, ARGS_LIST, "ED2K_ANNOUNCE_SERVER", 0, 0, &servers,
	"HOST:PORT", "server to announce to; repeatable, tried in turn"},
    {"port", 'p', ARGS_NUMBER, "ED2K_ANNOUNCE_PORT", 1, 65535, &opt.port,
	"PORT", "where peers reach ed2k-serve from outside (4662)"},
    {"bind", 0, ARGS_TEXT, "ED2K_ANNOUNCE_BIND", 0, 0, &own_address, "IP",
	"IPv4 address of this host to dial from"},
    {"limit", 0, ARGS_NUMBER, "ED2K_ANNOUNCE_LIMIT", 1, 100000, &opt.limit, "N",
	"files to announce at most (1000)"},
    {"nick", 0, ARGS_TEXT, "ED2K_ANNOUNCE_NICK", 0, 0, &opt.nick, "NAME",
	"what the server is told as our name (ed2k-serve)"},
    {"no-obfuscation", 0, ARGS_FLAG, "ED2K_ANNOUNCE_NO_OBFUSCATION", 0, 0,
	&opt.no_obfuscation, NULL, "ed2k-serve takes only plain connections"},
    {"once", 0, ARGS_FLAG, NULL, 0, 0, &opt.once, NULL,
	"announce what is due, and exit"},
    {"db", 'd', ARGS_TEXT, "ED2K_SHARE_DB", 0, 0, &opt.db, "FILE",
	"share database"},
    {"state", 's', ARGS_TEXT, "ED2K_ANNOUNCE_STATE", 0, 0, &opt.state, "DIR",
	"state directory (" ANNOUNCED_DIR ")"},
    {"deny-file", 0, ARGS_TEXT, "ED2K_DENY_FILE", 0, 0, &opt.deny_file, "FILE",
	"the one of ed2k-serve, to see servers in it"},
    {"verbose", 'v', ARGS_FLAG, "ED2K_ANNOUNCE_VERBOSE", 0, 0, &opt.verbose,
	NULL, "log every message too"},
    {"version", 'V', ARGS_FLAG, NULL, 0, 0, &version, NULL,
	"print the version, and exit"},
    {"help", 'h', ARGS_FLAG, NULL, 0, 0, &help, NULL, "print this, and exit"},
};

static void
print_help(void)
{
	puts("usage: ed2k-announce --server HOST:PORT [options]\n\n"
	     "Tell an eD2k server which files ed2k-serve has.\n");
	args_usage(option_table, ARRAY_LEN(option_table));
	puts("\nED2K_ANNOUNCE_LIMIT=9 in the environment does the same as "
	     "--limit 9. See\ned2k-announce(8).");
}

/* -h, -V. True when that was all that was asked. */
static bool
print_only(void)
{
	if (help)
		print_help();
	else if (version)
		puts("ed2k-announce " VERSION);
	return help || version;
}

bool
announce_server_parse(const char *text, size_t n, struct announce_server *out)
{
	const char *colon = memchr(text, ':', n);
	size_t host_len = colon ? (size_t)(colon - text) : 0;
	char port[6];
	uint64_t number;

	if (host_len == 0 || host_len >= sizeof out->host ||
	    n - host_len - 1 >= sizeof port)
		return false;
	snprintf(port, sizeof port, "%.*s", (int)(n - host_len - 1), colon + 1);
	if (!number_parse(port, 1, UINT16_MAX, &number))
		return false;
	snprintf(out->host, sizeof out->host, "%.*s", (int)host_len, text);
	out->port = (uint16_t)number;
	return true;
}

/* The environment has one text for all of them, with spaces between. */
static bool
add_servers(const char *text)
{
	for (;;) {
		size_t n;

		text += strspn(text, " \t");
		n = strcspn(text, " \t");
		if (n == 0)
			return true;
		if (opt.n_servers == ANNOUNCE_SERVERS_MAX) {
			log_error("--server: more than %d servers",
			    ANNOUNCE_SERVERS_MAX);
			return false;
		}
		if (!announce_server_parse(
			text, n, &opt.servers[opt.n_servers])) {
			log_error("--server: %s is not HOST:PORT",
			    log_quote(text, n));
			return false;
		}
		opt.n_servers++;
		text += n;
	}
}

static bool
check_servers(void)
{
	for (size_t i = 0; i < servers.n; i++)
		if (!add_servers(servers.items[i]))
			return false;
	if (opt.n_servers > 0)
		return true;
	log_error("announce where? Name a server with --server HOST:PORT");
	return false;
}

static bool
check_bind(void)
{
	if (!own_address ||
	    (address_parse(own_address, opt.bind) && address_is_ipv4(opt.bind)))
		return true;
	log_error("--bind: %s is no IPv4 address", log_quote_str(own_address));
	return false;
}

static bool
check_operands(int argc, char *argv[], int first)
{
	if (first == argc)
		return true;
	log_error(
	    "unexpected argument %s; see --help", log_quote_str(argv[first]));
	return false;
}

const struct announce_options *
announce_options_parse(int argc, char *argv[], int *status)
{
	int first;

	*status = EX_USAGE;
	if (!args_parse(
		option_table, ARRAY_LEN(option_table), argc, argv, &first))
		return NULL;
	if (print_only()) {
		*status = 0;
		return NULL;
	}
	if (!check_operands(argc, argv, first) || !check_servers() ||
	    !check_bind())
		return NULL;
	if (opt.verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	return &opt;
}
