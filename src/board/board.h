/*
 * The scoreboard's file: what is in it, and how it comes into being. Who may
 * write what, and when, is told in scoreboard.h.
 *
 * Times are CLOCK_MONOTONIC in milliseconds, so a file of an earlier boot is
 * begun anew.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include "proto/opcodes.h"
#include "board/places.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCOREBOARD_RECORDS 4096 /* connections at once */

enum record_state {
	RECORD_FREE,
	RECORD_CONNECTED,
	RECORD_WAITING,
	RECORD_UPLOADING,
};

/* Written by its owner alone; read by all without a lock. */
struct record {
	_Atomic uint32_t state;
	_Atomic uint32_t weight; /* of the file it waits for or sends */
	_Atomic uint64_t
	    since_ms; /* of this state; of waiting, with its place */
	_Atomic uint64_t alive_ms;
	_Atomic uint32_t sending; /* has data to send, so wants its share */
	_Atomic uint64_t bytes;   /* of the file, in this transfer */
	uint8_t address[ADDRESS_SIZE];
	uint8_t user_hash[HASH_SIZE];
	uint8_t file[HASH_SIZE];   /* that was sent last */
	uint8_t wanted[HASH_SIZE]; /* that a slot was asked for */
	uint32_t pid;
	uint16_t port;
	uint16_t has_user;
	int64_t began_s; /* Unix time of the transfer's begin */
	uint64_t began_ms;
	char client[PEER_NAME_MAX + 1];
	char name[WIRE_NAME_MAX + 1];        /* of file */
	char wanted_name[WIRE_NAME_MAX + 1]; /* of wanted */
};

struct board {
	char magic[8];
	uint32_t version, size;
	char boot[40];
	_Atomic uint32_t n_used; /* no record from here on was ever used */
	struct place places[PLACES_MAX];
	struct arrivals arrivals[ARRIVALS_MAX];
	struct record records[SCOREBOARD_RECORDS];
};

/* A board that is open. */
struct board_file {
	int fd;              /* -1: none */
	struct board *board; /* NULL: none */
};

enum board_result {
	BOARD_OPEN,
	BOARD_NONE,    /* there is none of this boot */
	BOARD_FOREIGN, /* damaged, or of another version */
	BOARD_FAILED,  /* errno says why; 0: it was logged */
};

/*
 * Map dir/scoreboard, made on demand. One that is damaged or of another version
 * is replaced, with a log line: processes that have the old one go on with
 * that. BOARD_OPEN or BOARD_FAILED.
 */
enum board_result board_open(struct board_file *f, const char *dir);

/* Map it for reading only: nothing is made or changed. */
enum board_result board_look(struct board_file *f, const char *dir);

void board_close(struct board_file *f);

/*
 * The head's lock, for changes that must not be made twice; held for
 * microseconds. False, after a log line, when somebody does not let it go.
 */
bool board_lock(const struct board_file *f);

void board_unlock(const struct board_file *f);

/* The lock on record i, which its owner holds as long as it lives. */
bool board_lock_record(const struct board_file *f, int i);

void board_unlock_record(const struct board_file *f, int i);

/* Does another process hold the lock on record i? If it cannot be told: yes. */
bool board_is_locked(const struct board_file *f, int i);

#endif
