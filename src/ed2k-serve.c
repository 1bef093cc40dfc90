/*
 * ed2k-serve: answer one eD2k peer on fds 0 and 1, then exit. See
 * ed2k-serve(8); the life of a connection is told in src/README.md.
 * SPDX-License-Identifier: ISC
 */
#include "base/address.h"
#include "base/args.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "board/roster.h"
#include "serve/conn.h"
#include "serve/who/deny.h"
#include "serve/who/peer.h"
#include "serve/who/proxy.h"
#include "serve/talk/dispatch.h"
#include "serve/walls/sandbox.h"
#include "store/identity.h"
#include "store/store.h"
#include "version.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* What the user asked; src/README.md has the reasons for the defaults. */
struct options {
	const char *db, *state, *deny_file, *proxy_from, *sandbox, *identity;
	uint64_t port;
	uint64_t hello_s, idle_s, stall_s, wait_s, session_s, direct_max;
	uint64_t slots, connections, per_address, per_minute, address_slots;
	uint64_t rate, rate_peer;
	bool anonymize, browse, no_obfuscation, verbose, version, messages,
	    help;
};

static struct options opt = {
    .hello_s = 40,
    .idle_s = 60,
    .stall_s = 120,
    .wait_s = 600,
    .direct_max = UINT64_C(10) << 20,
    .slots = 64,
    .connections = 1000,
    .per_address = 16,
    .per_minute = 60,
    .address_slots = 8,
    .sandbox = "try",
};

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
	&opt.stall_s, "TIME", "without taking a byte of what is sent (120s)"},
    {"wait-timeout", 0, ARGS_SECONDS, "ED2K_WAIT_TIMEOUT", 1, 86400,
	&opt.wait_s, "TIME", "of silence while waiting for a slot (600s)"},
    {"session-timeout", 0, ARGS_SECONDS, "ED2K_SESSION_TIMEOUT", 0, 31536000,
	&opt.session_s, "TIME", "for a connection in all (no limit)"},
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
    {"browse", 'b', ARGS_FLAG, "ED2K_BROWSE", 0, 0, &opt.browse, NULL,
	"let peers list all that is shared"},
    {"no-obfuscation", 0, ARGS_FLAG, "ED2K_NO_OBFUSCATION", 0, 0,
	&opt.no_obfuscation, NULL, "take only plain connections"},
    {"identity", 0, ARGS_TEXT, "ED2K_IDENTITY", 0, 0, &opt.identity, "MODE",
	"user hash of a snapshot's servers: own or shared"},
    {"sandbox", 0, ARGS_TEXT, "ED2K_SANDBOX", 0, 0, &opt.sandbox, "MODE",
	"try, require or off (try)"},
    {"verbose", 'v', ARGS_FLAG, "ED2K_VERBOSE", 0, 0, &opt.verbose, NULL,
	"log every message too"},
    {"messages", 'Q', ARGS_FLAG, NULL, 0, 0, &opt.messages, NULL,
	"list the messages understood, and exit"},
    {"version", 'V', ARGS_FLAG, NULL, 0, 0, &opt.version, NULL,
	"print the version, and exit"},
    {"help", 'h', ARGS_FLAG, NULL, 0, 0, &opt.help, NULL,
	"print this, and exit"},
};

static void
print_help(void)
{
	puts("usage: ed2k-serve [options] <peer >peer\n\n"
	     "Serve one eD2k peer; started by systemd, inetd and the like.\n");
	args_usage(option_table, ARRAY_LEN(option_table));
	puts(
	    "\nED2K_SLOTS=9 in the environment does what --slots 9 does, and so "
	    "with all but\nthe last three; on Debian, set it in "
	    "/etc/default/ed2k-serve.\n\nSee ed2k-serve(8).");
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
	if (opt.help)
		print_help();
	else if (opt.version)
		puts("ed2k-serve " VERSION);
	else if (opt.messages)
		dispatch_each_message(print_message);
	return opt.help || opt.version || opt.messages;
}

/* No file we open later may land on 0, 1 or 2. */
static void
occupy_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static bool
check_state_dir(void)
{
	struct stat st;

	if (!opt.state || (stat(opt.state, &st) == 0 && S_ISDIR(st.st_mode)))
		return true;
	log_error("no state directory %s; make it with mkdir",
	    log_quote_str(opt.state));
	return false;
}

/*
 * Is the peer on the list of denied addresses? A list that is of no use denies
 * nobody: it is there to spare the server some peers, not to guard the files,
 * and one that a nightly job broke must not end all service.
 */
static bool
is_denied(const struct peer *peer)
{
	if (!opt.deny_file || !address_is_known(peer->ip) ||
	    deny_lookup(opt.deny_file, peer->ip) != DENY_YES)
		return false;
	log_info("peer=%s end=denied", peer->name);
	return true;
}

/*
 * What --identity says, for open_share, if it says anything. False, after a log
 * line, when that cannot be right.
 */
static bool
check_identity(enum identity_mode *mode)
{
	if (!opt.identity)
		return true;
	if (!identity_mode_parse(opt.identity, mode)) {
		log_error("--identity: %s is neither shared nor own",
		    log_quote_str(opt.identity));
		return false;
	}
	if (*mode == IDENTITY_SHARED || !opt.proxy_from)
		return true;
	log_error("--identity own: peers reach all machines behind a balancer "
		  "(--proxy-from) at one address, and ban one whose user hash "
		  "changes; leave it out, or take off --proxy-from");
	return false;
}

