/*
 * One peer's conversation as a state machine: a message in, replies and ranges
 * to send out. No descriptors, no clock, no allocation, no log: time is an
 * argument, files are behind `struct catalog`, so that tests and fuzzers drive
 * hours of it in microseconds.
 *
 * The messages are described in ed2k-wire(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_SESSION_H
#define SERVE_TALK_SESSION_H

#include "proto/cursor.h"
#include "proto/msg.h"
#include "proto/opcodes.h"
#include "proto/packet.h"
#include "serve/data/ranges.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How often a waiting peer hears from us: aMule and eMule leave a connection
 * that is silent for 40 s.
 */
#define KEEP_ALIVE_MS 20000

/* While others wait, a slot ends after one part, an hour, or so long unused. */
#define SLOT_BYTES   PART_SIZE
#define SLOT_MS      3600000
#define SLOT_IDLE_MS 30000

/* A direct client knows no queue and gives up after 60 s. */
#define DIRECT_WAIT_MS 50000

/* Times a peer may say hello; real ones do so once. */
#define HELLOS_MAX 5

/* Lists of the share that one peer may have; each can be 1 MB. */
#define LISTS_MAX 10

/* Senseless requests after which a peer is taken for an abuser. */
#define STRIKES_MAX 100

/*
 * AICH recovery data computed for a peer in a minute. Each time a part is read
 * and hashed, 9.3 MiB; an honest peer asks once for each part that it found
 * corrupt, and downloads that much between two of them.
 */
#define RECOVERIES_PER_MINUTE 10

enum catalog_result {
	CATALOG_FOUND,
	CATALOG_UNKNOWN,
	CATALOG_SILENT, /* cannot tell just now: do not say that it is gone */
};

struct catalog_file {
	uint64_t size;
	const char *name; /* any bytes, terminated; lives until the next call */
	uint32_t weight;  /* what a second of waiting for it counts */
	bool has_aich;
	uint8_t aich_root[AICH_SIZE];
};

struct catalog_comment {
	uint8_t rating; /* 0 (none) to 5 */
	char text[COMMENT_MAX];
	size_t len;
};

/* Where the session finds files. */
struct catalog {
	void *ctx;
	/* With `alias` a file's "blue" hash finds it too. */
	enum catalog_result (*find)(void *ctx, const uint8_t hash[HASH_SIZE],
	    bool alias, struct catalog_file *out);
	/* The n part hashes of a file just found. */
	bool (*part_hashes)(
	    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);
	/* The n AICH hashes of its parts, if it is of more than one. */
	bool (*aich_part_hashes)(
	    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);
	/*
	 * Write the AICH recovery data of a part (aich_is_recoverable) of a
	 * file just found. False, w undefined, when it cannot be had.
	 */
	bool (*aich_recovery)(void *ctx, const uint8_t hash[HASH_SIZE],
	    size_t part, struct writer *w);
	/* Its rating and comment (COMMENT_MAX bytes); false without any. */
	bool (*comment)(void *ctx, const uint8_t hash[HASH_SIZE],
	    struct catalog_comment *out);
	/* Call visit for every file until it returns false. */
	void (*each)(void *ctx,
	    bool (*visit)(void *visit_ctx, const uint8_t hash[HASH_SIZE],
		const struct catalog_file *file),
	    void *visit_ctx);
};

/* Where the session gets an upload slot. */
struct session_slots {
	void *ctx;
	/*
	 * Ask for a slot for a file of this weight. Otherwise false; *rank is
	 * 1 for the next in turn, and *again_ms when to ask again at the
	 * latest.
	 */
	bool (*ask)(void *ctx, uint32_t weight, uint64_t now_ms, uint16_t *rank,
	    uint64_t *again_ms);
	/* Give it, or the place in the queue, back. */
	void (*give)(void *ctx, uint64_t now_ms);
	/* Does anybody else wait? */
	bool (*others_wait)(void *ctx);
};

struct session_config {
	struct msg_self self;
	uint8_t peer_ipv4[4];
	bool peer_has_ipv4;
	uint64_t hello_ms;   /* to say hello, from the start */
	uint64_t idle_ms;    /* of silence, and until a frame begun is whole */
	uint64_t stall_ms;   /* without a byte taken while data is under way */
	uint64_t wait_ms;    /* without a frame while waiting for a slot */
	uint64_t session_ms; /* in all; 0: as long as it takes */
	uint64_t direct_max; /* bytes of one direct request */
	const struct session_slots *slots; /* NULL: one is always free */
	bool browse;                       /* may peers list the share? */
	bool obfuscation;                  /* may connections be obfuscated? */
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
	END_GONE,        /* the peer vanished in the middle */
	END_IDLE,        /* said nothing for too long */
	END_BUSY,        /* no slot for a direct client in time */
	END_TIME_UP,     /* the session was as long as it may be */
	END_NO_HELLO,    /* did not say hello in time */
	END_HALF_FRAME,  /* began a frame and did not end it */
	END_STALLED,     /* took no data for too long */
	END_BAD_PEER,    /* broke the protocol */
	END_FILE_FAILED, /* file or database could not be read in mid-upload */
	END_SIGNAL,      /* we were told to stop */
};

