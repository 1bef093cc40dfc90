/*
 * ed2k-share add: hash files, share them, print their links.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/interrupt.h"
#include "cmd/print.h"
#include "cmd/underway.h"
#include "cmd/unreadable.h"
#include "index/edit_copy.h"
#include "index/roots.h"
#include "index/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum kind {
	KIND_REFUSED, /* it cannot be shared; that is logged */
	KIND_KNOWN,   /* it is shared already */
	KIND_HASHED,
};

struct adding {
	struct edit edit;
	struct hasher hasher;
	struct underway way;
	struct unreadable unreadable;
	char db[PATH_MAX];  /* real path of the database: not to be shared */
	bool recursive;     /* in a walk, what cannot be shared is no fault */
	struct rules rules; /* what a walk leaves out */
	uint64_t n_shared;
};

/* Say what is known to go wrong with files of this size. */
static void
warn_of_size(const char *path, uint64_t size)
{
	if (size > EMULE_FILE_MAX)
		log_warning("%s is larger than eMule and aMule can download; "
			    "it is shared with direct clients only",
		    log_quote_str(path));
	else if (size == PART_SIZE)
		log_warning("%s has exactly %" PRIu64 " bytes, a size that "
			    "aMule cannot complete (a fault in aMule); eMule "
			    "can",
		    log_quote_str(path), size);
}

/* Put a file that was hashed into the database; for struct underway. */
static int
keep_file(void *ctx, struct underway_file *f)
{
	struct adding *a = ctx;
	struct edit_entry entry;
	int fault;

	if (f->kind != KIND_HASHED)
		return f->fault;
	fault = steady_end(&f->file);
	if (fault)
		return fault;
	steady_entry(&entry, f->path, &f->file.st, &f->file.job.hash);
	f->copy = entry.copy;
	fault = edit_group_begin(&a->edit);
	if (!fault)
		fault = edit_put(&a->edit, &entry);
	a->way.stop = fault != 0;
	return fault;
}

/* Print its link; for struct underway. */
static void
tell_file(void *ctx, struct underway_file *f)
{
	struct adding *a = ctx;

	if (f->kind == KIND_REFUSED)
		return;
	if (f->kind == KIND_HASHED)
		warn_of_size(f->path, f->copy.size);
	f->copy.path = f->path;
	print_link(&f->copy, NULL);
	a->n_shared++;
	unreadable_note(&a->unreadable, f->path);
}

/* Is this path known, and the file just as it was when it was hashed? */
static bool
is_known(struct adding *a, const char *path, const struct stat *st,
    struct store_copy *known)
{
	return store_find_path(&a->edit.store, path, known) == STORE_FOUND &&
	    !known->damaged && known->size == (uint64_t)st->st_size &&
	    known->mtime_ns == steady_mtime_ns(st) &&
	    known->inode == st->st_ino;
}

/* Open a file: can it be shared? */
static void
open_file(struct adding *a, struct underway_file *f)
{
	const char *path = f->path;
	struct stat *st = &f->file.st;

	f->kind = KIND_REFUSED;
	f->file.fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (f->file.fd < 0 || fstat(f->file.fd, st) != 0) {
		log_error("cannot read %s: %s; it is not shared",
		    log_quote_str(path), strerror(errno));
		f->fault = errno == ENOENT ? EX_NOINPUT : EX_NOPERM;
	} else if (!S_ISREG(st->st_mode)) {
		log_error("%s is no regular file; only those can be shared",
		    log_quote_str(path));
		f->fault = EX_NOINPUT;
	} else if (st->st_size == 0) {
		log_warning("%s is empty, and eD2k has no link for an empty "
			    "file; left out",
		    log_quote_str(path));
		f->fault = a->recursive ? 0 : EX_DATAERR;
	} else {
		f->kind =
		    is_known(a, path, st, &f->copy) ? KIND_KNOWN : KIND_HASHED;
	}
}

/* Links come in the order in which files are added. */
static void
add_file(struct adding *a, const char *path)
{
	struct underway_file *f;

	if (db_owns(a->db, path))
		return;
	f = underway_next(&a->way, path);
	if (!f)
		return;
	open_file(a, f);
	if (f->kind == KIND_HASHED)
		underway_hash(&a->way, f);
	else
		underway_pass(&a->way, f);
}

static bool
visit_file(void *ctx, const char *path)
{
	struct adding *a = ctx;

	add_file(a, path);
	return !underway_is_stopped(&a->way);
}

static bool
enter_directory(void *ctx, const char *dir, const struct presence *is)
{
	struct adding *a = ctx;

	if (is->is_mount)
		underway_fault(&a->way, roots_put_mount_point(&a->edit, dir));
	return true;
}

