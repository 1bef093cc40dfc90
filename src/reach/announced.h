/*
 * What the announcer says of itself: a file in its state directory, which
 * ed2k-announce(8) writes and ed2k-share reads. It is read strictly: a server
 * may have taken the announcer over.
 * SPDX-License-Identifier: ISC
 */
#ifndef REACH_ANNOUNCED_H
#define REACH_ANNOUNCED_H

#include "base/address.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state directory of the announcer by default. */
#define ANNOUNCED_DIR "/var/lib/ed2k-announce"

/* The name of the file in it. */
#define ANNOUNCED_NAME "status"

/* A larger file is not read. */
#define ANNOUNCED_SIZE_MAX 4096

/* It is written at least so often, and older ones are of one that ended. */
#define ANNOUNCED_WRITE_S 60
#define ANNOUNCED_OLD_S   300

/* What it does. The words in the file are those of announced_phase_name. */
enum announced_phase {
	ANNOUNCED_STARTING,
	ANNOUNCED_CONNECTING,
	ANNOUNCED_LISTED,  /* on the server, with a High ID */
	ANNOUNCED_LOW_ID,  /* on the server, which cannot reach us */
	ANNOUNCED_WAITING, /* until `next_s`; `reason` says why */
	ANNOUNCED_NOTHING, /* there are no files to announce */
	ANNOUNCED_STOPPED, /* it ended by itself */
	ANNOUNCED_N_PHASES
};

enum announced_state {
	ANNOUNCED_NONE,    /* no file */
	ANNOUNCED_KNOWN,   /* all below is as the file says */
	ANNOUNCED_STRANGE, /* not a file that ed2k-announce writes */
	ANNOUNCED_FAILED,  /* cannot be read; errno tells why */
};

/* Times are seconds since 1970. What is not known is 0 or "". */
struct announced {
	enum announced_state state;
	enum announced_phase phase;
	uint64_t written_s;
	char server[300];              /* HOST:PORT; any bytes, terminated */
	uint64_t id;                   /* that the server gave us */
	uint8_t address[ADDRESS_SIZE]; /* ours, as the server sees it */
	uint64_t port;                 /* that peers reach us on */
	uint64_t since_s;              /* of this phase */
	uint64_t next_s;               /* when it is tried again */
	uint64_t n_listed;             /* files that the server was told of */
	uint64_t n_files;              /* files that there are to announce */
	char reason[256];              /* any bytes but newlines, terminated */
};

const char *announced_phase_name(enum announced_phase phase);

/* Is it of an announcer that runs, as far as the file tells? */
bool announced_is_fresh(const struct announced *a, uint64_t now_s);

/* Write it as text. Returns its length, at most ANNOUNCED_SIZE_MAX. */
size_t announced_format(
    char out[ANNOUNCED_SIZE_MAX + 1], const struct announced *a);

/* Read text of n bytes. */
void announced_parse(struct announced *out, const char *text, size_t n);

/* Put the file into the directory, or read it. False with errno. */
bool announced_write(const struct announced *a, const char *dir);
void announced_read(struct announced *out, const char *dir);

#endif
