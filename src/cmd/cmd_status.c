/*
 * ed2k-share status: who is connected just now, from the scoreboard.
 * SPDX-License-Identifier: ISC
 */
#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "board/scoreboard.h"
#include "cmd/cmd.h"
#include "cmd/fields.h"
#include "cmd/print.h"
#include "store/state.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* How often -w shows it anew. */
#define WATCH_SECONDS 2

struct showing {
	bool json, watch, terminal; /* terminal: a table for people */
	uint64_t now_ms;
	unsigned n[RECORD_UPLOADING + 1]; /* by state */
};

static const char *const state_names[] = {
    [RECORD_FREE] = "free",
    [RECORD_CONNECTED] = "connected",
    [RECORD_WAITING] = "waiting",
    [RECORD_UPLOADING] = "uploading",
};

/* For people: columns. */
static void
print_row(const char *state, const char *seconds, const char *peer,
    const char *client, const char *file, const char *sent, const char *name)
{
	printf("%-9s %7s %-22s %-20s %-32s %8s %s\n", state, seconds, peer,
	    client, file, sent, name);
}

static void
print_connection(const struct record *r, const char *state, uint64_t seconds)
{
	char address[ADDRESS_PORT_TEXT], hash[2 * HASH_SIZE + 1], age[24],
	    client[4 * sizeof r->client], name[4 * sizeof r->name],
	    sent[TEXT_SIZE_MAX];

	snprintf(age, sizeof age, "%" PRIu64, seconds);
	hex_encode(hash, r->file, HASH_SIZE);
	text_size(sent, r->bytes);
	text_escape(client, sizeof client, r->client, strlen(r->client), "");
	text_escape(name, sizeof name, r->name, strlen(r->name), "");
	print_row(state, age, address_format_port(address, r->address, r->port),
	    client, hash, sent, name);
}

/* For programs. */
static void
put_fields(
    const struct record *r, const char *state, uint64_t seconds, bool json)
{
	char address[ADDRESS_PORT_TEXT];
	struct fields f;

	fields_begin(&f, json);
	fields_word(&f, "state", state);
	fields_number(&f, "seconds", seconds);
	fields_word(
	    &f, "peer", address_format_port(address, r->address, r->port));
	fields_text(&f, "client", r->client);
	fields_hash(&f, "file", r->file);
	fields_number(&f, "bytes", r->bytes);
	fields_text(&f, "name", r->name);
	fields_end(&f);
}

/* For scoreboard_each. The record may change meanwhile. */
static bool
visit(void *ctx, const struct record *shared)
{
	struct showing *s = ctx;
	struct record r;
	uint32_t state;
	uint64_t seconds;

	memcpy(&r, shared, sizeof r);
	/* until something was sent, what it waits for says more */
	if (r.state != RECORD_UPLOADING || r.bytes == 0) {
		memcpy(r.file, r.wanted, sizeof r.file);
		memcpy(r.name, r.wanted_name, sizeof r.name);
	}
	r.client[sizeof r.client - 1] = r.name[sizeof r.name - 1] = '\0';
	state = r.state <= RECORD_UPLOADING ? r.state : RECORD_FREE;
	seconds = elapsed_ms(r.since_ms, s->now_ms) / 1000;
	s->n[state]++;
	if (s->terminal)
		print_connection(&r, state_names[state], seconds);
	else
		put_fields(&r, state_names[state], seconds, s->json);
	return !ferror(stdout);
}

static void
show(struct showing *s, struct scoreboard *board)
{
	s->now_ms = clock_ms();
	memset(s->n, 0, sizeof s->n);
	if (s->terminal && s->watch)
		printf("\033[H\033[J"); /* home, and clear from there */
	if (s->terminal)
		print_row("STATE", "SECONDS", "PEER", "CLIENT", "FILE", "SENT",
		    "NAME");
	scoreboard_each(board, visit, s);
	if (s->terminal)
		printf("%u uploading, %u waiting, %u connected\n",
		    s->n[RECORD_UPLOADING], s->n[RECORD_WAITING],
		    s->n[RECORD_CONNECTED]);
}

/* Log why there is no scoreboard. Returns an exit code. */
static int
refuse(const char *dir, int error)
{
	bool forbidden = error == EACCES || error == EPERM;

	log_error("cannot read the scoreboard in %s: %s; %s",
	    log_quote_str(dir), strerror(error),
	    forbidden ? "run this as root or as the user of ed2k-serve, or let "
			"its group in: \"adduser USER GROUP\""
		      : "name the state directory of the server with -s");
	return forbidden ? EX_NOPERM : EX_IOERR;
}

/* Show it once. 0, or an exit code after a log line. */
static int
show_once(struct showing *s, const char *dir)
{
	struct scoreboard board;
	enum board_result res = scoreboard_open_readonly(&board, dir);
	int error = errno, fault = 0;

	if (res == BOARD_OPEN) {
		show(s, &board);
	} else if (res == BOARD_NONE && !s->watch) {
		log_notice("nobody is connected, or the server keeps its state "
			   "elsewhere: name it with -s");
	} else if (res == BOARD_FOREIGN) {
		log_error("the scoreboard in %s is damaged or of another "
			  "version; install ed2k-serve and ed2k-share of the "
			  "same release, and the next connection will mend it",
		    log_quote_str(dir));
		fault = EX_CONFIG;
	} else if (res == BOARD_FAILED) {
		fault = refuse(dir, error);
	}
	scoreboard_close(&board);
	fflush(stdout);
	return fault;
}

int
cmd_status(const struct cmd *cmd, int argc, char *argv[])
{
	struct showing s = {0};
	const struct args_option options[] = {
	    {"watch", 'w', ARGS_FLAG, NULL, 0, 0, &s.watch, NULL, ""},
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &s.json, NULL, ""},
	};
	const char *dir = cmd->state;
	char usual[PATH_MAX];
	int fault;

	if (cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, 0,
		"status takes options only") < 0)
		return EX_USAGE;
	s.terminal = !s.json && isatty(STDOUT_FILENO);
	if (!dir && !state_default_dir(usual, sizeof usual))
		return EX_CONFIG;
	do {
		/* opened each time: the file may have been replaced */
		fault = show_once(&s, dir ? dir : usual);
	} while (
	    !fault && s.watch && !ferror(stdout) && sleep(WATCH_SECONDS) == 0);
	return print_end(fault);
}