static void
add_directory(struct adding *a, const char *dir)
{
	struct scan scan = {
	    .rules = &a->rules,
	    .root = dir,
	    .enter = enter_directory,
	    .visit = visit_file,
	    .ctx = a,
	};
	int fault = roots_put(&a->edit, dir, &a->rules);

	underway_fault(&a->way, fault);
	if (!fault && !scan_tree(&scan, dir))
		underway_fault(&a->way, EX_NOPERM);
	print_links_notice(&scan);
}

static void
add_argument(struct adding *a, const char *argument)
{
	char path[PATH_MAX];
	struct stat st;

	if (!realpath(argument, path) || stat(path, &st) != 0) {
		log_error("cannot find %s: %s", log_quote_str(argument),
		    strerror(errno));
		underway_fault(&a->way, EX_NOINPUT);
	} else if (!S_ISDIR(st.st_mode)) {
		add_file(a, path);
	} else if (a->recursive) {
		add_directory(a, path);
	} else {
		log_error("%s is a directory; \"ed2k-share add -r\" shares all "
			  "files beneath it",
		    log_quote_str(argument));
		underway_fault(&a->way, EX_USAGE);
	}
}

/* Count what there is to hash. */
static bool
count_file(void *ctx, const char *path)
{
	struct adding *a = ctx;
	struct store_copy known;
	struct stat st;

	if (db_owns(a->db, path) || lstat(path, &st) != 0 ||
	    !S_ISREG(st.st_mode))
		return true;
	a->way.progress.n_files++;
	if (!is_known(a, path, &st, &known))
		a->way.progress.total_bytes += (uint64_t)st.st_size;
	return !underway_is_stopped(&a->way);
}

static void
count_tree(struct adding *a, const char *dir)
{
	struct scan scan = {
	    .rules = &a->rules,
	    .root = dir,
	    .visit = count_file,
	    .ctx = a,
	};

	scan_tree(&scan, dir);
}

/* A walk ahead, so that it can be told how much is left. */
static void
count_arguments(struct adding *a, int n, char *arguments[])
{
	char path[PATH_MAX];
	struct stat st;

	log_set_level(LOG_LEVEL_NONE); /* who adds them tells of faults */
	for (int i = 0; i < n && !underway_is_stopped(&a->way); i++) {
		if (!realpath(arguments[i], path) || stat(path, &st) != 0)
			continue;
		if (!S_ISDIR(st.st_mode))
			count_file(a, path);
		else if (a->recursive)
			count_tree(a, path);
	}
	log_set_level(LOG_LEVEL_INFO);
}

static void
add_arguments(struct adding *a, int n, char *arguments[])
{
	underway_begin(&a->way);
	if (a->way.has_progress)
		count_arguments(a, n, arguments);
	underway_go(&a->way);
	for (int i = 0; i < n && !underway_is_stopped(&a->way); i++)
		add_argument(a, arguments[i]);
	underway_end(&a->way);
	if (interrupt_signal())
		log_notice("interrupted; %" PRIu64 " of the files are shared, "
			   "and the same command goes on there",
		    a->n_shared);
}

int
cmd_add(const struct cmd *cmd, int argc, char *argv[])
{
	struct adding a = {
	    .way = {.hasher = &a.hasher,
		.edit = &a.edit,
		.keep = keep_file,
		.tell = tell_file,
		.ctx = &a},
	};
	uint64_t jobs = hasher_processors();
	const struct args_option options[] = {
	    {"recursive", 'r', ARGS_FLAG, NULL, 0, 0, &a.recursive, NULL, ""},
	    {"jobs", 0, ARGS_NUMBER, NULL, 1, HASHER_THREADS_MAX, &jobs, "N",
		""},
	    {"exclude", 0, ARGS_LIST, NULL, 0, 0, &a.rules.exclude, NULL, ""},
	    {"all", 0, ARGS_FLAG, NULL, 0, 0, &a.rules.every, NULL, ""},
	};
	int first, fault;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (!a.recursive && (a.rules.every || a.rules.exclude.n > 0)) {
		log_error("--all and --exclude say what -r leaves out; alone "
			  "they do nothing");
		return EX_USAGE;
	}
	if (first == argc) {
		log_error("add what? Name a file, or -r and a directory");
		return EX_USAGE;
	}
	fault = hasher_open_threads(&a.hasher, (unsigned)jobs);
	if (!fault)
		fault = edit_create(&a.edit, cmd->db);
	if (!fault && !realpath(cmd->db, a.db)) {
		log_error("cannot find %s: %s", log_quote_str(cmd->db),
		    strerror(errno));
		fault = EX_OSERR;
	}
	if (!fault) {
		unreadable_open(&a.unreadable, a.db);
		add_arguments(&a, argc - first, argv + first);
		unreadable_close(&a.unreadable);
		fault = a.way.fault;
	}
	edit_close(&a.edit);
	hasher_close(&a.hasher);
	return print_end(fault);
}
