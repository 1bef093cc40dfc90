/*
 * ed2k-announce: tell an eD2k server which files ed2k-serve has, so that those
 * who search find them. See ed2k-announce(8).
 * SPDX-License-Identifier: ISC
 */
#include "announce/announcer.h"
#include "announce/options.h"
#include "base/log.h"
#include "store/store.h"

#include <limits.h>
#include <sysexits.h>

int
main(int argc, char *argv[])
{
	const struct announce_options *opt;
	char usual[PATH_MAX];
	int status;

	log_open_unit("ed2k-announce");
	opt = announce_options_parse(argc, argv, &status);
	if (!opt)
		return status;
	if (!opt->db && !store_default_path(usual, sizeof usual))
		return EX_CONFIG;
	return announcer_run(opt, opt->db ? opt->db : usual);
}
