/*
 * The open shared file; see shared_file.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/shared_file.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
shared_file_init(struct shared_file *f, struct store *store)
{
	memset(f, 0, sizeof *f);
	f->store = store;
	f->fd = -1;
}

void
shared_file_close(struct shared_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

void
shared_file_log_damaged(const struct shared_file *f, size_t part)
{
	log_error("%s is damaged in part %zu: its bytes have changed, its size "
		  "and time have not; restore it from a backup, or \"touch\" "
		  "it and run \"ed2k-share add\" to share what it is now",
	    log_quote_str(f->name), part);
}

/* Log what is wrong and what mends it. */
static void
log_fault(const struct shared_file *f, const char *path, enum copy_state state)
{
	static const char *const faults[] = {
	    [COPY_CHANGED] = "has changed since it was shared; run "
			     "\"ed2k-share add\" on it again",
	    [COPY_MISSING] = "is gone; bring it back, or run "
			     "\"ed2k-share remove\" on it",
	    [COPY_DAMAGED] = "is damaged; restore it from a backup and run "
			     "\"ed2k-share verify\" on it",
	};

	if (f->sandboxed)
		log_warning("not served to this peer: %s was shared, or its "
			    "disk mounted, after the connection began; the "
			    "next one can read it",
		    log_quote_str(path));
	else if (state == COPY_UNREADABLE)
		log_warning("not served: %s: %s; let the user this server runs "
			    "as read it and search the directories above it",
		    log_quote_str(path), strerror(errno));
	else
		log_warning(
		    "not served: %s %s", log_quote_str(path), faults[state]);
}

/*
 * Is it only the sandbox, whose rules are as old as the connection, that
 * forbids to open this file? access(2) does not know of it.
 */
static bool
is_sandboxed(const char *path, enum copy_state state)
{
	return state == COPY_UNREADABLE && errno == EACCES &&
	    access(path, R_OK) == 0;
}

/* For store_find: take the first copy in doubt, or the first beyond it. */
static bool
take_copy(void *ctx, const struct store_copy *copy)
{
	struct shared_file *f = ctx;
	struct copy_facts now;
	int fd;
	enum copy_state state = copy_open(copy, &fd, &now);
	bool in_doubt =
	    copy->ctime_ns != ANY_CTIME && copy->ctime_ns != now.ctime_ns;

	f->sandboxed = f->sandboxed || is_sandboxed(copy->path, state);
	if (state != COPY_OK) {
		log_fault(f, copy->path, state);
		return false;
	}
	if (in_doubt && f->fd >= 0) {
		close(fd);
		return false;
	}
	shared_file_close(f);
	f->fd = fd;
	f->sandboxed = false;
	f->facts = now;
	f->checked = true;
	f->in_doubt = in_doubt;
	f->priority = copy->priority;
	f->has_aich = copy->has_aich;
	memcpy(f->aich_root, copy->aich_root, AICH_SIZE);
	snprintf(f->name, sizeof f->name, "%s", store_name_of(copy->path));
	return !in_doubt;
}

static enum store_result
find_copy(struct shared_file *f)
{
	enum store_result res = store_find(f->store, f->hash, take_copy, f);

	return res == STORE_UNKNOWN && f->fd >= 0 ? STORE_FOUND : res;
}

enum store_result
shared_file_open(
    struct shared_file *f, const uint8_t asked[HASH_SIZE], bool alias)
{
	enum store_result res;

	if (f->fd >= 0 && memcmp(f->asked, asked, HASH_SIZE) == 0)
		return shared_file_check(f) ? STORE_FOUND : STORE_UNKNOWN;
	shared_file_close(f);
	memcpy(f->asked, asked, HASH_SIZE);
	memcpy(f->hash, asked, HASH_SIZE);
	f->sandboxed = false;
	res = find_copy(f);
	if (res == STORE_UNKNOWN && alias) {
		res = store_resolve_alias(f->store, asked, f->hash);
		if (res == STORE_FOUND)
			res = find_copy(f);
	}
	return res == STORE_UNKNOWN && f->sandboxed ? STORE_FAILED : res;
}

bool
shared_file_check(struct shared_file *f)
{
	int64_t ctime_ns = f->facts.ctime_ns;
	enum copy_state state;

	if (f->fd < 0 || f->checked)
		return f->fd >= 0;
	state = copy_check(f->fd, &f->facts);
	f->checked = state == COPY_OK;
	f->in_doubt = f->in_doubt || f->facts.ctime_ns != ctime_ns;
	if (f->checked)
		return true;
	log_fault(f, f->name, state);
	shared_file_close(f);
	return false;
}

void
shared_file_stale(struct shared_file *f)
{
	f->checked = false;
}
