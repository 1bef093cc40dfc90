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
#include "cmd/progress.h"
#include "cmd/unreadable.h"
#include "share/roots.h"
#include "share/scan.h"
#include "share/steady.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * So many files are under way at most: enough that no thread waits while the
 * results of small ones are written. Links come in the order of the files.
 */
#define PENDING_MAX 128

/* A file under way. */
struct pending {
	enum pending_kind {
		PENDING_REFUSED, /* it cannot be shared; that is logged */
		PENDING_KNOWN,   /* it is shared already */
		PENDING_HASHED,
	} kind;
	char path[PATH_MAX];
	struct steady file;     /* fd may be -1 */
	struct store_copy copy; /* what is shared */
	int fault;
};

struct adding {
	struct store_edit edit;
	struct hasher hasher;
	struct unreadable unreadable;
	char db[PATH_MAX];  /* real path of the database: not to be shared */
	bool recursive;     /* in a walk, what cannot be shared is no fault */
	struct rules rules; /* what a walk leaves out */
	bool stop;          /* the database failed: no use in going on */
	int fault;          /* the first */
	struct pending pending[PENDING_MAX]; /* a ring */
	size_t oldest, n_pending;
	uint64_t n_shared;
	bool has_progress;
	struct progress progress;
};

static void
note_fault(struct adding *a, int fault)
{
	if (!a->fault)
		a->fault = fault;
}

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

/* Put a file that was hashed into the database. 0, or an exit code, logged. */
static int
share_file(struct adding *a, struct pending *p)
{
	struct store_entry entry;
	int fault = steady_end(&p->file);

	if (fault)
		return fault;
	steady_entry(&entry, p->path, &p->file.st, &p->file.job.hash);
	p->copy = entry.copy;
	fault = store_edit_put(&a->edit, &entry);
	a->stop = fault != 0;
	if (!fault)
		warn_of_size(p->path, p->copy.size);
	return fault;
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

/* Open a file, and have it hashed if there is need. */
static void
begin_file(struct adding *a, struct pending *p, const char *path)
{
	struct steady *f = &p->file;

	p->kind = PENDING_REFUSED;
	p->fault = 0;
	snprintf(p->path, sizeof p->path, "%s", path);
	*f = (struct steady){.path = p->path};
	f->fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &f->st) != 0) {
		log_error("cannot read %s: %s; it is not shared",
		    log_quote_str(path), strerror(errno));
		p->fault = errno == ENOENT ? EX_NOINPUT : EX_NOPERM;
	} else if (!S_ISREG(f->st.st_mode)) {
		log_error("%s is no regular file; only those can be shared",
		    log_quote_str(path));
		p->fault = EX_NOINPUT;
	} else if (f->st.st_size == 0) {
		log_warning("%s is empty, and eD2k has no link for an empty "
			    "file; left out",
		    log_quote_str(path));
		p->fault = a->recursive ? 0 : EX_DATAERR;
	} else if (is_known(a, path, &f->st, &p->copy)) {
		p->kind = PENDING_KNOWN;
		p->copy.path = p->path;
	} else {
		p->kind = PENDING_HASHED;
		steady_begin(f, &a->hasher);
	}
}

/* Share the file, if it is not shared already, and print its link. */
static void
end_file(struct adding *a, struct pending *p)
{
	if (p->kind == PENDING_HASHED)
		p->fault = share_file(a, p);
	if (p->kind != PENDING_REFUSED && !p->fault) {
		progress_clear();
		print_link(&p->copy, NULL);
		fflush(stdout); /* say so even if the next one takes long */
		a->n_shared++;
		unreadable_note(&a->unreadable, p->path);
	}
	note_fault(a, p->fault);
}

static void
drop_oldest(struct adding *a)
{
	struct pending *p = &a->pending[a->oldest];

	if (p->kind == PENDING_HASHED)
		file_hash_free(&p->file.job.hash);
	if (p->file.fd >= 0)
		close(p->file.fd);
	a->oldest = (a->oldest + 1) % PENDING_MAX;
	a->n_pending--;
	a->progress.file++;
}

static void
show_progress(struct adding *a, const struct pending *p)
{
	if (!a->has_progress)
		return;
	a->progress.path = p->path;
	a->progress.bytes = hasher_bytes(&a->hasher);
	progress_show(&a->progress);
}

static bool
is_stopped(const struct adding *a)
{
	return a->stop || interrupt_signal() != 0;
}

/* End the oldest file, after a wait of at most so long. False: not yet. */
static bool
end_oldest(struct adding *a, unsigned wait_ms)
{
	struct pending *p = &a->pending[a->oldest];

	show_progress(a, p);
	if (p->kind == PENDING_HASHED &&
	    !steady_wait(&p->file, &a->hasher, wait_ms))
		return false;
	end_file(a, p);
	drop_oldest(a);
	return true;
}

