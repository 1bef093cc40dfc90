/*
 * The open scoreboard; see scoreboard.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/scoreboard.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "board/lock.h"

#include <errno.h>
#include <string.h>

/* After so long a silence, the process of a slot may be dead. */
#define SILENT_MS (UPLOADING_ALIVE_MS + 500)

/* After so long, who may not ask the locks takes a process for dead. */
#define LOST_MS           (2 * ALIVE_MS)
#define UPLOADING_LOST_MS (5 * UPLOADING_ALIVE_MS)

/* What a hello and a few questions take: so much at least, or half the rate. */
#define ANSWERS_BPS 4096

static const struct scoreboard closed = {.file = {.lock_fd = -1}, .mine = -1};

bool
scoreboard_open(struct scoreboard *b, const char *dir,
    const struct scoreboard_limits *limits)
{
	*b = closed;
	b->dir = dir;
	b->limits = *limits;
	b->is_alone = !dir;
	if (!dir || board_open(&b->file, dir) == BOARD_OPEN)
		return true;
	b->is_alone = errno != 0;
	if (b->is_alone)
		log_warning("no scoreboard in %s: %s; slots and limits do not "
			    "hold; let the user of the server write there",
		    log_quote_str(dir), strerror(errno));
	return false;
}

enum board_result
scoreboard_open_readonly(struct scoreboard *b, const char *dir)
{
	*b = closed;
	return board_open_readonly(&b->file, dir);
}

void
scoreboard_close(struct scoreboard *b)
{
	board_close(&b->file);
	b->mine = -1;
}

struct record *
scoreboard_mine(const struct scoreboard *b)
{
	return b->mine >= 0 ? scoreboard_record(b, b->mine) : NULL;
}

void
scoreboard_set_state(struct scoreboard *b, uint32_t state, uint64_t since_ms)
{
	struct record *r = scoreboard_mine(b);

	b->state = state;
	b->since_ms = since_ms;
	r->since_ms = since_ms;
	r->state = state;
}

int
scoreboard_n_records(const struct scoreboard *b)
{
	if (!b->file.board)
		return 0;
	return (int)min_u64(b->file.board->n_used, SCOREBOARD_RECORDS);
}

bool
scoreboard_is_alive(const struct scoreboard *b, int i)
{
	return i == b->mine || lock_record_is_held(b->file.lock_fd, i);
}

bool
scoreboard_seems_alive(const struct scoreboard *b, int i, uint64_t now_ms)
{
	const struct record *r = scoreboard_record(b, i);

	return is_recent(r->alive_ms, now_ms, SILENT_MS) ||
	    scoreboard_is_alive(b, i);
}

/* Of a rate, the part for the answers to those without a slot. */
static uint64_t
rate_of_answers(uint64_t rate)
{
	return max_u64(rate / 8, min_u64(rate / 2, ANSWERS_BPS));
}

/* Does another process send, as record i says? One without a slot says so. */
static bool
is_sending(const struct scoreboard *b, int i, uint64_t now_ms)
{
	const struct record *r = scoreboard_record(b, i);

	if (i == b->mine || !r->sending)
		return false;
	return r->state == RECORD_UPLOADING
	    ? scoreboard_seems_alive(b, i, now_ms)
	    : r->state != RECORD_FREE &&
		is_recent(r->alive_ms, now_ms, SILENT_MS);
}

/* We count ourselves, even before we send. */
uint64_t
scoreboard_rate_share(
    const struct scoreboard *b, uint64_t rate, uint64_t now_ms)
{
	const struct record *me = scoreboard_mine(b);
	bool has_slot = me && b->state == RECORD_UPLOADING;
	uint64_t answers = rate_of_answers(rate), weight, sum, n_answers = 0;
	int n = scoreboard_n_records(b);

	if (!b->file.board || rate == 0)
		return rate;
	/* others may have written to our record */
	weight = sum = has_slot ? max_u64(me->weight, 1) : 0;
	for (int i = 0; i < n; i++) {
		const struct record *r = scoreboard_record(b, i);

		if (!is_sending(b, i, now_ms))
			continue;
		if (r->state == RECORD_UPLOADING)
			sum += r->weight;
		else
			n_answers++;
	}
	if (!has_slot)
		return max_u64(answers / (n_answers + 1), 1);
	if (n_answers > 0)
		rate -= answers;
	return max_u64(rate * weight / sum, 1);
}

/* Is it used by a process that lives, as far as we may know? */
static bool
is_shown(const struct scoreboard *b, int i, uint64_t now_ms)
{
	const struct record *r = scoreboard_record(b, i);
	uint32_t state = r->state;

	if (state == RECORD_FREE)
		return false;
	if (b->file.lock_fd >= 0)
		return scoreboard_is_alive(b, i);
	return is_recent(r->alive_ms, now_ms,
	    state == RECORD_UPLOADING ? UPLOADING_LOST_MS : LOST_MS);
}

void
scoreboard_each(struct scoreboard *b, uint64_t now_ms,
    bool (*visit)(void *ctx, const struct record *r), void *ctx)
{
	int n = scoreboard_n_records(b);

	for (int i = 0; i < n; i++)
		if (is_shown(b, i, now_ms) &&
		    !visit(ctx, scoreboard_record(b, i)))
			break;
}
