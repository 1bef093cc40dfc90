/*
 * What is published; see publisher.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/publisher.h"

#include "base/util.h"

#define SCAN_MAX     4096 /* places looked at in one tick */
#define WEIGH_MAX    128  /* of which so many are weighed */
#define STEP_MS      50   /* between two looks at all tasks */
#define REFRESH_MS   1800000
#define MINUTE_MS    60000
#define NEIGHBOUR_MS 2000 /* about as long as a neighbour takes */

static struct kad_place *
place_at(struct kad_publisher *p, size_t number)
{
	return &p->places[number % KAD_WINDOW_MAX];
}

static uint8_t
opcode_of(enum kad_kind kind)
{
	return kind == KAD_SOURCE ? KAD_PUBLISH_SOURCE_REQ
	    : kind == KAD_KEYWORD ? KAD_PUBLISH_KEY_REQ
				  : KAD_PUBLISH_NOTES_REQ;
}

/* More would know more of the ring than can be used before it is stale. */
static size_t
window_size(const struct kad_publisher *p)
{
	return min_size((size_t)p->rate * 230 + 100, KAD_WINDOW_MAX);
}

static size_t
tasks_wanted(const struct kad_publisher *p)
{
	return min_size((size_t)p->rate + 2, KAD_TASKS_MAX);
}

static void
fill_window(struct kad_publisher *p, uint64_t now)
{
	while (p->tail - p->head < window_size(p) && now >= p->ask_ms) {
		struct kad_place place = {.state = KAD_PLACE_WAITING};

		if (!p->work->next(p->work->ctx, &place.job)) {
			p->ask_ms = now + KAD_ASK_WORK_MS;
			return;
		}
		*place_at(p, p->tail++) = place;
		p->n_jobs++;
	}
}

static void
finish(struct kad_publisher *p, size_t number, struct kad_outcome outcome)
{
	struct kad_job job = place_at(p, number)->job;

	place_at(p, number)->state = KAD_PLACE_FREE;
	while (
	    p->head < p->tail && place_at(p, p->head)->state == KAD_PLACE_FREE)
		p->head++;
	p->n_jobs--;
	p->work->done(p->work->ctx, &job, &outcome);
}

static void
end_task(struct kad_publisher *p, struct kad_task *t, enum kad_end end)
{
	struct kad_outcome outcome = {
	    .end = end,
	    .n_asked = t->n_asked,
	    .n_stored = t->n_stored,
	    .load = t->n_stored > 0 ? t->load_sum / t->n_stored : 0,
	    .n_files = t->n_files,
	};

	t->used = false;
	p->n_tasks--;
	if (t->has_job)
		finish(p, t->place, outcome);
}

/* Its nodes have time for us again at this time. */
static void
wait(struct kad_place *place, uint64_t now, uint64_t at)
{
	if (place->first_ms == 0 && at > now)
		place->first_ms = now;
	place->retry_ms = min_u64(at, now + MINUTE_MS);
}

/* The nodes of the job have no time now: another job has its turn. */
static void
park(struct kad_publisher *p, struct kad_task *t, uint64_t now)
{
	struct kad_place *place = place_at(p, t->place);

	t->used = false;
	p->n_tasks--;
	place->state = KAD_PLACE_WAITING;
	wait(place, now, now + KAD_PARK_MS);
}

/* May a thing be stored on this node, as far as we know? */
static bool
is_store(const struct kad_lookup *l, const struct kad_candidate *one)
{
	return one->state != KAD_CANDIDATE_SILENT &&
	    one->store != KAD_STORE_SILENT &&
	    kad_in_zone(l->target, one->contact.id);
}

/*
 * In a large network no honest id comes as near as 64 equal bits. Such a node
 * may want to be the only one that is asked for the file: what is stored there
 * does not count.
 */
static bool
is_suspect(const struct kad_lookup *l, const struct kad_candidate *one)
{
	return kad_distance(l->target, one->contact.id).high == 0;
}

