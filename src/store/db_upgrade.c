/*
 * Upgrading a database of an older version; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "base/log.h"

/* The steps, within a transaction. *before: the version until now. */
static int
run_steps(struct db *db, const char *const upgrades[], int *before)
{
	/* another writer may have been first, and a newer program as well */
	int fault = db_read_version(db);

	*before = db->version;
	for (int v = db->version; v < db->kind->version && !fault; v++)
		fault = db_exec(db, upgrades[v - 1]);
	return fault ? fault : db_read_version(db);
}

int
db_upgrade(struct db *db, const char *const upgrades[])
{
	int before, fault;

	if (db->version == db->kind->version)
		return 0;
	fault = db_begin(db);
	if (!fault)
		fault = run_steps(db, upgrades, &before);
	if (!fault)
		fault = db_commit(db);
	if (fault) {
		db_rollback(db);
		return fault;
	}
	if (before < db->version)
		log_notice("%s now has version %d; older versions of "
			   "ed2k-serve and ed2k-share cannot read it",
		    log_quote_str(db->path), db->version);
	return 0;
}
