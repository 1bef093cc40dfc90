/*
 * The table of options; see options.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/options.h"

#include "base/args.h"
#include "base/log.h"
#include "base/util.h"
#include "board/board.h"
#include "serve/talk/dispatch.h"
#include "version.h"

#include <stdio.h>
#include <sysexits.h>

static struct options opt = {
    .hello_s = 40,
    .idle_s = 60,
    .stall_s = 120,
    .wait_s = 600,
    .direct_max = UINT64_C(10) << 20,
    .keep_s = UINT64_C(365) * 86400,
    .slots = 64,
    .session_s = 86400,
    .connections = 1000,
    .per_address = 16,
    .per_minute = 60,
    .address_slots = 8,
    .linger_s = 60,
};
static const char *sandbox = "try", *identity;
static bool help, version, messages;

static const struct args_option option_table[] = {
    {"db", 'd', ARGS_TEXT, "ED2K_SHARE_DB", 0, 0, &opt.db, "FILE",
	"share database"},
    {"state", 's', ARGS_TEXT, "ED2K_STATE_DIR", 0, 0, &opt.state, "DIR",
	"state directory"},
    {"deny-file", 0, ARGS_TEXT, "ED2K_DENY_FILE", 0, 0, &opt.deny_file, "FILE",
	"addresses to turn away (ed2k-share ipfilter)"},
    {"proxy-from", 0, ARGS_TEXT, "ED2K_PROXY_FROM", 0, 0, &opt.proxy_from,
	"LIST", "balancers whose PROXY header names the peer"},
    {"port", 'p', ARGS_NUMBER, "ED2K_PORT", 1, 65535, &opt.port, "PORT",
	"port that peers reach, if not the one dialled"},
    {"hello-timeout", 0, ARGS_SECONDS, "ED2K_HELLO_TIMEOUT", 1, 86400,
	&opt.hello_s, "TIME", "to say hello (40s)"},
    {"idle-timeout", 0, ARGS_SECONDS, "ED2K_IDLE_TIMEOUT", 1, 86400,
	&opt.idle_s, "TIME", "without a whole request (60s)"},
    {"send-timeout", 0, ARGS_SECONDS, "ED2K_SEND_TIMEOUT", 1, 86400,
	&opt.stall_s, "TIME", "to take 64 KiB of what is sent (120s)"},
    {"wait-timeout", 0, ARGS_SECONDS, "ED2K_WAIT_TIMEOUT", 1, 86400,
	&opt.wait_s, "TIME", "of silence while waiting for a slot (600s)"},
    {"session-timeout", 0, ARGS_SECONDS, "ED2K_SESSION_TIMEOUT", 0, 31536000,
	&opt.session_s, "TIME", "for a connection in all, 0: no limit (1d)"},
    {"slots", 0, ARGS_NUMBER, "ED2K_SLOTS", 1, SCOREBOARD_RECORDS, &opt.slots,
	"N", "uploads at once; others wait in turn (64)"},
    {"connections", 0, ARGS_NUMBER, "ED2K_CONNECTIONS", 1, SCOREBOARD_RECORDS,
	&opt.connections, "N", "connections at once (1000)"},
    {"per-address", 0, ARGS_NUMBER, "ED2K_PER_ADDRESS", 1, SCOREBOARD_RECORDS,
	&opt.per_address, "N", "connections of one address at once (16)"},
    {"per-minute", 0, ARGS_NUMBER, "ED2K_PER_MINUTE", 1, 1000000,
	&opt.per_minute, "N", "new connections of one address a minute (60)"},
    {"address-slots", 0, ARGS_NUMBER, "ED2K_ADDRESS_SLOTS", 1,
	SCOREBOARD_RECORDS, &opt.address_slots, "N",
	"uploads to one address at once (8)"},
    {"rate", 'r', ARGS_SIZE, "ED2K_RATE", 0, UINT64_C(1) << 40, &opt.rate,
	"BYTES", "a second for all together (no limit)"},
    {"rate-peer", 0, ARGS_SIZE, "ED2K_RATE_PEER", 0, UINT64_C(1) << 40,
	&opt.rate_peer, "BYTES", "a second for one peer (no limit)"},
    {"direct-max", 0, ARGS_SIZE, "ED2K_DIRECT_MAX", 1, UINT64_C(1) << 30,
	&opt.direct_max, "SIZE", "largest request of a direct client (10M)"},
    {"anonymize", 0, ARGS_FLAG, "ED2K_ANONYMIZE", 0, 0, &opt.anonymize, NULL,
	"record networks, not peers"},
    {"keep-transfers", 0, ARGS_SECONDS, "ED2K_KEEP_TRANSFERS", 86400,
	UINT64_C(36525) * 86400, &opt.keep_s, "TIME",
	"in the records, then in sums alone (365d)"},
    {"browse", 'b', ARGS_FLAG, "ED2K_BROWSE", 0, 0, &opt.browse, NULL,
	"let peers list all that is shared"},
    {"no-obfuscation", 0, ARGS_FLAG, "ED2K_NO_OBFUSCATION", 0, 0,
	&opt.no_obfuscation, NULL, "take only plain connections"},
    {"identity", 0, ARGS_TEXT, "ED2K_IDENTITY", 0, 0, &identity, "MODE",
	"user hash of a snapshot's servers: own or shared"},
    {"sandbox", 0, ARGS_TEXT, "ED2K_SANDBOX", 0, 0, &sandbox, "MODE",
	"try, require or off (try)"},
    {"linger", 0, ARGS_SECONDS, "ED2K_LINGER", 1, 31536000, &opt.linger_s,
	"TIME", "without connections, on a passed socket (60s)"},
    {"verbose", 'v', ARGS_FLAG, "ED2K_VERBOSE", 0, 0, &opt.verbose, NULL,
	"log every message too"},
    {"listen", 0, ARGS_LIST, NULL, 0, 0, &opt.listen, "PLACE",
	"accept connections on [ADDRESS:]PORT; repeatable"},
    {"user", 0, ARGS_TEXT, NULL, 0, 0, &opt.user, "NAME",
	"become this user, when started by root"},
    {"messages", 'Q', ARGS_FLAG, NULL, 0, 0, &messages, NULL,
	"list the messages understood, and exit"},
    {"version", 'V', ARGS_FLAG, NULL, 0, 0, &version, NULL,
	"print the version, and exit"},
    {"help", 'h', ARGS_FLAG, NULL, 0, 0, &help, NULL, "print this, and exit"},
};

static void
print_help(void)
{
	puts("usage: ed2k-serve [options] <peer >peer\n"
	     "       ed2k-serve --listen [ADDRESS:]PORT [options]\n\n"
	     "Serve one eD2k peer; started by systemd, inetd and the like.\n");
	args_usage(option_table, ARRAY_LEN(option_table));
	puts(
	    "\nED2K_SLOTS=9 in the environment does the same as --slots 9. All "
	    "options but\nthe last five have such a variable; Debian reads "
	    "/etc/default/ed2k-serve.\nSee ed2k-serve(8).");
}

static void
print_message(uint8_t protocol, uint8_t opcode, const char *name)
{
	printf("0x%02X 0x%02X %s\n", protocol, opcode, name);
}

/* -h, -V, -Q. True when that was all that was asked. */
static bool
print_only(void)
{
	if (help)
		print_help();
	else if (version)
		puts("ed2k-serve " VERSION);
	else if (messages)
		dispatch_each_message(print_message);
	return help || version || messages;
}

/* False, after a log line, for a mode that is none or that cannot be right. */
static bool
check_identity(void)
{
	if (!identity)
		return true;
	opt.has_identity = true;
	if (!identity_mode_parse(identity, &opt.identity)) {
		log_error("--identity: %s is neither shared nor own",
		    log_quote_str(identity));
		return false;
	}
	if (opt.identity == IDENTITY_SHARED || !opt.proxy_from)
		return true;
	log_error("--identity own: peers reach all machines behind a balancer "
		  "(--proxy-from) at one address, and ban one whose user hash "
		  "changes; remove one of the two options");
	return false;
}

static bool
check_sandbox(void)
{
	if (sandbox_mode_parse(sandbox, &opt.sandbox))
		return true;
	log_error("--sandbox: %s is none of try, require and off",
	    log_quote_str(sandbox));
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

const struct options *
options_parse(int argc, char *argv[], int *status)
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
	if (!check_operands(argc, argv, first) || !check_sandbox() ||
	    !check_identity())
		return NULL;
	if (opt.verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	return &opt;
}
