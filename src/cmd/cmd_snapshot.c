/*
 * ed2k-share snapshot: the share database for servers on other machines.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "cmd/cmd.h"
#include "index/snapshot.h"
#include "index/edit.h"

#include <string.h>
#include <sysexits.h>

int
cmd_snapshot(const struct cmd *cmd, int argc, char *argv[])
{
	struct edit edit;
	int first, fault;

	first = cmd_parse(
	    NULL, 0, argc, argv, 1, 1, "snapshot takes one file name");
	if (first < 0)
		return EX_USAGE;
	if (strcmp(cmd->db, argv[first]) == 0) {
		log_error("the snapshot %s would replace the database itself; "
			  "name another file",
		    log_quote_str(argv[first]));
		return EX_USAGE;
	}
	/* for writing, which upgrades an older database first */
	fault = edit_open(&edit, cmd->db);
	if (!fault)
		fault = snapshot_write(&edit.store, argv[first]);
	edit_close(&edit);
	return fault;
}
