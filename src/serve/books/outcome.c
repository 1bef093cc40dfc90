/*
 * The end of a connection; see outcome.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/books/outcome.h"

#include "base/log.h"
#include "base/util.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void
outcome_log(const struct outcome *o)
{
	const struct session *s = o->session;
	char hash[2 * HASH_SIZE + 1] = "-", user[2 * HASH_SIZE + 1] = "-";
	char unlogged[40] = "";
	const char *transport = o->obfuscated ? "obfuscated" : "plain";

	if (s->has_file)
		hex_encode(hash, s->file, HASH_SIZE);
	if (s->n_hellos > 0)
		hex_encode(user, s->hello.user_hash, HASH_SIZE);
	if (log_unlogged() > 0)
		snprintf(unlogged, sizeof unlogged, " unlogged=%" PRIu64,
		    log_unlogged());
	log_info("peer=%s client=%s mod=%s user=%s transport=%s file=%s "
		 "bytes=%" PRIu64 " seconds=%" PRIu64 ".%03u end=%s%s%s%s",
	    o->peer->name, log_quote_str(s->hello.name),
	    log_quote_str(s->hello.mod), user, transport, hash, o->bytes,
	    o->ms / 1000, (unsigned)(o->ms % 1000), session_end_name(s->end),
	    s->fault ? " fault=" : "", s->fault ? log_quote_str(s->fault) : "",
	    unlogged);
}

void
outcome_record(const struct outcome *o, struct ledger *ledger, uint64_t now_ms)
{
	const struct session *s = o->session;
	struct transfer peer = {.has_user = s->n_hellos > 0};

	memcpy(peer.address, o->peer->ip, sizeof peer.address);
	memcpy(peer.user_hash, s->hello.user_hash, HASH_SIZE);
	snprintf(peer.client, sizeof peer.client, "%s", s->hello.name);
	snprintf(
	    peer.outcome, sizeof peer.outcome, "%s", session_end_name(s->end));
	ledger_write(ledger, &peer, now_ms);
}

int
outcome_exit_code(const struct outcome *o)
{
	switch (o->session->end) {
	case END_BAD_PEER:
		return EX_PROTOCOL;
	case END_FILE_FAILED:
		return EX_IOERR;
	case END_BUSY:
	case END_CROWDED:
		return EX_TEMPFAIL;
	default:
		return 0;
	}
}
