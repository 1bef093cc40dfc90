/*
 * Change a byte of a file through a memory map, when the file is opened and
 * again for each line on standard input, without a system call: the file has a
 * new time only if the kernel notices.
 *
 *   mapper FILE OFFSET
 *
 * Prints a line for each change.
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

int
main(int argc, char *argv[])
{
	volatile unsigned char *map;
	char line[16];
	struct stat st;
	size_t at;
	int fd;

	if (argc != 3)
		return 2;
	fd = open(argv[1], O_RDWR);
	at = strtoul(argv[2], NULL, 10);
	if (fd < 0 || fstat(fd, &st) != 0 || at >= (size_t)st.st_size)
		return 1;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (map == MAP_FAILED)
		return 1;
	do {
		map[at] ^= 1;
		puts("changed");
		fflush(stdout);
	} while (fgets(line, sizeof line, stdin));
	return 0;
}
