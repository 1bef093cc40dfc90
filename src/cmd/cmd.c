/*
 * What verbs have in common; see cmd.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/cmd.h"

#include "base/log.h"
#include "cmd/fields.h"
#include "cmd/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int
cmd_parse(const struct args_option *options, size_t n_options, int argc,
    char *argv[], int min, int max, const char *complaint)
{
	int first;

	if (!args_parse(options, n_options, argc, argv, &first))
		return -1;
	if (argc - first >= min && argc - first <= max)
		return first;
	log_error("%s", complaint);
	return -1;
}

int
cmd_choose(const char *word, const char *const words[], size_t n,
    const char *complaint)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && strcmp(word, words[i]) == 0)
			return (int)i;
	log_error("%s %s", log_quote_str(word), complaint);
	return -1;
}

int
cmd_change_each(const struct cmd *cmd, int n, char *const arguments[],
    int (*change)(void *ctx, struct edit *edit, const char *argument),
    void *ctx)
{
	struct edit edit;
	int fault = edit_open(&edit, cmd->db);

	if (fault)
		return fault;
	for (int i = 0; i < n; i++) {
		int res = change(ctx, &edit, arguments[i]);

		fault = fault ? fault : res;
	}
	edit_close(&edit);
	return fault;
}

void
cmd_log_missing_aich(struct store *store)
{
	uint64_t n, bytes;

	if (store_count_without_aich(store, &n, &bytes) == 0 && n > 0)
		log_notice(
		    "%" PRIu64 " %s no AICH hashes, with which peers "
		    "repair corrupt parts; \"ed2k-share refresh --aich\" "
		    "computes them",
		    n, n == 1 ? "file has" : "files have");
}

void
cmd_print_change(const char *word, const char *path, const char *other)
{
	struct fields f = {.form = FIELDS_TABS};

	progress_clear();
	fields_begin(&f);
	fields_word(&f, NULL, word);
	fields_text(&f, NULL, path);
	if (other)
		fields_text(&f, NULL, other);
	fields_end(&f);
	fflush(stdout); /* the next one may take long */
}

/* While output waits: where it is to go. */
static FILE *waiting_for;

void
cmd_hold_output(void)
{
	FILE *held = tmpfile();

	if (!held)
		return;
	waiting_for = stdout;
	stdout = held; /* a variable, in the GNU C library */
}

/* False when it could not be kept. */
static bool
copy_held(FILE *held)
{
	char part[65536];
	size_t n;

	if (fflush(held) != 0 || ferror(held))
		return false;
	rewind(held);
	while ((n = fread(part, 1, sizeof part, held)) > 0 &&
	    fwrite(part, 1, n, stdout) == n)
		;
	return !ferror(held);
}

int
cmd_release_output(void)
{
	FILE *held = stdout;
	int fault = 0;

	if (!waiting_for)
		return 0;
	stdout = waiting_for;
	waiting_for = NULL;
	if (!copy_held(held)) {
		log_error("cannot keep what is to be printed in a temporary "
			  "file: %s; free some space in %s",
		    strerror(errno), P_tmpdir);
		fault = EX_IOERR;
	}
	fclose(held);
	return fault;
}

int
cmd_end(int fault)
{
	progress_clear();
	if (fflush(stdout) == 0 && !ferror(stdout))
		return fault;
	log_error("cannot write standard output: %s", strerror(errno));
	return fault ? fault : EX_IOERR;
}
