/*
 * The part of `check` that looks for what should not be shared; see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "cmd/check.h"
#include "index/off_limits.h"
#include "index/roots.h"

struct looking {
	struct check *c;
	struct edit edit; /* the database, for reading */
	struct off_limits off_limits;
};

static void
check_things_in(struct looking *l, const char *root, const struct rules *rules)
{
	for (size_t i = 0; i < OFF_LIMITS_N; i++) {
		const struct off_limits_thing *t = &l->off_limits.things[i];
		const char *rest = off_limits_in_root(t, &l->edit, root, rules);

		if (rest)
			check_warning(l->c, "files", OFF_LIMITS_IN_ROOT,
			    t->what, log_quote_str(t->path),
			    log_quote_str(root), rest);
	}
}

/* Look at a directory that is walked. */
static void
check_root(struct looking *l, const struct root *root)
{
	const char *name = log_quote_str(root->path);
	const struct off_limits_thing *t =
	    off_limits_at(&l->off_limits, root->path);
	struct rules rules;

	if (t)
		check_warning(l->c, "files",
		    "%s is shared, but belongs to %s, and is left out; "
		    "\"ed2k-share remove -r %s\" forgets it",
		    name, t->what, name);
	else if (off_limits_is_kernel(root->path))
		check_warning(l->c, "files",
		    "%s is shared, but the kernel makes up what is in it, and "
		    "it is left out; \"ed2k-share remove -r %s\" forgets it",
		    name, name);
	if (roots_rules(&l->edit, root, &rules) == 0)
		check_things_in(l, root->path, &rules);
	roots_free_rules(&rules);
}

/* Look for files in the state directory that are shared. */
static void
check_shared_state(struct looking *l)
{
	const struct off_limits_thing *t = &l->off_limits.things[0];
	struct store_row row = {0};
	const char *name;

	if (t->path[0] == '\0' ||
	    store_next(&l->edit.store, t->path, &row) != STORE_FOUND)
		return;
	name = log_quote_str(row.path);
	check_warning(l->c, "files",
	    "%s is shared, but belongs to %s, and peers can load it; "
	    "\"ed2k-share remove %s\" ends that",
	    name, t->what, name);
}

void
check_off_limits(struct check *c, const char *state)
{
	static struct looking l; /* large */
	struct root root = {0};

	if (!c->is_open || c->store.db.version != store_kind.version)
		return; /* an older one has no rules */
	l.c = c;
	if (off_limits_find(&l.off_limits, c->db, state) != 0 ||
	    store_open(&l.edit.store, c->db) != 0)
		return; /* logged */
	if (roots_find(&l.edit, "/", &root) == STORE_FOUND && root.walk)
		check_root(&l, &root);
	root.path[0] = '\0';
	while (roots_next(&l.edit, "/", &root) == STORE_FOUND)
		if (root.walk)
			check_root(&l, &root);
	check_shared_state(&l);
	edit_close(&l.edit);
}
