/*
 * ed2k-share: keep the share database that ed2k-serve serves from, and show
 * what was uploaded. See ed2k-share(1). The verbs are in cmd/, one a file.
 * SPDX-License-Identifier: ISC
 */
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

/* What a verb uses; nothing else has to exist. */
enum uses {
	USES_DB = 1,    /* the share database */
	USES_STATE = 2, /* the state directory */
};

/* Help and completion are made from this table. */
static const struct verb {
	const char *name;
	int (*run)(const struct cmd *cmd, int argc, char *argv[]);
	unsigned uses;
	const char *synopsis, *help;
} verbs[] = {
    {"add", cmd_add, USES_DB | USES_STATE,
	"[-r [--exclude PATTERN] [--all]]\n"
	"          [--jobs N] PATH...",
	"Hash files, share them and print their eD2k links. With -r, share\n"
	"all files beneath a directory, and remember it for refresh. Hidden\n"
	"and unfinished files are left out unless --all is given, and so is\n"
	"what matches a PATTERN. Files that are known and unchanged are not\n"
	"hashed again, so a second run goes on where the first was\n"
	"interrupted. --jobs N hashes with N threads, not with one for each\n"
	"processor."},
    {"list", cmd_list, USES_DB | USES_STATE,
	"[--json] [--state STATE] [PATTERN]",
	"List hash, size, state, bytes sent and path of shared files.\n"
	"States: ok, changed, missing, offline, damaged, unreadable;\n"
	"--state shows one of them. PATTERN is a shell pattern for names or\n"
	"paths. Prints a table on a terminal, elsewhere fields with tabs,\n"
	"with --json an object a line."},
    {"check", cmd_check, USES_DB | USES_STATE,
	"[-p PORT]... [--outside FILE]\n"
	"          [--announcer DIR] [--json]",
	"Check whether peers can reach what is shared: a line for each\n"
	"thing, ok, warning or problem, with its remedy. Talks to the\n"
	"server on the given ports (4662 and 4661), and to no other host.\n"
	"FILE is what ed2k-map-ports wrote, DIR the state directory of\n"
	"ed2k-announce. --json prints a JSON object a line."},
    {"announce", cmd_announce, USES_DB, "HASH|PATH... yes|no",
	"Keep files out of what ed2k-announce(8) tells servers, or let them\n"
	"in again. A directory that is shared stands for all its files, those\n"
	"to come too. Links to the files work all the same."},
    {"comment", cmd_comment, USES_DB, "[-r 0..5] HASH|PATH TEXT",
	"Show peers a rating (1 fake, 2 poor, 3 fair, 4 good, 5 excellent)\n"
	"and a comment of at most 128 bytes. \"\" without -r removes both."},
    {"link", cmd_link, USES_DB,
	"[--html|--collection] [--full]\n"
	"          [--source HOST:PORT|auto [--outside FILE] [--crypt]] "
	"[HASH|PATH...]",
	"Print eD2k links, of all files without arguments. --source adds\n"
	"the address where ed2k-serve is reached from outside (auto: the\n"
	"one that ed2k-map-ports found, or the public address of this\n"
	"host), --crypt what aMule needs to obfuscate its first connection\n"
	"there, --full part hashes and the AICH root, for eMule and aMule\n"
	"only. --html prints a web page with a search box, --collection\n"
	"what eMule and aMule open as an .emulecollection file."},
    {"priority", cmd_priority, USES_DB, "HASH|PATH... low|normal|high",
	"Set how soon peers that wait for a file get a slot: a second of\n"
	"waiting counts four times as much at high as at low priority."},
    {"refresh", cmd_refresh, USES_DB | USES_STATE,
	"[-n] [DIRECTORY...] | --aich",
	"Find what is new, changed, moved or deleted beneath the\n"
	"directories that add -r remembers, or beneath those named, and\n"
	"share it as it is now. Files on a disk that is not mounted stay\n"
	"shared. Prints a line for each change; -n (--dry-run) changes\n"
	"nothing. --aich computes the AICH hashes of files that were\n"
	"shared by an older version."},
    {"ipfilter", cmd_ipfilter, 0, "[--strict] SOURCE OUT",
	"Compile a list of addresses for \"ed2k-serve --deny-file OUT\".\n"
	"SOURCE has addresses, networks (192.0.2.0/24), lines of eMule's\n"
	"ipfilter.dat, and \"allow 192.0.2.7\" for exceptions. Bad lines are\n"
	"reported and left out; with --strict nothing is written then."},
    {"remove", cmd_remove, USES_DB, "HASH|PATH... | -r DIRECTORY...",
	"Stop sharing files; the files themselves stay. Uploads of them\n"
	"end. With -r, stop sharing all beneath a directory, and forget it."},
    {"snapshot", cmd_snapshot, USES_DB, "FILE",
	"Write a copy of the share database, for ed2k-serve on other\n"
	"machines. It replaces FILE; servers that are running go on with\n"
	"the new one."},
    {"status", cmd_status, USES_STATE, "[-w] [--json] [--announcer DIR]",
	"Show who is connected: state, seconds, peer, client, file, bytes;\n"
	"and on which server ed2k-announce, whose state is in DIR, has the\n"
	"files listed. -w shows it again every two seconds."},
    {"stats", cmd_stats, USES_STATE,
	"[--by file|peer|day] [--since TIME] [--json]\n"
	"          | --openmetrics | prune --older AGE",
	"Show what ed2k-serve uploaded: totals, then a row for each file,\n"
	"peer or day. TIME is a day (2026-11-22), an age (7d), or @ and a\n"
	"Unix time. --json prints a JSON object a line, --openmetrics\n"
	"counters for a collector. prune removes transfers that are older\n"
	"than AGE, keeps their sums, and prints how many were removed."},
    {"verify", cmd_verify, USES_DB, "[HASH|PATH...]",
	"Hash shared files again, all of them without arguments, and name\n"
	"what is damaged by part and byte. A damaged file is not served\n"
	"until it verifies again."},
};

