/*
 * ed2k-share: keep the share database that ed2k-serve serves from, and
 * show what was uploaded. See ed2k-share(1). One verb a file, in cmd/.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/interrupt.h"
#include "store/store.h"
#include "version.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* What a verb looks at: no other needs to be there, nor a HOME to find it. */
enum uses {
	USES_DB = 1,    /* the share database */
	USES_STATE = 2, /* the state directory */
};

static const struct verb {
	const char *name;
	int (*run)(const struct cmd *cmd, int argc, char *argv[]);
	unsigned uses;
	const char *synopsis, *help;
} verbs[] = {
    {"add", cmd_add, USES_DB,
	"[-r [--exclude PATTERN] [--all]] [--jobs N]\n"
	"          PATH...",
	"Hash files, share them and print their eD2k links. With -r, share\n"
	"all files beneath a directory, and remember it for refresh; hidden\n"
	"and unfinished files are left out without --all, and so is what\n"
	"matches a PATTERN. A file that is known and unchanged is not hashed\n"
	"again: when interrupted, the next run goes on where it was. --jobs N\n"
	"hashes with N threads and not with all processors."},
    {"list", cmd_list, USES_DB | USES_STATE,
	"[--json] [--state STATE] [PATTERN]",
	"List hash, size, state, bytes sent and path of what is shared. The\n"
	"states are ok, changed, missing, offline, damaged and unreadable;\n"
	"--state shows one of them. PATTERN is a shell pattern for names or\n"
	"paths; --json prints one JSON object a line. On a terminal it is a\n"
	"table that fits, elsewhere fields with tabs."},
    {"check", cmd_check, USES_DB | USES_STATE,
	"[-p PORT]... [--outside FILE] [--json]",
	"Say whether peers can reach what is shared: a line for each thing,\n"
	"ok, warning or problem, with its remedy. Talks to the server on the\n"
	"ports given (4662 and 4661), to nobody outside this host. FILE is\n"
	"what ed2k-map-ports wrote. --json prints one JSON object a line."},
    {"comment", cmd_comment, USES_DB, "[-r 0..5] HASH|PATH TEXT",
	"Show peers a rating (1 fake, 2 poor, 3 fair, 4 good, 5 excellent)\n"
	"and a comment of at most 128 bytes; \"\" without -r takes them back."},
    {"link", cmd_link, USES_DB,
	"[--html|--collection] [--full]\n"
	"          [--source HOST:PORT|auto [--outside FILE] [--crypt]]\n"
	"          [HASH|PATH...]",
	"Print eD2k links, of all files without arguments; --source adds\n"
	"the address where ed2k-serve can be reached from outside (auto: what\n"
	"ed2k-map-ports found, or the public address of this host), --crypt\n"
	"what aMule needs to obfuscate its very first connection there,\n"
	"--full part hashes and the AICH root, for eMule and aMule alone.\n"
	"--html prints a web page instead, with a search box; --collection\n"
	"what eMule and aMule open as a .emulecollection file."},
    {"priority", cmd_priority, USES_DB, "HASH|PATH... low|normal|high",
	"Say how soon those get a slot who wait for a file: a second of\n"
	"waiting counts four times as much at high as at low priority."},
    {"refresh", cmd_refresh, USES_DB, "[-n] [DIRECTORY...] | --aich",
	"Find what is new, changed, moved or deleted beneath the directories\n"
	"that add -r remembers, or beneath those named, and share it as it\n"
	"is now. What is on a disk that is not mounted is kept. Prints a line\n"
	"for each change; -n (--dry-run) only says what it would do. --aich\n"
	"computes the AICH hashes of files that were shared before these were\n"
	"kept."},
    {"ipfilter", cmd_ipfilter, 0, "[--strict] SOURCE OUT",
	"Compile a list of addresses for \"ed2k-serve --deny-file OUT\". In\n"
	"SOURCE: addresses and networks (192.0.2.0/24), lines of eMule's\n"
	"ipfilter.dat, and \"allow 192.0.2.7\" for exceptions. Bad lines are\n"
	"told and left out; with --strict, nothing is written then."},
    {"remove", cmd_remove, USES_DB, "HASH|PATH... | -r DIRECTORY...",
	"Stop sharing files; the files themselves stay. Uploads that are\n"
	"under way end. With -r, stop sharing all beneath a directory, and\n"
	"forget it."},
    {"snapshot", cmd_snapshot, USES_DB, "FILE",
	"Write a copy of the share database for ed2k-serve on other machines,\n"
	"in place of what FILE is; servers that run go on with that."},
    {"status", cmd_status, USES_STATE, "[-w] [--json]",
	"Show who is connected: state, for how long, peer, client, file,\n"
	"bytes. -w shows it anew every two seconds."},
    {"stats", cmd_stats, USES_STATE,
	"[--by file|peer|day] [--since TIME] [--json]\n"
	"          | --openmetrics | prune --older AGE",
	"What ed2k-serve uploaded: totals, then a row a file, peer or day.\n"
	"TIME is a day (2026-11-22), an age (7d) or @ and a Unix time.\n"
	"--json prints one JSON object a line, --openmetrics counters for a\n"
	"collector. prune removes what is older than AGE, keeps the counters\n"
	"and prints how many transfers are gone."},
    {"verify", cmd_verify, USES_DB, "[HASH|PATH...]",
	"Hash shared files again, all of them without arguments, and name\n"
	"what is damaged by part and byte. What is damaged is not served\n"
	"until it verifies again."},
};

