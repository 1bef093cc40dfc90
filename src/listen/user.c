/*
 * Dropping the rights of root; see user.h. /etc/passwd and /etc/group are read
 * directly: this program is linked statically, and libc would look for modules
 * that know users.
 * SPDX-License-Identifier: ISC
 */
#include "listen/user.h"

#include "base/log.h"
#include "base/number.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#define GROUPS_MAX 256

struct identity {
	uid_t uid;
	gid_t groups[GROUPS_MAX]; /* its own first */
	size_t n_groups;
};

/* Find name or number in /etc/passwd; *name gets the name. */
static bool
find_user(const char *user, struct identity *id, char name[64])
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *p;
	uint64_t number = UINT64_MAX;
	bool found = false;

	if (!f)
		return false;
	number_parse(user, 0, UINT32_MAX - 1, &number);
	while (!found && (p = fgetpwent(f)) != NULL) {
		found = strcmp(p->pw_name, user) == 0 || p->pw_uid == number;
		if (!found)
			continue;
		id->uid = p->pw_uid;
		id->groups[0] = p->pw_gid;
		id->n_groups = 1;
		snprintf(name, 64, "%s", p->pw_name);
	}
	fclose(f);
	return found;
}

/* The groups that have it as a member. */
static void
find_groups(const char *name, struct identity *id)
{
	FILE *f = fopen("/etc/group", "re");
	const struct group *g;

	if (!f)
		return;
	while ((g = fgetgrent(f)) != NULL)
		for (char **member = g->gr_mem; *member; member++)
			if (strcmp(*member, name) == 0 &&
			    id->n_groups < GROUPS_MAX)
				id->groups[id->n_groups++] = g->gr_gid;
	fclose(f);
}

int
user_become(const char *user)
{
	struct identity id;
	char name[64];

	if (!find_user(user, &id, name)) {
		log_error("--user: there is no %s", log_quote_str(user));
		return EX_NOUSER;
	}
	if (geteuid() == id.uid && getuid() == id.uid)
		return 0;
	find_groups(name, &id);
	if (setgroups(id.n_groups, id.groups) != 0 ||
	    setresgid(id.groups[0], id.groups[0], id.groups[0]) != 0 ||
	    setresuid(id.uid, id.uid, id.uid) != 0) {
		log_error("--user: cannot become %s: %s", log_quote_str(user),
		    strerror(errno));
		return EX_NOPERM;
	}
	/* no program with the set-user-ID bit gives back what was dropped */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return 0;
}