static void
print_verb_help(const struct verb *verb)
{
	printf("usage: ed2k-share %s%s%s %s\n\n%s\n\nSee ed2k-share(1).\n",
	    verb->uses & USES_DB ? "[-d DB] " : "",
	    verb->uses & USES_STATE ? "[-s DIR] " : "", verb->name,
	    verb->synopsis, verb->help);
}

static void
print_help(FILE *out)
{
	fputs("usage: ed2k-share [-d DB] [-s DIR] VERB ...\n\n"
	      "Keep the share database of ed2k-serve.\n\n",
	    out);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		fprintf(out, "  %-8s %s\n", verbs[i].name, verbs[i].synopsis);
	fputs("\nSee \"ed2k-share VERB --help\" and ed2k-share(1).\n", out);
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

static bool
is_help(const char *argument)
{
	return argument &&
	    (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0);
}

/* argv[0] is the verb's name. */
static int
run(struct cmd *cmd, int argc, char *argv[])
{
	const struct verb *verb = find_verb(argv[0]);
	char path[PATH_MAX];

	if (!verb)
		return EX_USAGE;
	if (is_help(argv[1])) {
		print_verb_help(verb);
		return 0;
	}
	if (!cmd->db && verb->uses & USES_DB) {
		if (!store_default_path(path, sizeof path))
			return EX_CONFIG;
		cmd->db = path;
	}
	return verb->run(cmd, argc, argv);
}

int
main(int argc, char *argv[])
{
	struct cmd cmd = {0};
	bool help = false, version = false;
	const struct args_option options[] = {
	    {"db", 'd', ARGS_TEXT, "ED2K_SHARE_DB", 0, 0, &cmd.db, "FILE", ""},
	    {"state", 's', ARGS_TEXT, "ED2K_STATE_DIR", 0, 0, &cmd.state, "DIR",
		""},
	    {"help", 'h', ARGS_FLAG, NULL, 0, 0, &help, NULL, ""},
	    {"version", 'V', ARGS_FLAG, NULL, 0, 0, &version, NULL, ""},
	};
	int first, fault;

	setlocale(LC_CTYPE, ""); /* what a character is; numbers stay plain */
	log_open_stderr("ed2k-share");
	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (version) {
		puts("ed2k-share " VERSION);
		return 0;
	}
	if (help || first == argc) {
		print_help(help ? stdout : stderr);
		return help ? 0 : EX_USAGE;
	}
	fault = run(&cmd, argc - first, argv + first);
	interrupt_die();
	return fault;
}