static void
print_help(FILE *out, const struct verb *only)
{
	if (only) {
		fprintf(out,
		    "usage: ed2k-share %s%s%s %s\n\n%s\n\n"
		    "See ed2k-share(1).\n",
		    only->uses & USES_DB ? "[-d DB] " : "",
		    only->uses & USES_STATE ? "[-s DIR] " : "", only->name,
		    only->synopsis, only->help);
		return;
	}
	fputs("usage: ed2k-share [-d DB] [-s DIR] VERB ...\n\n"
	      "Keep the share database of ed2k-serve.\n\n",
	    out);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		fprintf(out, "  %-8s %s\n", verbs[i].name, verbs[i].synopsis);
	fputs("\n\"ed2k-share VERB --help\" tells more, ed2k-share(1) all.\n",
	    out);
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	log_error("there is no verb %s; see \"ed2k-share --help\"",
	    log_quote_str(name));
	return NULL;
}

/* The global options that stand before the verb. */
struct options {
	const char *db, *state;
	bool help, version;
};

static bool
parse_options(struct options *opt, int argc, char *argv[], int *first)
{
	const struct args_option table[] = {
	    {"db", 'd', ARGS_TEXT, "ED2K_SHARE_DB", 0, 0, &opt->db, "FILE", ""},
	    {"state", 's', ARGS_TEXT, "ED2K_STATE_DIR", 0, 0, &opt->state,
		"DIR", ""},
	    {"help", 'h', ARGS_FLAG, NULL, 0, 0, &opt->help, NULL, ""},
	    {"version", 'V', ARGS_FLAG, NULL, 0, 0, &opt->version, NULL, ""},
	};

	return args_parse(table, ARRAY_LEN(table), argc, argv, first);
}

int
main(int argc, char *argv[])
{
	char path[PATH_MAX];
	struct options opt = {0};
	struct cmd cmd;
	const struct verb *verb;
	int first, fault;

	setlocale(LC_CTYPE, ""); /* what a character is; numbers stay plain */
	log_open_stderr("ed2k-share");
	if (!parse_options(&opt, argc, argv, &first))
		return EX_USAGE;
	if (opt.version) {
		puts("ed2k-share " VERSION);
		return 0;
	}
	if (opt.help || first == argc) {
		print_help(opt.help ? stdout : stderr, NULL);
		return opt.help ? 0 : EX_USAGE;
	}
	verb = find_verb(argv[first]);
	if (!verb)
		return EX_USAGE;
	if (first + 1 < argc &&
	    (strcmp(argv[first + 1], "--help") == 0 ||
		strcmp(argv[first + 1], "-h") == 0)) {
		print_help(stdout, verb);
		return 0;
	}
	cmd.db = opt.db;
	cmd.state = opt.state;
	if (!cmd.db && verb->uses & USES_DB) {
		if (!store_default_path(path, sizeof path))
			return EX_CONFIG;
		cmd.db = path;
	}
	fault = verb->run(&cmd, argc - first, argv + first);
	interrupt_die();
	return fault;
}