/* End files until so many are left, or nothing more is to be done. */
static void
end_files(struct adding *a, size_t left)
{
	while (a->n_pending > left && !is_stopped(a))
		end_oldest(a, PROGRESS_TICK_MS);
}

/* What was hashed before an interruption is kept. */
static void
end_all(struct adding *a)
{
	end_files(a, 0);
	hasher_close(&a->hasher); /* so nobody reads the files any more */
	for (; a->n_pending > 0; drop_oldest(a)) {
		struct pending *p = &a->pending[a->oldest];

		if (!a->stop &&
		    (p->kind != PENDING_HASHED ||
			(p->file.job.done && p->file.job.result == HASH_OK)))
			end_file(a, p);
	}
	progress_clear();
}

/* Links come in the order in which files are added. */
static void
add_file(struct adding *a, const char *path)
{
	if (db_owns(a->db, path))
		return;
	end_files(a, PENDING_MAX - 1);
	if (is_stopped(a))
		return;
	begin_file(
	    a, &a->pending[(a->oldest + a->n_pending) % PENDING_MAX], path);
	a->n_pending++;
	while (a->n_pending > 0 && !is_stopped(a) && end_oldest(a, 0))
		;
}

static bool
visit_file(void *ctx, const char *path)
{
	struct adding *a = ctx;

	add_file(a, path);
	return !is_stopped(a);
}

static bool
enter_directory(void *ctx, const char *dir, const struct presence *is)
{
	struct adding *a = ctx;

	if (is->is_mount)
		note_fault(a, roots_put_mount_point(&a->edit, dir));
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

	note_fault(a, fault);
	if (!fault && !scan_tree(&scan, dir))
		note_fault(a, EX_NOPERM);
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
		note_fault(a, EX_NOINPUT);
	} else if (!S_ISDIR(st.st_mode)) {
		add_file(a, path);
	} else if (a->recursive) {
		add_directory(a, path);
	} else {
		log_error("%s is a directory; \"ed2k-share add -r\" shares all "
			  "files beneath it",
		    log_quote_str(argument));
		note_fault(a, EX_USAGE);
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
	a->progress.n_files++;
	if (!is_known(a, path, &st, &known))
		a->progress.total_bytes += (uint64_t)st.st_size;
	return !is_stopped(a);
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
	for (int i = 0; i < n && !is_stopped(a); i++) {
		if (!realpath(arguments[i], path) || stat(path, &st) != 0)
			continue;
		if (!S_ISDIR(st.st_mode))
			count_file(a, path);
		else if (a->recursive)
			count_tree(a, path);
	}
	log_set_level(LOG_LEVEL_INFO);
	a->progress.file = 1;
	progress_begin(&a->progress);
}

static void
add_arguments(struct adding *a, int n, char *arguments[])
{
	interrupt_catch();
	a->has_progress = progress_is_wanted();
	if (a->has_progress)
		count_arguments(a, n, arguments);
	for (int i = 0; i < n && !is_stopped(a); i++)
		add_argument(a, arguments[i]);
	end_all(a);
	if (interrupt_signal())
		log_notice("interrupted; %" PRIu64 " of the files are shared, "
			   "and the same command goes on there",
		    a->n_shared);
}

int
cmd_add(const struct cmd *cmd, int argc, char *argv[])
{
	struct adding a = {0};
	uint64_t jobs = hasher_processors();
	const struct args_option options[] = {
	    {"recursive", 'r', ARGS_FLAG, NULL, 0, 0, &a.recursive, NULL, ""},
	    {"jobs", 0, ARGS_NUMBER, NULL, 1, HASHER_THREADS_MAX, &jobs, "N",
		""},
	    {"exclude", 0, ARGS_LIST, NULL, 0, 0, &a.rules.exclude, NULL, ""},
	    {"all", 0, ARGS_FLAG, NULL, 0, 0, &a.rules.every, NULL, ""},
	};
	int first;

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
	a.fault = hasher_open_threads(&a.hasher, (unsigned)jobs);
	if (!a.fault)
		a.fault = store_edit_create(&a.edit, cmd->db);
	if (!a.fault && !realpath(cmd->db, a.db)) {
		log_error("cannot find %s: %s", log_quote_str(cmd->db),
		    strerror(errno));
		a.fault = EX_OSERR;
	}
	if (!a.fault) {
		unreadable_open(&a.unreadable, a.db);
		add_arguments(&a, argc - first, argv + first);
		unreadable_close(&a.unreadable);
	}
	store_edit_close(&a.edit);
	hasher_close(&a.hasher);
	return print_end(a.fault);
}
