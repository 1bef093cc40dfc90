/*
 * Say what stdin has in hex, and print what comes back.
 * SPDX-License-Identifier: ISC
 */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Print up to max bytes that come, until the server closes. */
static void
print_answer(int fd, uint64_t max)
{
	uint8_t bytes[1 << 14];
	size_t n;

	for (; max > 0; max -= n) {
		n = peer_receive(fd, bytes, min_u64(max, sizeof bytes));
		if (n == 0)
			return;
		for (size_t i = 0; i < n; i++)
			printf("%02x", bytes[i]);
	}
}

static void
send_hex(int fd, const char *line)
{
	uint8_t bytes[4096];
	size_t n = 0;

	for (; *line && *line != '\n'; line++) {
		if (*line == ' ')
			continue;
		if (n == sizeof bytes || !hex_decode(bytes + n++, line++, 1))
			peer_die(PEER_USAGE, "no hex");
	}
	peer_send(fd, bytes, n);
}

static void
do_line(int fd, const char *line)
{
	if (strncmp(line, "sleep ", 6) == 0) {
		long ms = strtol(line + 6, NULL, 10);

		nanosleep(
		    &(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
	} else if (strncmp(line, "read ", 5) == 0) {
		print_answer(fd, strtoull(line + 5, NULL, 10));
	} else if (strncmp(line, "shut", 4) == 0) {
		shutdown(fd, SHUT_WR);
	} else {
		send_hex(fd, line);
	}
}

void
peer_raw(struct peer *p)
{
	char line[8192];

	while (fgets(line, sizeof line, stdin))
		do_line(p->fd, line);
	print_answer(p->fd, UINT64_MAX);
	putchar('\n');
}
