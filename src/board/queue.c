/*
 * Waiting for slots and taking them; see queue.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/queue.h"

#include "base/clock.h"
#include "base/util.h"
#include "board/lock.h"
#include "board/roster.h"
#include "board/turn.h"
#include "proto/msg.h"

/* How long a process that wants a slot believes what others say of theirs. */
#define ASK_EACH_MS 60000

/*
 * A peer may be back before anybody noticed that its last process was killed.
 * Then the place of that one is kept now.
 */
static void
bury_earlier_locked(
    struct scoreboard *b, const struct record *r, uint64_t now_ms)
{
	int n = scoreboard_n_records(b);

	for (int i = 0; i < n; i++) {
		const struct record *other = scoreboard_record(b, i);

		if (other->state == RECORD_WAITING &&
		    record_is_identified(other) &&
		    same_hash(other->user_hash, r->user_hash))
			roster_check_locked(b, i, now_ms);
	}
}

/*
 * Since when our peer waits. Time that it waited before counts as if it had
 * been just before.
 */
static uint64_t
begin_of_wait_locked(struct scoreboard *b, uint64_t now_ms)
{
	const struct record *r = scoreboard_mine(b);
	uint64_t since_ms = b->waiting_ms > 0 ? b->waiting_ms : now_ms;
	uint64_t waited_ms = 0;

	if (record_is_identified(r)) {
		bury_earlier_locked(b, r, now_ms);
		waited_ms = places_take(
		    b->file.board->places, r->user_hash, r->owner, now_ms);
	}
	return since_ms > waited_ms ? since_ms - waited_ms : 0;
}

void
queue_wait(struct scoreboard *b, uint32_t weight, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (!r)
		return;
	b->weight = weight;
	r->weight = weight;
	if (b->state != RECORD_CONNECTED || !lock_head(b->file.lock_fd))
		return;
	r->alive_ms = now_ms;
	scoreboard_set_state(
	    b, RECORD_WAITING, begin_of_wait_locked(b, now_ms));
	b->waiting_ms = 0;
	lock_head_release(b->file.lock_fd);
}

static struct waiter
waiter_of(const struct record *r, int i)
{
	return (struct waiter){
	    .since_ms = r->since_ms,
	    .weight = r->weight,
	    .id = (uint32_t)i,
	};
}

/* Does it wait, and is its turn before ours? */
static bool
is_before(
    const struct scoreboard *b, int i, const struct waiter *me, uint64_t now_ms)
{
	const struct record *r = scoreboard_record(b, i);
	struct waiter other;

	if (r->state != RECORD_WAITING || i == b->mine)
		return false;
	other = waiter_of(r, i);
	return turn_is_before(&other, me, now_ms);
}

/* How many wait before us, the dead included. */
static uint32_t
count_before(const struct scoreboard *b, uint64_t now_ms)
{
	struct waiter me = waiter_of(scoreboard_mine(b), b->mine);
	int used = scoreboard_n_records(b);
	uint32_t n = 0;

	for (int i = 0; i < used; i++)
		if (is_before(b, i, &me, now_ms))
			n++;
	return n;
}

/*
 * Does the process with this record have a slot, and live? `ask`: by its lock,
 * whatever it is said to have said.
 */
static bool
has_slot(const struct scoreboard *b, int i, bool ask, uint64_t now_ms)
{
	if (scoreboard_record(b, i)->state != RECORD_UPLOADING)
		return false;
	return ask ? scoreboard_is_alive(b, i)
		   : scoreboard_seems_alive(b, i, now_ms);
}

static uint32_t
count_uploading(const struct scoreboard *b, bool ask, uint64_t now_ms)
{
	int used = scoreboard_n_records(b);
	uint32_t n = 0;

	for (int i = 0; i < used; i++)
		if (has_slot(b, i, ask, now_ms))
			n++;
	return n;
}

