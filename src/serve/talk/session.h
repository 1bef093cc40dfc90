/*
 * The state of one peer's conversation, and the steps that all of serve/talk
 * shares. Pure: no descriptors, no clock, no allocation, no log. Time is an
 * argument, files and slots are interfaces, so that tests and fuzzers run hours
 * of it in microseconds. dispatch handles messages, slot and deadline time.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_SESSION_H
#define SERVE_TALK_SESSION_H

#include "proto/cursor.h"
#include "proto/msg.h"
#include "proto/opcodes.h"
#include "proto/packet.h"
#include "serve/data/ranges.h"
#include "serve/talk/catalog.h"
#include "serve/talk/slot_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More senseless requests than this end the session. */
#define STRIKES_MAX 100

struct session_config {
	struct msg_self self;
	uint8_t peer_ipv4[4];
	bool peer_has_ipv4;
	uint64_t hello_ms;   /* from the start to HELLO */
	uint64_t idle_ms;    /* of silence, and for one frame to arrive whole */
	uint64_t stall_ms;   /* to take STALL_BYTES of what is being sent */
	uint64_t wait_ms;    /* without a frame while waiting for a slot */
	uint64_t session_ms; /* in all; 0: no limit */
	uint64_t direct_max; /* bytes of one direct request */
	const struct slot_source *slots; /* NULL: a slot is always free */
	bool browse;                     /* peers may list the share */
	bool obfuscation;                /* connections may be obfuscated */
};

enum session_state {
	SESSION_HELLO,     /* nothing yet */
	SESSION_READY,     /* greeted, no slot */
	SESSION_WAITING,   /* greeted, in the queue for a slot */
	SESSION_UPLOADING, /* greeted, has a slot */
	SESSION_DIRECT,    /* a direct client */
	SESSION_ENDED,     /* `end` says why */
};

enum session_end {
	END_NONE,
	END_HUNG_UP,     /* the peer closed, all it asked for was sent */
	END_GONE,        /* the peer vanished before that */
	END_IDLE,        /* was silent for too long */
	END_BUSY,        /* no slot for a direct client in time */
	END_CROWDED,     /* waited for nothing, and others need its place */
	END_TIME_UP,     /* the session was as long as it may be */
	END_NO_HELLO,    /* did not say hello in time */
	END_HALF_FRAME,  /* began a frame and did not complete it in time */
	END_STALLED,     /* took no data for too long */
	END_BAD_PEER,    /* broke the protocol */
	END_FILE_FAILED, /* file or database could not be read in mid-upload */
	END_SIGNAL,      /* a signal told us to stop */
};

/* One data frame to send. */
struct session_frame {
	uint8_t hash[HASH_SIZE];
	struct range range;
	bool direct;
};

/* What a peer has to take, and since when; see deadline.c. */
struct stretch {
	uint64_t since_ms;
	uint64_t due_bytes; /* the taken bytes that end the stretch */
	uint64_t let_bytes; /* by our rate, when it began */
};

struct session {
	const struct session_config *config;
	const struct catalog *catalog;
	enum session_state state;
	enum session_end end;
	const char *fault; /* for END_BAD_PEER: what it did; a literal */
	unsigned n_strikes;

	/* answer: what the peer said and was told */
	struct msg_hello hello; /* zeroed before the first one */
	unsigned n_hellos;
	uint8_t file[HASH_SIZE]; /* named last; meant when none is named */
	bool has_file;
	uint8_t refused[HASH_SIZE]; /* answered with 0x48 last */
	bool has_refused;
	uint8_t described[HASH_SIZE]; /* whose comment was sent last */
	bool has_described;
	unsigned n_lists;
	unsigned n_recoveries; /* in the minute from recoveries_ms on */
	uint64_t recoveries_ms;

	/* request: what it wants, and what was sent of the last file */
	struct ranges ranges;
	uint8_t loaded[HASH_SIZE];
	uint64_t loaded_size, loaded_bytes;
	uint8_t held[HASH_SIZE]; /* the file for which it gets no slot until: */
	uint64_t held_until_ms;

	/* slot */
	uint32_t weight;        /* of the file that a slot is wanted for */
	bool direct_waits;      /* a direct client waits for a slot */
	uint64_t wait_since_ms; /* since when any peer waits */
	uint64_t ask_ms;        /* when to ask for a slot again */
	uint16_t rank;          /* in the queue, as we were last told */
	uint64_t keep_alive_ms; /* when the waiting peer last heard from us */
	uint64_t slot_ms;       /* when the slot began */
	uint64_t slot_bytes;    /* cut into frames since */
	uint64_t used_ms;       /* when data last waited or was on its way */
	bool slot_over;         /* it is given back, and the peer not told */

	/* deadline */
	uint64_t began_ms, last_taken_ms, partial_ms;
	uint64_t last_frame_ms; /* the last one that was not ignored */
	uint64_t taken_bytes;
	struct stretch stretch;
	bool partial, sending; /* as the last deadline_check said */
	bool data_sent;        /* some of what is on its way is file data */
};

/* Handles one message: replies go to w, which has room for REPLY_MAX bytes. */
typedef void session_handler(
    struct session *s, const struct packet *p, struct writer *w);

void session_init(struct session *s, const struct session_config *config,
    const struct catalog *catalog, uint64_t now_ms);

/* End the session; the first reason stays. */
void session_stop(struct session *s, enum session_end end);

/* The peer broke the protocol; `fault` is a literal that says how. */
void session_bad_peer(struct session *s, const char *fault);

/* The peer did something senseless that an honest one may do at times. */
void session_strike(struct session *s);

/* A word for the log: "hung-up", "idle", ... */
const char *session_end_name(enum session_end end);

/* Read the hash that a payload begins with; false ends the session. */
bool session_get_hash(
    struct session *s, const struct packet *p, uint8_t hash[HASH_SIZE]);

/* Find a file that clients of the eMule family can load. */
enum catalog_result session_find(
    struct session *s, const uint8_t hash[HASH_SIZE], struct catalog_file *out);

/*
 * Find the file that a greeted peer asks about. Size and AICH root must agree,
 * if `id` has them. When we do not have it the peer is told so, once: a second
 * 0x48 for the same hash would be an answer to no question.
 */
bool session_find_by_id(struct session *s, const struct msg_file_id *id,
    struct catalog_file *out, struct writer *w);

/* The same by the hash alone. */
bool session_find_file(struct session *s, const uint8_t hash[HASH_SIZE],
    struct catalog_file *out, struct writer *w);

/* Remember the file that the peer means when it names none. */
void session_set_file(struct session *s, const uint8_t hash[HASH_SIZE]);

/*
 * May the next frame be read? False while a direct client has as many requests
 * waiting as we keep: none is dropped, so the others must wait unread.
 */
bool session_wants_input(const struct session *s);

/* Is there data to send now? */
bool session_has_frames(const struct session *s);

/*
 * Cut the next data frame, of at most max bytes of data, and for MLDonkey of
 * PACE_SMALL_FRAME; a direct request gets one frame, whatever its size. False
 * when there is no data to send.
 */
bool session_next_frame(
    struct session *s, uint64_t max, struct session_frame *out);

/*
 * The file of a frame cannot be served after all: forget its ranges and tell
 * the peer, if its dialect has words for that.
 */
void session_file_gone(
    struct session *s, const uint8_t hash[HASH_SIZE], struct writer *out);

#endif
