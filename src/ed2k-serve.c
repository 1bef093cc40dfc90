/*
 * ed2k-serve: answer one eD2k peer on fds 0 and 1, then exit. See
 * ed2k-serve(8); the life of a connection is told in src/README.md.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "serve/options.h"
#include "serve/serve_peer.h"

#include <fcntl.h>
#include <unistd.h>

/* No file that is opened later may land on 0, 1 or 2. */
static void
occupy_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int
main(int argc, char *argv[])
{
	const struct options *opt;
	int status;

	occupy_standard_fds();
	log_open_server("ed2k-serve");
	opt = options_parse(argc, argv, &status);
	return opt ? serve_peer(opt) : status;
}