/* Free the slots of the dead. */
static void
bury_uploaders_locked(struct scoreboard *b, bool ask, uint64_t now_ms)
{
	int n = scoreboard_n_records(b);

	for (int i = 0; i < n; i++)
		if (scoreboard_record(b, i)->state == RECORD_UPLOADING &&
		    !has_slot(b, i, ask, now_ms))
			roster_bury_locked(b, i, now_ms);
}

/*
 * Now and then the locks of all who have a slot are asked: a process that was
 * taken over may write of a dead one that it lives.
 */
static bool
is_time_to_ask(struct scoreboard *b, uint64_t now_ms)
{
	bool is_time =
	    b->asked_ms > 0 && elapsed_ms(b->asked_ms, now_ms) >= ASK_EACH_MS;

	if (is_time || b->asked_ms == 0)
		b->asked_ms = now_ms;
	return is_time;
}

/* Does this owner have all the slots it may have? */
static bool
has_its_slots_locked(struct scoreboard *b, uint64_t owner, uint64_t now_ms)
{
	return roster_is_full_locked(
	    b, owner, RECORD_UPLOADING, b->limits.address_slots, now_ms);
}

/*
 * Are n_free slots or more due to others? Each live waiter before us gets one,
 * if its owner may have it.
 */
static bool
are_due_to_others_locked(struct scoreboard *b, uint32_t n_free, uint64_t now_ms)
{
	struct waiter me = waiter_of(scoreboard_mine(b), b->mine);
	int used = scoreboard_n_records(b);
	uint32_t n = 0;

	for (int i = 0; i < used && n < n_free; i++)
		if (is_before(b, i, &me, now_ms) &&
		    roster_check_locked(b, i, now_ms) &&
		    !has_its_slots_locked(
			b, scoreboard_record(b, i)->owner, now_ms))
			n++;
	return n == n_free;
}

/*
 * Was the board begun just now, while others had another one? They say within a
 * second that they live, and what slots they have.
 */
static bool
may_lack_uploads(const struct scoreboard *b, uint64_t now_ms)
{
	return scoreboard_is_lost(b) ||
	    is_recent(b->file.board->begun_ms, now_ms, 2 * UPLOADING_ALIVE_MS);
}

static bool
take_locked(struct scoreboard *b, bool ask, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);
	uint32_t n_uploading;

	bury_uploaders_locked(b, ask, now_ms);
	n_uploading = count_uploading(b, false, now_ms);
	if (n_uploading >= b->limits.slots ||
	    are_due_to_others_locked(
		b, b->limits.slots - n_uploading, now_ms) ||
	    has_its_slots_locked(b, r->owner, now_ms) ||
	    may_lack_uploads(b, now_ms))
		return false;
	r->alive_ms = now_ms;
	scoreboard_set_state(b, RECORD_UPLOADING, now_ms);
	return true;
}

bool
queue_take(struct scoreboard *b, uint64_t now_ms, uint32_t *before)
{
	struct record *r = scoreboard_mine(b);
	bool ask, taken;

	*before = 0;
	if (b->is_alone)
		return true;
	if (!r) {
		/* without a record we are behind all who have one */
		*before = (uint32_t)scoreboard_n_records(b);
		return false;
	}
	if (b->state == RECORD_UPLOADING)
		return true;
	*before = count_before(b, now_ms);
	/* the lock is worth its cost only if a slot seems to be free */
	ask = is_time_to_ask(b, now_ms);
	if (count_uploading(b, ask, now_ms) >= b->limits.slots ||
	    !lock_head(b->file.lock_fd))
		return false;
	taken = take_locked(b, ask, now_ms);
	lock_head_release(b->file.lock_fd);
	return taken;
}

void
queue_give(struct scoreboard *b, uint64_t now_ms)
{
	b->waiting_ms = 0;
	if (b->mine >= 0)
		scoreboard_set_state(b, RECORD_CONNECTED, now_ms);
}

bool
queue_others_wait(const struct scoreboard *b)
{
	int n = scoreboard_n_records(b);

	for (int i = 0; i < n; i++)
		if (scoreboard_record(b, i)->state == RECORD_WAITING &&
		    i != b->mine && scoreboard_is_alive(b, i))
			return true;
	return false;
}
