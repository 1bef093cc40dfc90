/*
 * The scoreboard's file: its layout, and how it is made and mapped. Who may
 * write what, and under which lock, is told in scoreboard.h.
 *
 * Times are CLOCK_MONOTONIC in milliseconds, so a file of an earlier boot is
 * begun anew. Boots are told apart by when they began. The wall clock may be
 * set meanwhile; but no lock outlasts a boot, so while one is held it is the
 * same.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include "base/address.h"
#include "board/places.h"
#include "board/tally.h"
#include "proto/opcodes.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SCOREBOARD_RECORDS 4096 /* connections at once */

enum record_state {
	RECORD_FREE,
	RECORD_CONNECTED,
	RECORD_WAITING,
	RECORD_UPLOADING,
};

/*
 * One connection. What is looked at in all records stands first, on one cache
 * line.
 */
struct record {
	_Alignas(64) _Atomic uint32_t state; /* enum record_state */
	_Atomic uint32_t weight;    /* of the file it waits for or sends */
	_Atomic uint64_t since_ms;  /* this state's begin; a waiter's is earlier
				    * by what it waited before it hung up */
	_Atomic uint64_t alive_ms;  /* when it last said that it lives */
	_Atomic uint64_t bytes;     /* of `file`, in this connection */
	_Atomic uint64_t all_bytes; /* of all files */
	uint64_t owner;             /* of `address`, see base/owner.h */
	_Atomic uint32_t sending;   /* it has data to send */
	_Atomic uint32_t busy;      /* bytes are on their way, see crowd.h */
	uint32_t pid;
	uint8_t address[ADDRESS_SIZE];
	uint8_t user_hash[HASH_SIZE];
	uint8_t file[HASH_SIZE];   /* the one sent last */
	uint8_t wanted[HASH_SIZE]; /* the one a slot was asked for */
	uint16_t port;
	uint16_t has_user; /* user_hash is known */
	int64_t began_s;   /* when the transfer began, in Unix time */
	uint64_t began_ms;
	char client[PEER_NAME_MAX + 1];
	char name[WIRE_NAME_MAX + 1];        /* of `file` */
	char wanted_name[WIRE_NAME_MAX + 1]; /* of `wanted` */
};

struct board {
	struct board_head {
		char magic[8];
		uint32_t version, size;
	} head;
	_Atomic int64_t boot_ms; /* clock_boot_ms; the living keep it right */
	uint64_t begun_ms; /* when, if others had another board then; or 0 */
	_Atomic uint32_t n_used; /* records from here on were never used */
	struct place places[PLACES_MAX];
	struct tally arrivals; /* new connections */
	struct tally costly;   /* answers, see costly.h */
	/* see log_rate.h */
	struct tally warnings, turned_away;
	struct record records[SCOREBOARD_RECORDS];
};

/* The file, mapped. */
struct board_file {
	int lock_fd;         /* the locks, in another file; -1: closed */
	struct board *board; /* NULL: not mapped */
	/* somebody cut the file: what is mapped is empty, and ours alone */
	volatile sig_atomic_t is_cut;
};

enum board_result {
	BOARD_OPEN,
	BOARD_NONE,    /* there is none of this boot */
	BOARD_FOREIGN, /* damaged, or of another version */
	BOARD_FAILED,  /* errno says why; if it is 0, a log line did */
};

/*
 * Open DIR/scoreboard and DIR/scoreboard.lock; make them when there are none. A
 * board that is damaged or of another version is replaced, after a log line.
 * Processes that have one of another version open go on with that; of a damaged
 * one they learn (board_is_lost). BOARD_OPEN or BOARD_FAILED.
 */
enum board_result board_open(struct board_file *f, const char *dir);

/*
 * Is what we have mapped the board of all no more? Somebody cut its file, and
 * perhaps others have replaced it.
 */
bool board_is_lost(const struct board_file *f);

/*
 * Map it anew when it is lost. The locks stay open, and held. If it cannot be
 * had, all is as it was.
 */
enum board_result board_reopen(struct board_file *f, const char *dir);

/*
 * Open it for reading only: nothing is made or changed. Without the right to
 * open the locks, too, lock_fd is -1.
 */
enum board_result board_open_readonly(struct board_file *f, const char *dir);

/* May be called twice. */
void board_close(struct board_file *f);

#endif
