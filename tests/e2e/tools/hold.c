/*
 * hold FILE: hold a shared lock on the first byte of FILE, as anybody can who may
 * read it.
 * Prints "held", and ends when it is killed.
 *
 * Exit: 1 FILE cannot be opened or locked; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct flock lock = {.l_type = F_RDLCK, .l_len = 1};
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: hold FILE\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0) {
		perror(argv[1]);
		return 1;
	}
	puts("held");
	fflush(stdout);
	pause();
	return 0;
}
