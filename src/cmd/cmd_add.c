/*
 * ed2k-share add: hash files, share them, print their links.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "share/hash.h"
#include "share/scan.h"
#include "share/store_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* Times to hash a file that changes under our hands before giving it up. */
#define HASH_TRIES 3

/*
 * Two changes within one tick of the kernel's clock have the same mtime. So a
 * file that was changed less than this ago is left alone first.
 */
#define SETTLE_NS INT64_C(50000000)

struct adding {
	struct store_edit edit;
	struct hasher hasher;
	char db[PATH_MAX]; /* real path of the database: not to be shared */
	bool recursive;    /* in a walk, what cannot be shared is no fault */
	bool stop;         /* the database failed: no use in going on */
	int fault;         /* the first */
};

static void
note_fault(struct adding *a, int fault)
{
	if (!a->fault)
		a->fault = fault;
}

static int64_t
ns_of(struct timespec t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static bool
same_state(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    ns_of(a->st_mtim) == ns_of(b->st_mtim) &&
	    ns_of(a->st_ctim) == ns_of(b->st_ctim);
}

/* Wait until another change would show in the file's times. */
static void
let_settle(const struct stat *st)
{
	struct timespec now, pause = {0};
	int64_t age;

	clock_gettime(CLOCK_REALTIME, &now);
	age = ns_of(now) - ns_of(st->st_ctim);
	if (age < 0 || age >= SETTLE_NS)
		return;
	pause.tv_nsec = (long)(SETTLE_NS - age);
	nanosleep(&pause, NULL);
}

/*
 * Hash fd so that hash and *st belong together: the file was the same before
 * and after, and the path still leads to it. 0, or an exit code, logged.
 */
static int
hash_steadily(struct adding *a, const char *path, int fd, struct stat *st,
    struct file_hash *out)
{
	for (int i = 0; i < HASH_TRIES; i++) {
		enum hash_result res;
		struct stat after, there;

		let_settle(st);
		res = hasher_file(&a->hasher, fd, (uint64_t)st->st_size, out);
		if (res == HASH_FAILED) {
			log_error("cannot read %s: %s; it is not shared",
			    log_quote_str(path), strerror(errno));
			return EX_IOERR;
		}
		if (fstat(fd, &after) != 0 || stat(path, &there) != 0)
			break;
		if (res == HASH_OK && same_state(st, &after) &&
		    same_state(st, &there))
			return 0;
		file_hash_free(out);
		*st = after;
		if (after.st_size == 0)
			break;
	}
	log_error("%s changes while it is hashed; add it again when it is "
		  "complete",
	    log_quote_str(path));
	return EX_TEMPFAIL;
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

/* Hash an open file and put it into the database. */
static int
share_file(struct adding *a, const char *path, int fd, struct stat *st)
{
	struct file_hash hash;
	struct store_entry entry = {.copy.path = path};
	int fault = hash_steadily(a, path, fd, st, &hash);

	if (fault)
		return fault;
	memcpy(entry.copy.hash, hash.hash, HASH_SIZE);
	entry.copy.size = (uint64_t)st->st_size;
	entry.copy.mtime_ns = ns_of(st->st_mtim);
	entry.copy.inode = st->st_ino;
	entry.part_hashes = hash.parts;
	entry.n_part_hashes = hash.n_parts;
	entry.copy.has_aich = true;
	memcpy(entry.copy.aich_root, hash.aich_root, AICH_SIZE);
	entry.aich_parts = hash.aich_parts;
	entry.n_aich_parts = hash.n_aich_parts;
	entry.alias = hash.has_alias ? hash.alias : NULL;
	fault = store_edit_put(&a->edit, &entry);
	file_hash_free(&hash);
	a->stop = fault != 0;
	if (fault)
		return fault;
	warn_of_size(path, entry.copy.size);
	print_link(&entry.copy, NULL);
	fflush(
	    stdout); /* it is shared: say so even if the next one takes long */
	return 0;
}

/* Is this path known, and the file just as it was when it was hashed? */
static bool
is_known(struct adding *a, const char *path, const struct stat *st)
{
	struct store_copy known;

	if (store_find_path(&a->edit.store, path, &known) != STORE_FOUND ||
	    known.size != (uint64_t)st->st_size ||
	    known.mtime_ns != ns_of(st->st_mtim) || known.inode != st->st_ino)
		return false;
	known.path = path;
	print_link(&known, NULL);
	return true;
}

/* Is this the database or one of its side files? */
static bool
is_database(const struct adding *a, const char *path)
{
	size_t len = strlen(a->db);
	const char *tail = path + len;

	return strncmp(path, a->db, len) == 0 &&
	    (*tail == '\0' || strcmp(tail, "-wal") == 0 ||
		strcmp(tail, "-shm") == 0);
}

static int
add_file(struct adding *a, const char *path)
{
	struct stat st;
	int fd, fault = 0;

	if (is_database(a, path))
		return 0;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		log_error("cannot read %s: %s; it is not shared",
		    log_quote_str(path), strerror(errno));
		fault = errno == ENOENT ? EX_NOINPUT : EX_NOPERM;
	} else if (!S_ISREG(st.st_mode)) {
		log_error("%s is no regular file; only those can be shared",
		    log_quote_str(path));
		fault = EX_NOINPUT;
	} else if (st.st_size == 0) {
		log_warning("%s is empty, and eD2k has no link for an empty "
			    "file; left out",
		    log_quote_str(path));
		fault = a->recursive ? 0 : EX_DATAERR;
	} else if (!is_known(a, path, &st)) {
		fault = share_file(a, path, fd, &st);
	}
	if (fd >= 0)
		close(fd);
	return fault;
}

static bool
visit_file(void *ctx, const char *path)
{
	struct adding *a = ctx;

	note_fault(a, add_file(a, path));
	return !a->stop;
}

static void
add_directory(struct adding *a, const char *dir)
{
	int fault = store_edit_put_root(&a->edit, dir);

	note_fault(a, fault);
	if (!fault && !scan_tree(dir, visit_file, a))
		note_fault(a, EX_NOPERM);
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
		note_fault(a, add_file(a, path));
	} else if (a->recursive) {
		add_directory(a, path);
	} else {
		log_error("%s is a directory; \"ed2k-share add -r\" shares all "
			  "files beneath it",
		    log_quote_str(argument));
		note_fault(a, EX_USAGE);
	}
}

int
cmd_add(const struct cmd *cmd, int argc, char *argv[])
{
	struct adding a = {0};
	const struct args_option options[] = {
	    {"recursive", 'r', ARGS_FLAG, NULL, 0, 0, &a.recursive, NULL, ""},
	};
	int first;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (first == argc) {
		log_error("add what? Name a file, or -r and a directory");
		return EX_USAGE;
	}
	a.fault = hasher_open(&a.hasher);
	if (!a.fault)
		a.fault = store_edit_create(&a.edit, cmd->db);
	if (!a.fault && !realpath(cmd->db, a.db))
		a.fault = EX_OSERR;
	a.stop = a.fault != 0;
	for (int i = first; i < argc && !a.stop; i++)
		add_argument(&a, argv[i]);
	store_edit_close(&a.edit);
	hasher_close(&a.hasher);
	return print_end(a.fault);
}
