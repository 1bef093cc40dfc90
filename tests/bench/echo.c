/*
 * The baseline of latency: a byte comes in, a byte goes out. Started by a
 * super-server, linked statically.
 * SPDX-License-Identifier: ISC
 */
#include <unistd.h>

int
main(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) == 1)
		if (write(STDOUT_FILENO, &byte, 1) != 1)
			return 1;
	return 0;
}