/* 0, or an exit code after a log line; the store is closed then. */
static int
open_share(
    struct store *store, enum identity_mode mode, uint8_t user_hash[HASH_SIZE])
{
	char path[PATH_MAX];
	int fault;

	if (!opt.db && !store_default_path(path, sizeof path))
		return EX_CONFIG;
	fault = store_open(store, opt.db ? opt.db : path);
	if (fault)
		return fault;
	if (!opt.identity)
		mode = identity_default(store, opt.proxy_from != NULL);
	fault = identity_user_hash(store, mode, user_hash);
	if (fault)
		store_close(store);
	return fault;
}

static struct session_config
make_config(const struct peer *peer, const uint8_t user_hash[HASH_SIZE])
{
	struct session_config config = {
	    .self = {.name = "ed2k-serve", .mod = "ed2k-serve " VERSION},
	    .peer_has_ipv4 = address_is_ipv4(peer->ip),
	    .hello_ms = opt.hello_s * 1000,
	    .idle_ms = opt.idle_s * 1000,
	    .stall_ms = opt.stall_s * 1000,
	    .wait_ms = opt.wait_s * 1000,
	    .session_ms = opt.session_s * 1000,
	    .direct_max = opt.direct_max,
	    .browse = opt.browse,
	};

	memcpy(config.peer_ipv4, peer->ip + 12, sizeof config.peer_ipv4);
	memcpy(config.self.user_hash, user_hash, HASH_SIZE);
	config.self.misc1 = opt.browse ? OUR_MISCOPTIONS1 & ~MISC1_NO_BROWSE
				       : OUR_MISCOPTIONS1 | MISC1_NO_BROWSE;
	config.self.misc2 =
	    OUR_MISCOPTIONS2 | (opt.no_obfuscation ? 0 : MISC2_OBFUSCATION);
	config.obfuscation = !opt.no_obfuscation;
	config.self.port = opt.port ? (uint16_t)opt.port : peer->our_port;
	return config;
}

/*
 * Claim a record on the scoreboard. False, after a log line, for a peer that has
 * too many connections: that is abuse. A full board is not the peer's fault and
 * turns nobody away.
 */
static bool
join_board(
    struct scoreboard *board, struct ledger *ledger, const struct peer *peer)
{
	const struct scoreboard_limits limits = {
	    .slots = (uint32_t)opt.slots,
	    .connections = (uint32_t)opt.connections,
	    .address_connections = (uint32_t)opt.per_address,
	    .address_minute = (uint32_t)opt.per_minute,
	    .address_slots = (uint32_t)opt.address_slots,
	};
	static const char *const why[] = {
	    [CLAIM_TOO_MANY] = "too many connections",
	    [CLAIM_TOO_OFTEN] = "too many new connections a minute",
	};
	enum claim_result res;

	scoreboard_open(board, opt.state, &limits);
	board->on_dead = ledger_add_dead;
	board->ctx = ledger;
	res = roster_claim(board, peer->ip, peer->port, clock_ms());
	if (res == CLAIM_OK || res == CLAIM_FULL)
		return true;
	log_info("peer=%s end=refused fault=%s", peer->name,
	    log_quote_str(why[res]));
	return false;
}

int
main(int argc, char *argv[])
{
	static struct conn conn;
	static struct ledger ledger;
	static struct store store;
	struct session_config config;
	struct scoreboard board = {0};
	enum sandbox_mode sandbox;
	enum identity_mode identity = IDENTITY_SHARED;
	struct peer peer;
	uint8_t user_hash[HASH_SIZE];
	int first, fault;

	occupy_standard_fds();
	log_open_server("ed2k-serve");
	if (!args_parse(
		option_table, ARRAY_LEN(option_table), argc, argv, &first))
		return EX_USAGE;
	if (print_only())
		return 0;
	if (first < argc) {
		log_error("%s is one argument too many; see --help",
		    log_quote_str(argv[first]));
		return EX_USAGE;
	}
	if (!sandbox_mode_parse(opt.sandbox, &sandbox)) {
		log_error("--sandbox: %s is none of try, require and off",
		    log_quote_str(opt.sandbox));
		return EX_USAGE;
	}
	if (!check_identity(&identity))
		return EX_USAGE;
	if (opt.verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	db_be_frugal();
	peer_identify(&peer);
	if (!peer_prepare(&peer))
		return EX_USAGE;
	if (opt.proxy_from &&
	    !proxy_identify(&peer, opt.proxy_from, opt.hello_s * 1000, &fault))
		return fault;
	if (is_denied(&peer))
		return EX_TEMPFAIL;
	if (!check_state_dir())
		return EX_CONFIG;
	ledger.state_dir = opt.state;
	ledger.anonymize = opt.anonymize;
	if (!join_board(&board, &ledger, &peer))
		return EX_TEMPFAIL;
	fault = open_share(&store, identity, user_hash);
	if (fault)
		return fault;
	config = make_config(&peer, user_hash);
	/* from here on the peer's bytes are read */
	if (sandbox_enter(sandbox, &store, opt.state))
		fault = conn_run(&conn,
		    &(struct conn_setup){
			.peer = &peer,
			.config = &config,
			.rate_bps = opt.rate,
			.rate_peer_bps = opt.rate_peer,
			.board = &board,
			.ledger = &ledger,
			.store = &store,
		    });
	else
		fault = EX_OSERR;
	/* what is open the kernel closes, in 0.08 ms less */
	return fault;
}