static bool
has_time(const struct kad_candidate *one, const struct kad_asked *a,
    uint8_t opcode, uint64_t now)
{
	return kad_may_ask_at(
		   a, one->contact.address, opcode, one->stranger, now) <= now;
}

/* After the lookup: store now, or when the nodes have time for us? */
static void
begin_storing(struct kad_publisher *p, struct kad_task *t,
    const struct kad_asked *a, uint64_t now)
{
	unsigned n_near = 0, n_free = 0, wanted;

	if (!t->has_job) {
		end_task(p, t, KAD_STORED);
		return;
	}
	for (size_t i = 0; i < t->lookup.n && n_near < KAD_LOOKUP_NEAREST;
	     i++) {
		const struct kad_candidate *one = &t->lookup.list[i];

		if (!is_store(&t->lookup, one))
			continue;
		n_near++;
		n_free += has_time(one, a, opcode_of(t->job.kind), now);
	}
	wanted = (unsigned)min_size(n_near, p->copies);
	if (n_near == 0)
		end_task(p, t, KAD_NO_NODES);
	else if (n_free < wanted)
		park(p, t, now);
	else
		t->storing = true;
}

static void
expire_stores(struct kad_task *t, struct kad_contacts *c, uint64_t now)
{
	for (size_t i = 0; i < t->lookup.n; i++) {
		struct kad_candidate *one = &t->lookup.list[i];

		if (one->store != KAD_STORE_ASKED ||
		    now - one->asked_ms < KAD_STORE_MS)
			continue;
		one->store = KAD_STORE_SILENT;
		kad_contacts_silent(c, one->contact.address, now);
	}
}

/* The next node to store on; *open: so many have not answered yet. */
static struct kad_candidate *
next_store(const struct kad_publisher *p, struct kad_task *t,
    const struct kad_asked *a, uint64_t now, unsigned *open)
{
	struct kad_candidate *next = NULL;
	unsigned n_counted = 0;

	*open = 0;
	for (size_t i = 0; i < t->lookup.n; i++) {
		struct kad_candidate *one = &t->lookup.list[i];
		bool under_way = one->store == KAD_STORE_ASKED ||
		    one->store == KAD_STORE_DONE;

		*open += one->store == KAD_STORE_ASKED;
		n_counted += under_way && !is_suspect(&t->lookup, one);
		if (!next && one->store == KAD_STORE_NONE &&
		    is_store(&t->lookup, one) &&
		    has_time(one, a, opcode_of(t->job.kind), now))
			next = one;
	}
	return n_counted < p->copies && t->n_asked < 2 * p->copies + 4 ? next
								       : NULL;
}

static void
step(struct kad_publisher *p, struct kad_task *t, struct kad_contacts *c,
    const struct kad_asked *a, uint64_t now)
{
	unsigned open;

	kad_lookup_expire(&t->lookup, c, now);
	if (!t->storing && kad_lookup_is_over(&t->lookup, now)) {
		begin_storing(p, t, a, now);
		return;
	}
	if (!t->storing)
		return;
	expire_stores(t, c, now);
	if (!next_store(p, t, a, now, &open) && open == 0)
		end_task(p, t, t->n_stored > 0 ? KAD_STORED : KAD_NOT_STORED);
}

/* Into the n times that are there, in order. */
static void
insert_time(uint64_t *at, size_t n, uint64_t time)
{
	for (; n > 0 && at[n - 1] > time; n--)
		at[n] = at[n - 1];
	at[n] = time;
}

/*
 * May it begin? Not while a neighbour is under way, which learns for both; and
 * not when its nodes are known to have no time.
 */
