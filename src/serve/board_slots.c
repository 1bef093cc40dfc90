/*
 * Slots from the scoreboard; see board_slots.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/board_slots.h"

#include "base/util.h"
#include "board/queue.h"
#include "board/roster.h"
#include "board/turn.h"

#include <stdio.h>
#include <string.h>

/* Who waits, and for what. */
static void
fill_record(
    struct record *r, const struct session *s, const struct shared_file *file)
{
	r->has_user = s->n_hellos > 0;
	memcpy(r->user_hash, s->hello.user_hash, HASH_SIZE);
	memcpy(r->wanted, s->file, HASH_SIZE);
	snprintf(r->client, sizeof r->client, "%s",
	    s->n_hellos > 0 ? s->hello.name : "(direct)");
	if (same_hash(file->asked, s->file))
		memcpy(r->wanted_name, file->name, sizeof r->wanted_name);
}

static bool
ask(void *ctx, uint32_t weight, uint64_t now_ms, uint16_t *rank,
    uint64_t *again_ms)
{
	struct board_slots *s = ctx;
	struct record *r;
	uint32_t before;

	roster_rejoin(s->board, now_ms);
	r = scoreboard_mine(s->board);
	if (r)
		fill_record(r, s->session, s->file);
	queue_wait(s->board, weight, now_ms);
	if (queue_take(s->board, now_ms, &before))
		return true;
	*rank = (uint16_t)min_u64((uint64_t)before + 1, UINT16_MAX);
	*again_ms = turn_recheck_ms(before);
	return false;
}

static void
give(void *ctx, uint64_t now_ms)
{
	struct board_slots *s = ctx;

	queue_give(s->board, now_ms);
}

static bool
others_wait(void *ctx)
{
	struct board_slots *s = ctx;

	return queue_others_wait(s->board);
}

void
board_slots_init(struct board_slots *s, struct scoreboard *board,
    const struct session *session, const struct shared_file *file)
{
	*s = (struct board_slots){
	    .board = board,
	    .session = session,
	    .file = file,
	    .source = {s, ask, give, others_wait},
	};
}
