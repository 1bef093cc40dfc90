/*
 * Walking a directory; see scan.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/scan.h"

#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The names in a directory: for each a type (d_type) and a string. */
struct names {
	char *bytes;
	size_t len, cap;
	size_t *at; /* where each begins */
	size_t n, n_cap;
};

static bool
grow(void **p, size_t *cap, size_t item, size_t wanted)
{
	size_t n = *cap ? 2 * *cap : 1024;
	void *more;

	while (n < wanted)
		n *= 2;
	more = realloc(*p, n * item);
	if (!more)
		return false;
	*p = more;
	*cap = n;
	return true;
}

static bool
names_add(struct names *names, unsigned char type, const char *name)
{
	size_t need = names->len + strlen(name) + 2;
	void *bytes = names->bytes, *at = names->at;
	bool ok = (need <= names->cap || grow(&bytes, &names->cap, 1, need)) &&
	    (names->n < names->n_cap ||
		grow(&at, &names->n_cap, sizeof *names->at, names->n + 1));

	names->bytes = bytes;
	names->at = at;
	if (!ok)
		return false;
	names->at[names->n++] = names->len;
	names->bytes[names->len] = (char)type;
	memcpy(names->bytes + names->len + 1, name, strlen(name) + 1);
	names->len = need;
	return true;
}

static int
by_name(const void *a, const void *b, void *bytes)
{
	return strcmp((char *)bytes + *(const size_t *)a + 1,
	    (char *)bytes + *(const size_t *)b + 1);
}

/*
 * Read all names in a directory, sorted. False with errno if some are missing.
 */
static bool
names_read(struct names *names, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int error;

	if (!d)
		return false;
	while ((errno = 0, entry = readdir(d)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    !names_add(names, entry->d_type, entry->d_name))
			break;
	error = errno;
	closedir(d);
	if (names->n > 0)
		qsort_r(names->at, names->n, sizeof *names->at, by_name,
		    names->bytes);
	errno = error;
	return error == 0;
}

struct walk {
	struct scan *scan;
	char path[PATH_MAX]; /* of what is visited now */
	size_t root_len;     /* of scan->root with a slash at its end */
	bool whole;          /* nothing was skipped */
	bool more;           /* the walk goes on */
};

static void
complain(struct walk *w)
{
	log_error(
	    "cannot read %s: %s", log_quote_str(w->path), strerror(errno));
	w->whole = false;
}

/* Does a link lead to something outside the root? */
static bool
leads_out(const struct walk *w)
{
	char real[PATH_MAX];

	return realpath(w->path, real) && w->root_len > 1 &&
	    (strncmp(real, w->path, w->root_len - 1) != 0 ||
		(real[w->root_len - 1] != '/' &&
		    real[w->root_len - 1] != '\0'));
}

static void walk_directory(struct walk *w, size_t len);

/* The type of a file, when the directory does not tell. */
static unsigned char
type_of(struct walk *w)
{
	struct stat st;

	if (lstat(w->path, &st) == 0)
		return (unsigned char)IFTODT(st.st_mode);
	complain(w);
	return DT_UNKNOWN;
}

/* Visit one name in a directory. w->path, of len bytes, is its path. */
static void
walk_entry(struct walk *w, size_t len, unsigned char type)
{
	struct scan *scan = w->scan;
	struct presence is;

	if (type == DT_UNKNOWN)
		type = type_of(w);
	if (scan->rules &&
	    rules_leave_out(scan->rules, w->path + w->root_len, type == DT_DIR))
		return;
	if (type == DT_REG)
		w->more = scan->visit(scan->ctx, w->path);
	else if (type == DT_LNK)
		scan->n_links_out += leads_out(w);
	else if (type == DT_DIR && !presence_stat(w->path, &is))
		complain(w);
	else if (type == DT_DIR &&
	    (!scan->enter || scan->enter(scan->ctx, w->path, &is)))
		walk_directory(w, len);
}

/* Walk the directory w->path, of len bytes without a slash at its end. */
static void
walk_directory(struct walk *w, size_t len)
{
	struct names names = {0};

	if (!names_read(&names, len > 0 ? w->path : "/"))
		complain(w);
	w->path[len] = '/';
	for (size_t i = 0; i < names.n && w->more; i++) {
		const char *name = names.bytes + names.at[i] + 1;
		size_t n = strlen(name);

		if (len + 1 + n >= sizeof w->path) {
			w->path[len] = '\0';
			errno = ENAMETOOLONG;
			complain(w);
			w->path[len] = '/';
			continue;
		}
		memcpy(w->path + len + 1, name, n + 1);
		walk_entry(w, len + 1 + n, (unsigned char)name[-1]);
	}
	w->path[len] = '\0';
	free(names.bytes);
	free(names.at);
}

bool
scan_tree(struct scan *scan, const char *dir)
{
	struct walk w = {.scan = scan, .whole = true, .more = true};
	size_t len = strlen(dir), root_len = strlen(scan->root);

	if (len >= sizeof w.path)
		return false;
	memcpy(w.path, dir, len + 1);
	w.root_len = root_len == 1 ? 1 : root_len + 1;
	walk_directory(&w, len == 1 ? 0 : len);
	return w.whole;
}