static bool
may_begin(const struct kad_publisher *p, struct kad_place *place,
    const struct kad_contacts *c, const struct kad_asked *a, uint64_t now)
{
	const struct kad_node *nodes[KAD_LOOKUP_NEAREST];
	struct kad_id target = place->job.target, radius = {0, 0};
	size_t n = kad_contacts_nearest(c, target, nodes, KAD_LOOKUP_NEAREST);
	uint64_t at[KAD_LOOKUP_NEAREST];

	if (n == 0)
		return false;
	radius = n < KAD_LOOKUP_NEAREST
	    ? (struct kad_id){UINT64_MAX, UINT64_MAX}
	    : kad_distance(target, nodes[n - 1]->contact.id);
	for (size_t i = 0; i < tasks_wanted(p); i++)
		if (p->tasks[i].used &&
		    !kad_less(radius,
			kad_distance(target, p->tasks[i].lookup.target))) {
			place->retry_ms = now + NEIGHBOUR_MS;
			return false;
		}
	for (size_t i = 0; i < n; i++)
		insert_time(at, i,
		    kad_may_ask_at(a, nodes[i]->contact.address,
			opcode_of(place->job.kind), false, now));
	/* when the last one that is needed has time */
	wait(place, now, at[min_size(n, p->copies) - 1]);
	return place->retry_ms <= now;
}

static struct kad_task *
free_task(struct kad_publisher *p)
{
	for (size_t i = 0; i < tasks_wanted(p); i++)
		if (!p->tasks[i].used)
			return &p->tasks[i];
	return NULL;
}

static struct kad_task *
begin_task(struct kad_publisher *p, const struct kad_contacts *c,
    struct kad_id target, uint64_t now)
{
	struct kad_task *t = free_task(p);

	t->used = true;
	t->has_job = t->storing = t->silent = false;
	t->n_asked = t->n_stored = t->load_sum = t->n_files = 0;
	kad_lookup_begin(&t->lookup, target, c, now);
	p->n_tasks++;
	return t;
}

static void
begin_jobs(struct kad_publisher *p, const struct kad_contacts *c,
    const struct kad_asked *a, uint64_t now)
{
	size_t n_scan = min_size(p->tail - p->head, SCAN_MAX), n_weighed = 0;

	for (; n_scan > 0 && n_weighed < WEIGH_MAX &&
	     p->n_tasks < tasks_wanted(p) && p->head < p->tail;
	     n_scan--) {
		struct kad_place *place;
		struct kad_task *t;
		size_t number;

		if (p->cursor < p->head || p->cursor >= p->tail)
			p->cursor = p->head;
		number = p->cursor++;
		place = place_at(p, number);
		if (place->state != KAD_PLACE_WAITING || now < place->retry_ms)
			continue;
		n_weighed++;
		if (place->first_ms > 0 &&
		    now - place->first_ms >= KAD_PATIENCE_MS) {
			finish(p, number,
			    (struct kad_outcome){.end = KAD_POSTPONED});
			continue;
		}
		if (!may_begin(p, place, c, a, now))
			continue;
		place->state = KAD_PLACE_STARTED;
		t = begin_task(p, c, place->job.target, now);
		t->has_job = true;
		t->job = place->job;
		t->place = number;
		p->refresh_ms = now + REFRESH_MS;
	}
}

void
kad_publisher_tick(struct kad_publisher *p, struct kad_contacts *c,
    const struct kad_asked *a, uint64_t now)
{
	if (now < p->step_ms)
		return;
	p->step_ms = now + STEP_MS;
	for (size_t i = 0; i < tasks_wanted(p); i++) {
		p->tasks[i].silent = false;
		if (p->tasks[i].used)
			step(p, &p->tasks[i], c, a, now);
	}
	if (p->allowed) {
		fill_window(p, now);
		begin_jobs(p, c, a, now);
	}
	if (now >= p->refresh_ms && c->n > 0 && p->n_tasks < tasks_wanted(p)) {
		struct kad_id any = {kad_random(c), kad_random(c)};

		begin_task(p, c, any, now);
		p->refresh_ms = now + REFRESH_MS;
	}
}

