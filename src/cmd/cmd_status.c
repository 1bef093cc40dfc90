/*
 * ed2k-share status: who is connected just now, from the scoreboard.
 * SPDX-License-Identifier: ISC
 */
#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "board/scoreboard.h"
#include "cmd/announcer.h"
#include "cmd/cmd.h"
#include "cmd/fields.h"
#include "store/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* How often -w shows it anew. */
#define WATCH_SECONDS 2

static const struct column columns[] = {
    {"state", "STATE", -9, COLUMN_PLAIN},
    {"seconds", "SECONDS", 7, COLUMN_PLAIN},
    {"peer", "PEER", -22, COLUMN_PLAIN},
    {"client", "CLIENT", -20, COLUMN_PLAIN},
    {"file", "FILE", -32, COLUMN_PLAIN},
    {"bytes", "SENT", 8, COLUMN_SIZE},
    {"name", "NAME", 0, COLUMN_PLAIN},
};

static const char *const state_names[] = {
    [RECORD_FREE] = "free",
    [RECORD_CONNECTED] = "connected",
    [RECORD_WAITING] = "waiting",
    [RECORD_UPLOADING] = "uploading",
};

struct showing {
	struct fields fields;
	bool watch;
	const char *announcer; /* its state directory */
	uint64_t now_ms;
	unsigned n[ARRAY_LEN(state_names)];
};

/* For scoreboard_each. The record may change meanwhile. */
static bool
visit(void *ctx, const struct record *shared)
{
	struct showing *s = ctx;
	struct fields *f = &s->fields;
	char address[ADDRESS_PORT_TEXT];
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
	fields_begin(f);
	fields_word(f, "state", state_names[state]);
	fields_number(f, "seconds", seconds);
	fields_word(f, "peer", address_format_port(address, r.address, r.port));
	fields_text(f, "client", r.client);
	fields_hash(f, "file", r.file);
	fields_number(f, "bytes", r.bytes);
	fields_text(f, "name", r.name);
	fields_end(f);
	return !ferror(stdout);
}

/* On which server is it listed? Between tabs there are connections only. */
static void
show_announcer(const struct showing *s)
{
	uint64_t now_s = (uint64_t)time(NULL);
	struct announced announced;
	char words[1024];

	if (s->fields.form == FIELDS_TABS)
		return;
	announced_read(&announced, s->announcer);
	if (s->fields.form == FIELDS_JSON)
		announcer_print_json(&announced, now_s);
	else if (announcer_words(words, &announced, now_s) != ANNOUNCER_ABSENT)
		printf("announcer: %s\n", words);
}

static void
show(struct showing *s, struct scoreboard *board)
{
	bool table = s->fields.form == FIELDS_TABLE;

	s->now_ms = clock_ms();
	memset(s->n, 0, sizeof s->n);
	if (table && s->watch)
		printf("\033[H\033[J"); /* home, and clear from there */
	fields_heading(&s->fields);
	scoreboard_each(board, s->now_ms, visit, s);
	if (table)
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
	if (!fault)
		show_announcer(s);
	fflush(stdout);
	return fault;
}

int
cmd_status(const struct cmd *cmd, int argc, char *argv[])
{
	struct showing s = {
	    .fields = {.columns = columns, .n_columns = ARRAY_LEN(columns)},
	    .announcer = ANNOUNCED_DIR,
	};
	bool json = false;
	const struct args_option options[] = {
	    {"watch", 'w', ARGS_FLAG, NULL, 0, 0, &s.watch, NULL, ""},
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &json, NULL, ""},
	    {"announcer", 0, ARGS_TEXT, "ED2K_ANNOUNCE_STATE", 0, 0,
		&s.announcer, "DIR", ""},
	};
	const char *dir = cmd->state;
	char usual[PATH_MAX];
	int fault;

	if (cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, 0,
		"status takes options only") < 0)
		return EX_USAGE;
	s.fields.form = fields_choose(json);
	if (!dir && !state_default_dir(usual, sizeof usual))
		return EX_CONFIG;
	do {
		/* opened each time: the file may have been replaced */
		fault = show_once(&s, dir ? dir : usual);
	} while (
	    !fault && s.watch && !ferror(stdout) && sleep(WATCH_SECONDS) == 0);
	return cmd_end(fault);
}
