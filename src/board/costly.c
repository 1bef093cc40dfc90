/*
 * Costly answers; see costly.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/costly.h"

#include "board/lock.h"

#include <stddef.h>
#include <time.h>

/* The lock of whoever makes one is numbered after those of the records. */
#define COSTLY_LOCK SCOREBOARD_RECORDS

/* How often to ask for it. */
#define POLL_MS 10

static bool
wait_for_lock(int fd)
{
	const struct timespec pause = {0, POLL_MS * 1000000};

	for (int ms = 0; ms < COSTLY_WAIT_MS; ms += POLL_MS) {
		if (lock_record(fd, COSTLY_LOCK))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static bool
count(struct scoreboard *b, uint64_t now_ms)
{
	bool counted;

	if (!lock_head(b->file.lock_fd))
		return false;
	counted = tally_count(
	    &b->file.board->costly, b->owner, COSTLY_PER_MINUTE, now_ms);
	lock_head_release(b->file.lock_fd);
	return counted;
}

bool
costly_begin(struct scoreboard *b, uint64_t now_ms)
{
	if (!b->file.board)
		return b->is_alone;
	if (!wait_for_lock(b->file.lock_fd))
		return false;
	if (count(b, now_ms))
		return true;
	costly_end(b);
	return false;
}

void
costly_end(struct scoreboard *b)
{
	if (b->file.board)
		lock_record_release(b->file.lock_fd, COSTLY_LOCK);
}