/* Write what is published; false: there is nothing to say of it any more. */
static bool
describe(struct kad_publisher *p, struct kad_task *t, struct writer *w)
{
	struct kad_file files[KAD_KEYWORD_FILES];
	size_t n = p->work->describe(p->work->ctx, &t->job, files);

	if (n == 0)
		return false;
	t->n_files = 1;
	if (t->job.kind == KAD_SOURCE)
		kad_put_publish_source(
		    w, t->job.target, t->job.size, &p->source);
	else if (t->job.kind == KAD_KEYWORD)
		t->n_files = (unsigned)kad_put_publish_keyword(
		    w, t->job.target, files, min_size(n, KAD_KEYWORD_FILES));
	else
		kad_put_publish_note(w, p->kad_id, files);
	return !w->bad;
}

static void
address(struct kad_outgoing *out, const struct kad_candidate *one,
    uint8_t opcode, struct kad_id about)
{
	*out = (struct kad_outgoing){one->contact, one->key, opcode, about};
}

static bool
task_next(struct kad_publisher *p, struct kad_task *t,
    const struct kad_asked *a, uint64_t now, struct kad_outgoing *out,
    struct writer *w)
{
	struct kad_candidate *one;
	unsigned open;

	if (!t->storing) {
		one = kad_lookup_next(&t->lookup, a, now);
		if (!one)
			return false;
		kad_put_req(w, t->lookup.target, one->contact.id);
		address(out, one, KAD_REQ, t->lookup.target);
		return true;
	}
	one = next_store(p, t, a, now, &open);
	if (!one)
		return false;
	if (!describe(p, t, w)) {
		end_task(p, t, KAD_WITHDRAWN);
		return false;
	}
	one->store = KAD_STORE_ASKED;
	one->asked_ms = now;
	t->n_asked++;
	address(out, one, opcode_of(t->job.kind), t->lookup.target);
	return true;
}

bool
kad_publisher_next(struct kad_publisher *p, const struct kad_asked *a,
    uint64_t now, struct kad_outgoing *out, struct writer *w)
{
	size_t n = tasks_wanted(p);

	for (size_t i = 0; i < n; i++) {
		struct kad_task *t = &p->tasks[(p->turn + i) % n];
		struct writer begun = *w;

		if (!t->used || t->silent)
			continue;
		if (task_next(p, t, a, now, out, w)) {
			p->turn = (p->turn + i) % n;
			return true;
		}
		t->silent = true;
		*w = begun;
	}
	return false;
}

void
kad_publisher_met(struct kad_publisher *p, struct kad_address node)
{
	for (size_t i = 0; i < tasks_wanted(p); i++) {
		struct kad_task *t = &p->tasks[i];
		struct kad_candidate *one =
		    t->used ? kad_lookup_find(&t->lookup, node) : NULL;

		if (!one)
			continue;
		one->stranger = false;
		t->silent = false;
	}
}

void
kad_publisher_found(struct kad_publisher *p, struct kad_id target,
    struct kad_address from, const struct kad_node *nodes, size_t n,
    uint64_t now)
{
	for (size_t i = 0; i < tasks_wanted(p); i++)
		if (p->tasks[i].used &&
		    kad_same_id(p->tasks[i].lookup.target, target)) {
			kad_lookup_answer(
			    &p->tasks[i].lookup, from, nodes, n, now);
			p->tasks[i].silent = false;
		}
}

void
kad_publisher_stored(struct kad_publisher *p, struct kad_id target,
    struct kad_address from, uint8_t load)
{
	for (size_t i = 0; i < tasks_wanted(p); i++) {
		struct kad_task *t = &p->tasks[i];
		struct kad_candidate *one;

		if (!t->used || !kad_same_id(t->lookup.target, target))
			continue;
		one = kad_lookup_find(&t->lookup, from);
		if (!one || one->store == KAD_STORE_NONE ||
		    one->store == KAD_STORE_DONE)
			continue;
		one->store = KAD_STORE_DONE;
		t->n_stored++;
		t->load_sum += load;
		p->n_stored++;
		return;
	}
}

uint64_t
kad_publisher_deadline(const struct kad_publisher *p, uint64_t now)
{
	if (p->n_tasks > 0 || p->n_jobs > 0)
		return max_u64(p->step_ms, now);
	return p->allowed ? min_u64(p->ask_ms, p->refresh_ms) : p->refresh_ms;
}