/* One data frame to send. */
struct session_frame {
	uint8_t hash[HASH_SIZE];
	struct range range;
	bool direct;
};

struct session {
	const struct session_config *config;
	const struct catalog *catalog;
	enum session_state state;
	enum session_end end;
	const char *fault; /* for END_BAD_PEER: what it did; a literal */

	struct msg_hello hello; /* zeroed until one came */
	unsigned n_hellos, n_strikes;
	unsigned n_recoveries; /* in the minute from recoveries_ms on */
	uint64_t recoveries_ms;

	uint8_t file[HASH_SIZE]; /* named last by 0x58 or 0x4F */
	bool has_file;
	uint8_t refused[HASH_SIZE]; /* answered with 0x48 last */
	bool has_refused;
	uint8_t described[HASH_SIZE]; /* whose comment was sent last */
	bool has_described;
	unsigned n_lists;

	uint32_t weight;   /* of the file that a slot is wanted for */
	bool direct_waits; /* a direct client without a slot, since: */
	uint64_t wait_since_ms;
	uint64_t ask_ms;        /* ask for a slot again then */
	uint64_t keep_alive_ms; /* the waiting peer heard from us then */
	uint64_t slot_ms;       /* the slot began then */
	uint64_t slot_bytes;    /* cut into frames since */

	struct ranges ranges;

	uint64_t began_ms, last_frame_ms, last_taken_ms, partial_ms;
	uint64_t taken_bytes;
	bool partial, sending; /* as the last pulse said */
};

void session_init(struct session *s, const struct session_config *config,
    const struct catalog *catalog, uint64_t now_ms);

/*
 * May the next frame be read? False while a direct client has as many requests
 * waiting as we keep; those are never dropped, so they must wait outside.
 */
bool session_wants_input(const struct session *s);

/*
 * Handle one whole frame. Replies go to `out`, which must have room for
 * REPLY_MAX bytes. Returns the message's name, or NULL when it was ignored.
 */
const char *session_packet(struct session *s, uint64_t now_ms,
    const struct packet *p, struct writer *out);

/*
 * Cut the next data frame, of at most max bytes of data (direct answers are one
 * frame each, whatever their size). False when no range waits.
 */
bool session_next_frame(
    struct session *s, uint64_t max, struct session_frame *out);

/*
 * The file of a frame cannot be served after all: forget its ranges and tell
 * the peer as its dialect has it.
 */
void session_file_gone(
    struct session *s, const uint8_t hash[HASH_SIZE], struct writer *out);

/*
 * Do what time asks for: look for the slot that is waited for, keep a waiting
 * peer connected, end a slot while others wait. To be called now and then, at
 * the latest when session_pulse said. `out` as for session_packet.
 */
void session_tick(struct session *s, uint64_t now_ms, struct writer *out);

/* Is there data to be sent now? */
bool session_has_frames(const struct session *s);

/* How things stand at the socket. */
struct session_pulse {
	uint64_t now_ms;
	uint64_t taken_bytes; /* taken by the peer so far */
	bool sending;         /* something is under way to it */
	bool partial;         /* a frame of its has arrived in part */
};

/*
 * Let time pass: ends the session when a deadline is over. Returns the
 * milliseconds until the next one.
 */
uint64_t session_pulse(struct session *s, const struct session_pulse *pulse);

/* End the session; the first reason stays. */
void session_stop(struct session *s, enum session_end end);

/* The peer broke the protocol; `fault` is a literal that says how. */
void session_bad_peer(struct session *s, const char *fault);

/* Something senseless that an honest peer may do once in a while. */
void session_strike(struct session *s);

/* A word for the log: "hung-up", "idle", ... */
const char *session_end_name(enum session_end end);

/*
 * List the messages handled, one call each, for `ed2k-serve -Q`. `name` is a
 * literal.
 */
void session_each_message(
    void (*visit)(uint8_t protocol, uint8_t opcode, const char *name));

#endif
