/*
 * ed2k-serve: answer one eD2k peer on fds 0 and 1, then exit; or, with sockets
 * that listen, fork a process for each peer. See ed2k-serve(8); the life of a
 * connection is told in src/README.md.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "listen/acceptor.h"
#include "listen/sockets.h"
#include "listen/user.h"
#include "serve/options.h"
#include "serve/serve_peer.h"

#include <fcntl.h>
#include <sysexits.h>
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

/* Who binds ports as root has to serve as another. */
static int
drop_privileges(const struct options *opt)
{
	if (opt->user)
		return user_become(opt->user);
	if (opt->listen.n == 0 || geteuid() != 0)
		return 0;
	log_error("--listen: started by root, it needs a user that it becomes "
		  "(--user)");
	return EX_USAGE;
}

int
main(int argc, char *argv[])
{
	const struct options *opt;
	static struct share_facts facts; /* large */
	struct sockets sockets;
	int status;

	occupy_standard_fds();
	log_open_server("ed2k-serve");
	opt = options_parse(argc, argv, &status);
	if (!opt)
		return status;
	status = sockets_find(&sockets, &opt->listen);
	if (!status)
		status = drop_privileges(opt);
	if (status ||
	    (sockets.n > 0 && !acceptor_run(opt, &sockets, argv, &facts)))
		return status;
	return serve_peer(opt, &facts);
}
