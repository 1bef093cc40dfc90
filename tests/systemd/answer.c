/*
 * The least that a super-server can start: reads once, answers one byte. What
 * it takes to get that byte is the price of the way, not of the server. Linked
 * statically, for a start without a loader.
 * SPDX-License-Identifier: ISC
 */
#include <unistd.h>

int
main(void)
{
	char bytes[4096];

	if (read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
		return 1;
	return write(STDOUT_FILENO, "!", 1) == 1 ? 0 : 1;
}
