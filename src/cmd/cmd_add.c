/*
 * ed2k-share add: hash files, share them, print their links.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/odd_size.h"
#include "cmd/progress.h"
#include "cmd/unreadable.h"
#include "index/add.h"
#include "index/interrupt.h"
#include "index/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

struct adding {
	struct store *store;
	struct unreadable unreadable;
	uint64_t n_shared;
};

/* Warn of what is known to go wrong with files of this size. */
static void
warn_of_size(const struct store_copy *copy)
{
	if (copy->size > EMULE_FILE_MAX)
		log_warning("%s is larger than eMule and aMule can download; "
			    "it is shared with direct clients only",
		    log_quote_str(copy->path));
	else if (is_odd_size(copy->size))
		log_warning("%s has %" PRIu64 " bytes: " ODD_SIZE_WARNING,
		    log_quote_str(copy->path), copy->size);
}

/* For add_paths. */
static bool
tell(void *ctx, const struct store_copy *copy, bool is_new)
{
	struct adding *a = ctx;
	char *link = link_make(a->store, copy, NULL, false);

	progress_clear();
	if (is_new)
		warn_of_size(copy);
	if (link)
		puts(link);
	fflush(stdout); /* the next one may take long */
	free(link);
	unreadable_note(&a->unreadable, copy->path);
	a->n_shared++;
	return !ferror(stdout);
}

int
cmd_add(const struct cmd *cmd, int argc, char *argv[])
{
	struct edit edit = {0};
	struct adding adding = {.store = &edit.store};
	struct add add = {
	    .pipeline = {.edit = &edit},
	    .state = cmd->state,
	    .tell = tell,
	    .ctx = &adding,
	};
	uint64_t jobs = 0;
	const struct args_option options[] = {
	    {"recursive", 'r', ARGS_FLAG, NULL, 0, 0, &add.recursive, NULL, ""},
	    {"jobs", 0, ARGS_NUMBER, NULL, 1, HASHER_THREADS_MAX, &jobs, "N",
		""},
	    {"exclude", 0, ARGS_LIST, NULL, 0, 0, &add.rules.exclude, NULL, ""},
	    {"all", 0, ARGS_FLAG, NULL, 0, 0, &add.rules.every, NULL, ""},
	};
	int first, fault;

	first = cmd_parse(options, ARRAY_LEN(options), argc, argv, 1, INT_MAX,
	    "add what? Name a file, or -r and a directory");
	if (first < 0)
		return EX_USAGE;
	if (!add.recursive && (add.rules.every || add.rules.exclude.n > 0)) {
		log_error("--all and --exclude say what -r leaves out; they "
			  "need -r");
		return EX_USAGE;
	}
	fault = edit_create(&edit, cmd->db);
	if (fault)
		return fault;
	unreadable_open(&adding.unreadable, cmd->db);
	add.pipeline.n_threads = (unsigned)jobs;
	add.pipeline.show = progress_begin();
	fault = add_paths(&add, argc - first, argv + first);
	unreadable_close(&adding.unreadable);
	if (interrupt_signal())
		log_notice("interrupted; %" PRIu64 " of the files are shared; "
			   "run the same command again to go on",
		    adding.n_shared);
	edit_close(&edit);
	return cmd_end(fault);
}
