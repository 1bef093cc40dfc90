/*
 * The service of one peer; see serve_peer.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/serve_peer.h"

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/owner.h"
#include "board/log_rate.h"
#include "board/roster.h"
#include "serve/conn.h"
#include "serve/walls/sandbox.h"
#include "serve/who/peer.h"
#include "serve/who/proxy.h"
#include "store/deny.h"
#include "version.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

/*
 * Open the scoreboard, if there is to be one. 0, or EX_CONFIG after a log line.
 */
static int
open_board(const struct options *opt, struct scoreboard *board)
{
	const struct scoreboard_limits limits = {
	    .slots = (uint32_t)opt->slots,
	    .connections = (uint32_t)opt->connections,
	    .address_connections = (uint32_t)opt->per_address,
	    .address_minute = (uint32_t)opt->per_minute,
	    .address_slots = (uint32_t)opt->address_slots,
	};
	struct stat st;

	if (opt->state &&
	    (stat(opt->state, &st) != 0 || !S_ISDIR(st.st_mode))) {
		log_error("no state directory %s; make it with mkdir",
		    log_quote_str(opt->state));
		return EX_CONFIG;
	}
	scoreboard_open(board, opt->state, &limits);
	return 0;
}

/*
 * Claim a record. False for a peer with too many connections: that is abuse. A
 * full board is not its fault.
 */
static bool
claim_record(
    struct scoreboard *board, const struct peer *peer, struct early_end *end)
{
	static const char *const faults[] = {
	    [CLAIM_TOO_MANY] = FAULT_TOO_MANY,
	    [CLAIM_TOO_OFTEN] = FAULT_TOO_OFTEN,
	};
	enum claim_result res =
	    roster_claim(board, peer->ip, peer->port, clock_ms());

	*end = (struct early_end){.end = "refused", .status = EX_TEMPFAIL};
	if (res == CLAIM_OK || res == CLAIM_FULL)
		return true;
	end->fault = faults[res];
	return false;
}

/* Who is it, and is it served? If not, *end is why. */
static bool
admit(const struct options *opt, struct scoreboard *board, struct peer *peer,
    struct early_end *end)
{
	if (opt->proxy_from &&
	    !proxy_identify(peer, opt->proxy_from, opt->hello_s * 1000, end))
		return false;
	*end = (struct early_end){.end = "denied", .status = EX_TEMPFAIL};
	return !deny_has(opt->deny_file, peer->ip) &&
	    claim_record(board, peer, end);
}

/* Log that the peer is turned away, unless that would be too often. */
static void
log_turned_away(struct scoreboard *board, const struct peer *peer,
    const struct early_end *end)
{
	uint32_t unlogged;

	if (end->end &&
	    log_rate_turned_away(
		board, owner_of(peer->ip), clock_ms(), &unlogged))
		early_end_log(end, peer, unlogged);
}

/* For log_set_limit: what one peer brings about with all its connections. */
static bool
may_warn(void *ctx)
{
	const struct conn_setup *setup = ctx;

	return log_rate_warning(
	    setup->board, owner_of(setup->peer->ip), clock_ms());
}

static struct session_config
make_config(const struct options *opt, const struct peer *peer)
{
	struct session_config config = {
	    .self =
		{
		    .name = "ed2k-serve",
		    .mod = "ed2k-serve " VERSION,
		    .misc1 =
			OUR_MISCOPTIONS1 | (opt->browse ? 0 : MISC1_NO_BROWSE),
		    .misc2 = OUR_MISCOPTIONS2 |
			(opt->no_obfuscation ? 0 : MISC2_OBFUSCATION),
		    .port = opt->port ? (uint16_t)opt->port : peer->our_port,
		},
	    .peer_has_ipv4 = address_is_ipv4(peer->ip),
	    .hello_ms = opt->hello_s * 1000,
	    .idle_ms = opt->idle_s * 1000,
	    .stall_ms = opt->stall_s * 1000,
	    .wait_ms = opt->wait_s * 1000,
	    .session_ms = opt->session_s * 1000,
	    .direct_max = opt->direct_max,
	    .browse = opt->browse,
	    .obfuscation = !opt->no_obfuscation,
	};

	memcpy(config.peer_ipv4, peer->ip + 12, sizeof config.peer_ipv4);
	return config;
}

/*
 * Open the share database, or leave it for later if all is known already. 0, or
 * an exit code after a log line.
 */
static int
open_share(
    const struct options *opt, struct share_facts *facts, struct store *store)
{
	if (!facts->is_known)
		return share_facts_read(facts, opt, store);
	store_open_later(store, facts->path);
	return 0;
}

int
serve_peer(const struct options *opt, struct share_facts *facts)
{
	static struct conn conn;
	static struct ledger ledger;
	static struct store store;
	static struct scoreboard board;
	struct peer peer;
	struct session_config config;
	struct early_end end;
	struct conn_setup setup = {
	    .peer = &peer,
	    .config = &config,
	    .rate_bps = opt->rate,
	    .rate_peer_bps = opt->rate_peer,
	    .board = &board,
	    .ledger = &ledger,
	    .store = &store,
	};
	int status;

	ledger.state_dir = opt->state;
	ledger.rules.anonymize = opt->anonymize;
	ledger.rules.keep_s = opt->keep_s;
	peer_identify(&peer);
	if (!peer_prepare(&peer))
		return EX_USAGE;
	status = open_board(opt, &board);
	if (status)
		return status;
	log_set_limit(0, may_warn, &setup);
	ledger.board = &board;
	board.on_dead = ledger_add_dead;
	board.ctx = &ledger;
	if (!admit(opt, &board, &peer, &end)) {
		log_turned_away(&board, &peer, &end);
		return end.status;
	}
	status = open_share(opt, facts, &store);
	if (status)
		return status;
	config = make_config(opt, &peer);
	memcpy(config.self.user_hash, facts->user_hash, HASH_SIZE);
	if (opt->state)
		activity_prepare(opt->state);
	if (!sandbox_enter(opt->sandbox, &facts->cover, facts->path, opt->state,
		opt->session_s))
		return EX_OSERR;
	/* only now are bytes of the peer read, but for a PROXY header */
	return conn_run(&conn, &setup);
}
