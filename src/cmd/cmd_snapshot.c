/*
 * ed2k-share snapshot: the share database for servers on other machines.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "cmd/cmd.h"
#include "share/snapshot.h"

#include <string.h>
#include <sysexits.h>

int
cmd_snapshot(const struct cmd *cmd, int argc, char *argv[])
{
	struct store store;
	int fault;

	if (argc != 2 || (argv[1][0] == '-' && argv[1][1] != '\0')) {
		log_error("snapshot takes one file name; see \"ed2k-share "
			  "snapshot --help\"");
		return EX_USAGE;
	}
	if (strcmp(cmd->db, argv[1]) == 0) {
		log_error("the snapshot %s would replace the database itself; "
			  "name another file",
		    log_quote_str(argv[1]));
		return EX_USAGE;
	}
	fault = store_open(&store, cmd->db);
	if (!fault)
		fault = snapshot_write(&store, argv[1]);
	store_close(&store);
	return fault;
}
