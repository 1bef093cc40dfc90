/*
 * Reading what is to be announced; see share_view.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/share_view.h"

#include "base/log.h"
#include "base/util.h"
#include "sql/share_view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
share_view_init(struct share_view *v, const char *path, size_t limit)
{
	memset(v, 0, sizeof *v);
	v->path = path;
	v->limit = limit;
	v->retry_ms = SHARE_VIEW_RETRY_MS;
}

/* A database that is not there has a stamp, too: zeros. */
static struct share_stamp
stamp_of(const char *path)
{
	struct share_stamp stamp;
	char wal[PATH_MAX];
	struct stat st;

	memset(&stamp, 0, sizeof stamp);
	if (stat(path, &st) == 0) {
		stamp.dev = st.st_dev;
		stamp.inode = st.st_ino;
		stamp.size = st.st_size;
		stamp.mtime = st.st_mtim;
	}
	if (snprintf(wal, sizeof wal, "%s-wal", path) < (int)sizeof wal &&
	    stat(wal, &st) == 0) {
		stamp.wal_size = st.st_size;
		stamp.wal_mtime = st.st_mtim;
	}
	return stamp;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
same_database(const struct share_stamp *a, const struct share_stamp *b)
{
	return a->dev == b->dev && a->inode == b->inode;
}

static bool
same_stamp(const struct share_stamp *a, const struct share_stamp *b)
{
	return same_database(a, b) && a->size == b->size &&
	    a->wal_size == b->wal_size && same_time(&a->mtime, &b->mtime) &&
	    same_time(&a->wal_mtime, &b->wal_mtime);
}

/*
 * Is a directory gone, or is another one there? One that we may not look at
 * counts as there.
 */
static bool
is_absent(const char *path, bool has_inode, uint64_t inode)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR;
	return !S_ISDIR(st.st_mode) || (has_inode && st.st_ino != inode);
}

static bool
add_absent(struct share_view *v, int64_t root_id)
{
	int64_t *more =
	    reallocarray(v->absent, v->n_absent + 1, sizeof *v->absent);

	if (!more) {
		log_error("out of memory");
		return false;
	}
	v->absent = more;
	v->absent[v->n_absent++] = root_id;
	return true;
}

/* Find the roots that are out of reach. */
static bool
read_roots(struct share_view *v)
{
	struct db *db = &v->store.db;
	sqlite3_stmt *stmt = db_prepare(db, share_view_sql[SHARE_VIEW_ROOTS]);
	char path[PATH_MAX];
	bool good = stmt != NULL;

	v->n_absent = 0;
	while (good) {
		enum db_step step = db_step(db, stmt);

		if (step != DB_ROW) {
			good = step == DB_DONE;
			break;
		}
		if (db_column_name(stmt, 1, path) &&
		    is_absent(path,
			sqlite3_column_type(stmt, 2) == SQLITE_INTEGER,
			(uint64_t)sqlite3_column_int64(stmt, 2)))
			good = add_absent(v, sqlite3_column_int64(stmt, 0));
	}
	sqlite3_finalize(stmt);
	return good;
}

