/*
 * What is the same for all connections; see share_facts.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/share_facts.h"

#include "base/util.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

/*
 * A file that was changed twice within the resolution of its times may look as
 * if it was changed once.
 */
#define SETTLED_S 2

static bool
find_path(const struct options *opt, char path[PATH_MAX])
{
	if (!opt->db)
		return store_default_path(path, PATH_MAX);
	snprintf(path, PATH_MAX, "%s", opt->db);
	return true;
}

int
share_facts_read(
    struct share_facts *f, const struct options *opt, struct store *store)
{
	enum identity_mode mode = opt->identity;
	int fault;

	f->is_known = false;
	if (!find_path(opt, f->path))
		return EX_CONFIG;
	db_be_frugal();
	fault = store_open(store, f->path);
	if (fault)
		return fault;
	if (!opt->has_identity)
		mode = identity_default(store, opt->proxy_from != NULL);
	fault = identity_user_hash(store, mode, f->user_hash);
	if (fault) {
		store_close(store);
		return fault;
	}
	if (opt->sandbox != SANDBOX_OFF)
		cover_find(&f->cover, store);
	f->is_known = true;
	return 0;
}

static struct file_stamp
take_stamp(const char *path)
{
	struct file_stamp stamp = {0};
	struct stat st;

	if (stat(path, &st) == 0)
		stamp = (struct file_stamp){
		    st.st_dev, st.st_ino, st.st_size, st.st_mtim};
	return stamp;
}

static void
take_stamps(const char *path, struct file_stamp stamps[2])
{
	char wal[PATH_MAX + 4];

	snprintf(wal, sizeof wal, "%s-wal", path);
	stamps[0] = take_stamp(path);
	stamps[1] = take_stamp(wal);
}

static bool
is_same(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->mtime.tv_sec == b->mtime.tv_sec &&
	    a->mtime.tv_nsec == b->mtime.tv_nsec;
}

static bool
is_settled(const struct file_stamp *stamp)
{
	return time(NULL) - stamp->mtime.tv_sec >= SETTLED_S;
}

void
share_facts_refresh(struct share_facts *f, const struct options *opt)
{
	struct file_stamp now[2];
	struct store store;

	if (!f->path[0] && !find_path(opt, f->path))
		return;
	take_stamps(f->path, now);
	if (is_same(&now[0], &f->stamps[0]) && is_same(&now[1], &f->stamps[1]))
		return;
	f->is_known = false;
	if (now[0].ino == 0 || !is_settled(&now[0]) || !is_settled(&now[1]))
		return;
	memcpy(f->stamps, now, sizeof now);
	if (share_facts_read(f, opt, &store) != 0)
		return; /* the cause is logged, once for each change */
	f->is_known = store.db.version == store_kind.version;
	store_close(&store);
}
