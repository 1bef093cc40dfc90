/*
 * Hashing files that may change; see steady.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/steady.h"

#include "base/log.h"

#include <string.h>
#include <sysexits.h>
#include <time.h>

/* How often a file that changes is hashed before we give up. */
#define HASH_TRIES 3

/*
 * Two changes within one tick of the kernel's clock have the same times. So we
 * wait until the last change of a file is this long ago. Some file systems keep
 * whole seconds (ext3), or every second one (vfat).
 */
#define SETTLE_NS        INT64_C(50000000)
#define SETTLE_COARSE_NS (INT64_C(2000000000) + SETTLE_NS)

/* The change times of vfat had this resolution before Linux 6.0. */
#define COARSE_CTIME_NS 10000000

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

/*
 * Does its file system keep whole seconds? Elsewhere, a file with such times is
 * rare, and it costs it two seconds just after a change.
 */
static bool
is_coarse(const struct stat *st)
{
	return st->st_mtim.tv_nsec == 0 &&
	    st->st_ctim.tv_nsec % COARSE_CTIME_NS == 0;
}

/* Wait until another change would show in the times of the file. */
static void
wait_for_tick(const struct stat *st)
{
	int64_t settle = is_coarse(st) ? SETTLE_COARSE_NS : SETTLE_NS, left;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	left = settle - (ns_of(now) - ns_of(st->st_ctim));
	if (left <= 0 || left > settle)
		return;
	nanosleep(
	    &(struct timespec){left / 1000000000, left % 1000000000}, NULL);
}

void
steady_begin(struct steady *s, struct hasher *h)
{
	wait_for_tick(&s->st);
	s->tries++;
	s->job.fd = s->fd;
	s->job.size = (uint64_t)s->st.st_size;
	hasher_put(h, &s->job);
}

/* Is it the same as before? *now is what it is now, of size 0 if it is gone. */
static bool
is_steady(const struct steady *s, struct stat *now)
{
	struct stat there;

	if (fstat(s->fd, now) != 0 || stat(s->path, &there) != 0) {
		now->st_size = 0;
		return false;
	}
	return s->job.result == HASH_OK && same_state(&s->st, now) &&
	    same_state(&s->st, &there);
}

bool
steady_wait(struct steady *s, struct hasher *h, unsigned ms)
{
	struct stat now;

	if (!hasher_wait(h, &s->job, ms))
		return false;
	if (s->job.result == HASH_FAILED || s->tries == HASH_TRIES ||
	    is_steady(s, &now) || now.st_size == 0)
		return true;
	file_hash_free(&s->job.hash);
	s->st = now;
	steady_begin(s, h);
	return false;
}

int
steady_end(struct steady *s)
{
	struct stat now;

	if (s->job.result == HASH_FAILED) {
		log_error("cannot read %s: %s; it is not shared",
		    log_quote_str(s->path), strerror(s->job.error));
		return EX_IOERR;
	}
	if (is_steady(s, &now))
		return 0;
	file_hash_free(&s->job.hash);
	log_error("%s changes while it is hashed; add it again when it is "
		  "complete",
	    log_quote_str(s->path));
	return EX_TEMPFAIL;
}

void
steady_entry(struct edit_entry *out, const char *path, const struct stat *st,
    const struct file_hash *hash)
{
	*out = (struct edit_entry){
	    .copy.path = path,
	    .copy.size = (uint64_t)st->st_size,
	    .copy.mtime_ns = steady_mtime_ns(st),
	    .copy.inode = st->st_ino,
	    .copy.ctime_ns = steady_ctime_ns(st),
	    .part_hashes = hash->parts,
	    .n_part_hashes = hash->n_parts,
	    .copy.has_aich = true,
	    .aich_parts = hash->aich_parts,
	    .n_aich_parts = hash->n_aich_parts,
	    .alias = hash->has_alias ? hash->alias : NULL,
	};
	memcpy(out->copy.hash, hash->hash, HASH_SIZE);
	memcpy(out->copy.aich_root, hash->aich_root, AICH_SIZE);
}

int64_t
steady_mtime_ns(const struct stat *st)
{
	return ns_of(st->st_mtim);
}

int64_t
steady_ctime_ns(const struct stat *st)
{
	return ns_of(st->st_ctim);
}
