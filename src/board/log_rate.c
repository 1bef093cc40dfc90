/*
 * What may be logged; see log_rate.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/log_rate.h"

#include "board/lock.h"

static bool
lock_board(struct scoreboard *b)
{
	return b->file.board && lock_head(b->file.lock_fd);
}

bool
log_rate_warning(struct scoreboard *b, uint64_t owner, uint64_t now_ms)
{
	bool may;

	if (!lock_board(b))
		return true;
	may = tally_count(
	    &b->file.board->warnings, owner, LOG_RATE_WARNINGS, now_ms);
	lock_head_release(b->file.lock_fd);
	return may;
}

bool
log_rate_turned_away(
    struct scoreboard *b, uint64_t owner, uint64_t now_ms, uint32_t *unlogged)
{
	bool may;

	*unlogged = 0;
	if (!lock_board(b))
		return true;
	may = tally_first(&b->file.board->turned_away, owner, now_ms, unlogged);
	lock_head_release(b->file.lock_fd);
	return may;
}
