/*
 * ed2k-share refresh: bring what is shared up to date with the disk, or compute
 * the AICH hashes that the database lacks.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "index/interrupt.h"
#include "index/refresh.h"
#include "index/refresh_aich.h"
#include "proto/base32.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const char *const words[REFRESH_N_CHANGES] = {
    "new", "moved", "changed", "touched", "removed", "offline"};

/* What is refreshed, and how many changes there were. */
struct refreshing {
	const char *state;
	bool dry_run;
	struct edit edit;
	uint64_t n[REFRESH_N_CHANGES];
};

/* For refresh_dirs. */
static bool
tell_change(
    void *ctx, enum refresh_change change, const char *path, const char *from)
{
	struct refreshing *r = ctx;

	r->n[change]++;
	cmd_print_change(words[change], path, from);
	return !ferror(stdout);
}

/* For refresh_aich. */
static bool
tell_root(void *ctx, const uint8_t root[AICH_SIZE], const char *path)
{
	char text[BASE32_LEN(AICH_SIZE) + 1];

	(void)ctx;
	base32_encode(text, root, AICH_SIZE);
	cmd_print_change(text, path, NULL);
	return !ferror(stdout);
}

static void
log_if_interrupted(void)
{
	if (interrupt_signal())
		log_notice("interrupted; the changes that are listed were "
			   "made; run the same command again to go on");
}

/* One line for a user at a terminal. */
static void
log_sum(const struct refreshing *r)
{
	char text[256];
	size_t len = 0;

	if (!isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < REFRESH_N_CHANGES && len < sizeof text; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%" PRIu64 " %s", i ? ", " : "", r->n[i], words[i]);
	log_notice("%s%s", text, r->dry_run ? "; nothing was changed" : "");
}

/*
 * The directory that is meant, allocated for good: its real path or, when it is
 * gone, the absolute path as given. NULL after a log line.
 */
static char *
find_dir(const char *name)
{
	char *dir = realpath(name, NULL);
	struct stat st;

	if (!dir && errno == ENOENT && name[0] == '/')
		return strdup(name);
	if (dir && stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return dir;
	if (dir)
		errno = ENOTDIR;
	log_error(
	    "cannot refresh %s: %s", log_quote_str(name), strerror(errno));
	free(dir);
	return NULL;
}

/* Refresh what is beneath n directories, which are replaced by real paths. */
static int
refresh_named(struct refreshing *r, char *dirs[], size_t n)
{
	struct refresh refresh = {
	    .pipeline = {.edit = &r->edit, .show = progress_begin()},
	    .state = r->state,
	    .dry_run = r->dry_run,
	    .tell = tell_change,
	    .ctx = r,
	};
	int fault;

	for (size_t i = 0; i < n; i++) {
		dirs[i] = find_dir(dirs[i]);
		if (!dirs[i])
			return EX_NOINPUT;
	}
	fault = refresh_dirs(&refresh, dirs, n);
	log_if_interrupted();
	log_sum(r);
	return fault;
}

static int
compute_aich(struct refreshing *r)
{
	struct refresh_aich lacking = {
	    .pipeline = {.edit = &r->edit, .show = progress_begin()},
	    .tell = tell_root,
	};
	int fault = refresh_aich(&lacking);

	log_if_interrupted();
	return fault;
}

int
cmd_refresh(const struct cmd *cmd, int argc, char *argv[])
{
	struct refreshing r = {.state = cmd->state};
	bool aich = false;
	const struct args_option options[] = {
	    {"aich", 0, ARGS_FLAG, NULL, 0, 0, &aich, NULL, ""},
	    {"dry-run", 'n', ARGS_FLAG, NULL, 0, 0, &r.dry_run, NULL, ""},
	};
	int first, fault;

	first =
	    cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, INT_MAX, "");
	if (first < 0)
		return EX_USAGE;
	if (aich && (r.dry_run || first < argc)) {
		log_error("refresh --aich takes neither --dry-run nor "
			  "directories; it computes what all files lack");
		return EX_USAGE;
	}
	fault = r.dry_run ? store_open(&r.edit.store, cmd->db)
			  : edit_open(&r.edit, cmd->db);
	if (!fault && aich)
		fault = compute_aich(&r);
	else if (!fault)
		fault = refresh_named(&r, argv + first, (size_t)(argc - first));
	edit_close(&r.edit);
	return cmd_end(fault);
}
