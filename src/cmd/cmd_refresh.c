/*
 * ed2k-share refresh: bring what is shared up to date with the disk, or compute
 * what the database lacks of shared files.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "cmd/refresh.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

struct refreshing {
	bool aich, dry_run;
	struct edit edit;
	struct hasher hasher;
};

/*
 * A directory that is meant, to be freed: its real path or, when it is gone, the
 * absolute path as given. NULL after a log line.
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

static int
refresh_dirs(struct refreshing *r, char *const names[], size_t n)
{
	const char **dirs = calloc(n + 1, sizeof *dirs);
	int fault = dirs ? 0 : EX_OSERR;

	for (size_t i = 0; i < n && !fault; i++) {
		dirs[i] = find_dir(names[i]);
		fault = dirs[i] ? 0 : EX_NOINPUT;
	}
	if (!fault)
		fault = refresh_tree(&r->edit, &r->hasher, r->dry_run, dirs, n);
	for (size_t i = 0; dirs && i < n; i++)
		free((char *)(uintptr_t)dirs[i]);
	free(dirs);
	return fault;
}

int
cmd_refresh(const struct cmd *cmd, int argc, char *argv[])
{
	static char all[] = "/", *const everything[] = {all};
	struct refreshing r = {0};
	const struct args_option options[] = {
	    {"aich", 0, ARGS_FLAG, NULL, 0, 0, &r.aich, NULL, ""},
	    {"dry-run", 'n', ARGS_FLAG, NULL, 0, 0, &r.dry_run, NULL, ""},
	};
	int first, fault;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (r.aich && (r.dry_run || first < argc)) {
		log_error("refresh --aich takes neither --dry-run nor "
			  "directories; it computes what all files lack");
		return EX_USAGE;
	}
	fault = r.dry_run ? store_open(&r.edit.store, cmd->db)
			  : edit_open(&r.edit, cmd->db);
	if (!fault && !r.dry_run)
		fault = hasher_open(&r.hasher);
	if (!fault && r.aich)
		fault = refresh_aich(&r.edit, &r.hasher);
	else if (!fault && first == argc)
		fault = refresh_dirs(&r, everything, 1);
	else if (!fault)
		fault = refresh_dirs(&r, argv + first, (size_t)(argc - first));
	edit_close(&r.edit);
	hasher_close(&r.hasher);
	return print_end(fault);
}
