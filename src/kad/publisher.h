/*
 * What is published, when, and on which nodes. Pure.
 *
 * Jobs come from the caller in the order of their targets. Of those that wait
 * in the window, one is started when no job near it is under way and its nodes
 * have time for us; so one pass over the window takes jobs whose nodes differ,
 * the next one takes their neighbours, and the limits of each node are kept
 * without waiting. What a neighbour's lookup found is not asked again.
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_PUBLISHER_H
#define KAD_PUBLISHER_H

#include "kad/lookup.h"
#include "kad/outgoing.h"
#include "kad/work.h"

#define KAD_COPIES      10
#define KAD_TASKS_MAX   512
#define KAD_WINDOW_MAX  131072 /* a power of two */
#define KAD_STORE_MS    4000   /* for an answer to what we publish */
#define KAD_PARK_MS     10000
#define KAD_PATIENCE_MS 3600000 /* then the caller may decide anew */
#define KAD_ASK_WORK_MS 60000   /* when there was nothing to do */

enum kad_place_state {
	KAD_PLACE_FREE,
	KAD_PLACE_WAITING,
	KAD_PLACE_STARTED,
};

/* A job in the window. */
struct kad_place {
	struct kad_job job;
	enum kad_place_state state;
	uint64_t first_ms; /* when its nodes had no time first; 0: not yet */
	uint64_t retry_ms;
};

/* A job under way; or a lookup of a random target, without a job. */
struct kad_task {
	bool used, has_job, storing;
	bool silent; /* it has nothing to send before the next step */
	struct kad_job job;
	size_t place; /* in the window */
	struct kad_lookup lookup;
	unsigned n_asked, n_stored, load_sum, n_files;
};

struct kad_publisher {
	const struct kad_work *work;
	struct kad_source source;
	struct kad_id kad_id;
	unsigned copies, rate;
	bool allowed;    /* to publish */
	uint64_t ask_ms; /* when to ask for work again */
	uint64_t step_ms;
	uint64_t refresh_ms;
	uint64_t n_stored;
	size_t n_tasks, n_jobs;
	size_t turn; /* of the tasks, who sends next */
	struct kad_task tasks[KAD_TASKS_MAX];
	/* places[head..tail), each modulo KAD_WINDOW_MAX; cursor within */
	size_t head, tail, cursor;
	struct kad_place places[KAD_WINDOW_MAX];
};

/* Time goes on: end what is over, begin what can be begun. */
void kad_publisher_tick(struct kad_publisher *p, struct kad_contacts *c,
    const struct kad_asked *a, uint64_t now);

/*
 * What to send next: written to w, plain. False: nothing now. The caller notes
 * the question.
 */
bool kad_publisher_next(struct kad_publisher *p, const struct kad_asked *a,
    uint64_t now, struct kad_outgoing *out, struct writer *w);

/* A node answered for the first time: it is no stranger any more. */
void kad_publisher_met(struct kad_publisher *p, struct kad_address node);

/* A node answered KAD_REQ of this target. */
void kad_publisher_found(struct kad_publisher *p, struct kad_id target,
    struct kad_address from, const struct kad_node *nodes, size_t n,
    uint64_t now);

/* A node stored what was published under this target. */
void kad_publisher_stored(struct kad_publisher *p, struct kad_id target,
    struct kad_address from, uint8_t load);

uint64_t kad_publisher_deadline(const struct kad_publisher *p, uint64_t now);

#endif
