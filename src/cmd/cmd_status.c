/*
 * ed2k-share status: who is connected just now, from the scoreboard.
 * SPDX-License-Identifier: ISC
 */
#include "base/address.h"
#include "base/args.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "board/scoreboard.h"
#include "store/state.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* How often -w shows it anew. */
#define WATCH_SECONDS 2

struct showing {
	bool json, watch, terminal;
	uint64_t now_ms;
	unsigned n[RECORD_UPLOADING + 1]; /* by state */
};

static const char *const state_names[] = {
    [RECORD_FREE] = "free",
    [RECORD_CONNECTED] = "connected",
    [RECORD_WAITING] = "waiting",
    [RECORD_UPLOADING] = "uploading",
};

/* One connection. The record may change meanwhile: strings are cut to size. */
static bool
visit(void *ctx, const struct record *shared)
{
	struct showing *s = ctx;
	struct record r;
	char address[ADDRESS_PORT_TEXT], hash[2 * HASH_SIZE + 1],
	    client[4 * sizeof r.client], name[4 * sizeof r.name];
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
	s->n[state]++;
	seconds = s->now_ms > r.since_ms ? (s->now_ms - r.since_ms) / 1000 : 0;
	address_format_port(address, r.address, r.port);
	hex_encode(hash, r.file, HASH_SIZE);
	if (s->json) {
		printf("{\"state\":\"%s\",\"seconds\":%" PRIu64
		       ",\"peer\":\"%s\",\"client\":",
		    state_names[state], seconds, address);
		print_json_string(r.client);
		printf(",\"file\":\"%s\",\"bytes\":%" PRIu64 ",\"name\":", hash,
		    (uint64_t)r.bytes);
		print_json_string(r.name);
		puts("}");
		return !ferror(stdout);
	}
	text_escape(client, sizeof client, r.client, strlen(r.client), "");
	text_escape(name, sizeof name, r.name, strlen(r.name), "");
	printf(s->terminal ? "%-9s %7" PRIu64 " %-22s %-20s %s %13" PRIu64
			     " %s\n"
			   : "%s\t%" PRIu64 "\t%s\t%s\t%s\t%" PRIu64 "\t%s\n",
	    state_names[state], seconds, address, client, hash,
	    (uint64_t)r.bytes, name);
	return !ferror(stdout);
}

static void
show(struct showing *s, struct scoreboard *board)
{
	s->now_ms = clock_ms();
	memset(s->n, 0, sizeof s->n);
	if (s->terminal && s->watch)
		printf("\033[H\033[J"); /* home, and clear from there */
	if (s->terminal && !s->json)
		printf("%-9s %7s %-22s %-20s %-32s %13s %s\n", "STATE",
		    "SECONDS", "PEER", "CLIENT", "FILE", "BYTES", "NAME");
	scoreboard_each(board, visit, s);
	if (s->terminal && !s->json)
		printf("%u uploading, %u waiting, %u connected\n",
		    s->n[RECORD_UPLOADING], s->n[RECORD_WAITING],
		    s->n[RECORD_CONNECTED]);
}

/* The scoreboard could not be opened. An exit code, logged. */
static int
complain(const char *dir, int error)
{
	bool forbidden = error == EACCES || error == EPERM;

	log_error("cannot read the scoreboard in %s: %s; %s",
	    log_quote_str(dir), strerror(error),
	    forbidden ? "run this as root or as the user of ed2k-serve, or let "
			"its group in: \"adduser USER GROUP\""
		      : "name the state directory of the server with -s");
	return forbidden ? EX_NOPERM : EX_IOERR;
}

/* Look once. 0, or an exit code after a log line. */
static int
look(struct showing *s, const char *dir)
{
	struct scoreboard board;
	int fault = 0;

	switch (scoreboard_open_readonly(&board, dir)) {
	case BOARD_OPEN:
		show(s, &board);
		break;
	case BOARD_NONE:
		if (!s->watch)
			log_notice("nobody is connected, or the server keeps "
				   "its state elsewhere: name it with -s");
		break;
	case BOARD_FOREIGN:
		log_error("the scoreboard in %s is damaged or of another "
			  "version; install ed2k-serve and ed2k-share of the "
			  "same release, then the next connection mends it",
		    log_quote_str(dir));
		fault = EX_CONFIG;
		break;
	case BOARD_FAILED:
		fault = complain(dir, errno);
		break;
	}
	scoreboard_close(&board);
	fflush(stdout);
	return fault;
}

int
cmd_status(const struct cmd *cmd, int argc, char *argv[])
{
	struct showing s = {.terminal = isatty(STDOUT_FILENO)};
	const struct args_option options[] = {
	    {"watch", 'w', ARGS_FLAG, NULL, 0, 0, &s.watch, NULL, ""},
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &s.json, NULL, ""},
	};
	char dir[PATH_MAX];
	int first, fault;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (first < argc) {
		log_error("status takes no names; see \"ed2k-share status "
			  "--help\"");
		return EX_USAGE;
	}
	if (!cmd->state && !state_default_dir(dir, sizeof dir))
		return EX_CONFIG;
	do {
		/* opened anew each time: it may have been begun anew */
		fault = look(&s, cmd->state ? cmd->state : dir);
	} while (
	    !fault && s.watch && !ferror(stdout) && sleep(WATCH_SECONDS) == 0);
	return print_end(fault);
}