static int
compare_ids(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool
is_out_of_reach(const struct share_view *v, int64_t root_id)
{
	return v->n_absent > 0 &&
	    bsearch(&root_id, v->absent, v->n_absent, sizeof *v->absent,
		compare_ids) != NULL;
}

/* The higher priority first, then the newer file. */
static int
compare_entries(const void *a, const void *b)
{
	const struct share_entry *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	if (x->added_s != y->added_s)
		return x->added_s > y->added_s ? -1 : 1;
	return memcmp(x->hash, y->hash, HASH_SIZE);
}

/* A content whose copies are being read. */
struct candidate {
	struct share_entry entry;
	bool any;      /* is there one? */
	bool usable;   /* a copy can be served */
	bool kept_out; /* a copy is not to be announced */
};

/*
 * Entries are collected until there are twice as many as wanted, and then the
 * better half stays.
 */
struct reading {
	struct share_entry *entries;
	size_t n, limit;
	uint64_t n_all;
	struct candidate candidate;
};

static void
cut(struct reading *r)
{
	qsort(r->entries, r->n, sizeof *r->entries, compare_entries);
	r->n = min_size(r->n, r->limit);
}

static void
end_candidate(struct reading *r)
{
	const struct candidate *c = &r->candidate;

	if (!c->any || !c->usable || c->kept_out)
		return;
	r->n_all++;
	r->entries[r->n++] = c->entry;
	if (r->n == 2 * r->limit)
		cut(r);
}

static void
read_copy(const struct share_view *v, struct reading *r, sqlite3_stmt *stmt)
{
	const void *hash = store_column(stmt, 0, HASH_SIZE);
	struct candidate *c = &r->candidate;

	if (!hash)
		return;
	if (!c->any || memcmp(c->entry.hash, hash, HASH_SIZE) != 0) {
		end_candidate(r);
		memset(c, 0, sizeof *c);
		c->any = true;
		memcpy(c->entry.hash, hash, HASH_SIZE);
		c->entry.added_s = sqlite3_column_int64(stmt, 1);
		c->entry.priority =
		    (enum store_priority)sqlite3_column_int(stmt, 2);
	}
	if (!sqlite3_column_int(stmt, 4) &&
	    !is_out_of_reach(v, sqlite3_column_int64(stmt, 3)))
		c->usable = true;
	if (!sqlite3_column_int(stmt, 5))
		c->kept_out = true;
}

static bool
read_copies(struct share_view *v, struct reading *r)
{
	struct db *db = &v->store.db;
	sqlite3_stmt *stmt = db_prepare(db, share_view_sql[SHARE_VIEW_COPIES]);
	enum db_step step = DB_FAILED;

	while (stmt && (step = db_step(db, stmt)) == DB_ROW)
		read_copy(v, r, stmt);
	sqlite3_finalize(stmt);
	end_candidate(r);
	cut(r);
	return step == DB_DONE;
}

/* Read all into a list of its own, which takes the place of the old one. */
static bool
read_entries(struct share_view *v)
{
	struct reading r = {.limit = v->limit};

	r.entries = calloc(2 * v->limit, sizeof *r.entries);
	if (!r.entries) {
		log_error("out of memory");
		return false;
	}
	if (!read_roots(v) || !read_copies(v, &r)) {
		free(r.entries);
		return false;
	}
	free(v->entries);
	v->entries = r.entries;
	v->n = r.n;
	v->n_all = r.n_all;
	return true;
}

static bool
read_all(struct share_view *v)
{
	if (!v->store.db.handle && store_open(&v->store, v->path) != 0)
		return false;
	return store_user_hash(&v->store, v->user_hash) == STORE_FOUND &&
	    read_entries(v);
}

enum share_view_result
share_view_update(struct share_view *v, uint64_t now_ms)
{
	struct share_stamp stamp;

	if (now_ms < v->look_ms)
		return SHARE_VIEW_SAME;
	v->look_ms = now_ms + SHARE_VIEW_LOOK_MS;
	stamp = stamp_of(v->path);
	if (now_ms < v->read_ms && same_stamp(&stamp, &v->stamp))
		return SHARE_VIEW_SAME;
	if (!same_database(&stamp, &v->stamp))
		store_close(&v->store);
	v->stamp = stamp;
	if (!read_all(v)) {
		store_close(&v->store);
		v->read_ms = now_ms + v->retry_ms;
		v->retry_ms = min_u64(2 * v->retry_ms, SHARE_VIEW_RETRY_MAX_MS);
		return SHARE_VIEW_FAILED;
	}
	v->read_ms = now_ms + SHARE_VIEW_READ_MS;
	v->retry_ms = SHARE_VIEW_RETRY_MS;
	return SHARE_VIEW_NEW;
}

uint64_t
share_view_deadline(const struct share_view *v)
{
	return v->look_ms;
}

/* For store_find: the first copy that is not damaged. */
static bool
take_copy(void *ctx, const struct store_copy *copy)
{
	struct share_file *out = ctx;

	if (copy->damaged)
		return false;
	out->size = copy->size;
	snprintf(out->name, sizeof out->name, "%s", store_name_of(copy->path));
	return true;
}

enum store_result
share_view_file(
    struct share_view *v, const uint8_t hash[HASH_SIZE], struct share_file *out)
{
	if (!v->store.db.handle)
		return STORE_FAILED;
	memcpy(out->hash, hash, HASH_SIZE);
	return store_find(&v->store, hash, take_copy, out);
}

void
share_view_close(struct share_view *v)
{
	store_close(&v->store);
	free(v->entries);
	free(v->absent);
	v->entries = NULL;
	v->absent = NULL;
	v->n = v->n_absent = 0;
}
