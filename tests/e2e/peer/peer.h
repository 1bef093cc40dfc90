/*
 * A scripted peer for the end-to-end tests and the benchmark: what its modes,
 * each in a file of its own, have in common. Whatever goes wrong ends the
 * program with a line on stderr.
 * SPDX-License-Identifier: ISC
 */
#ifndef E2E_PEER_H
#define E2E_PEER_H

#include "base/util.h"
#include "proto/ed2klink.h"
#include "proto/msg.h"

enum peer_exit {
	PEER_CLOSED = 1,  /* the server closed or broke the protocol */
	PEER_USAGE = 2,   /* also: this machine lacks something */
	PEER_REFUSED = 3, /* the server does not have the file */
};

struct options {
	bool wide, repeat, small, when, who;
	const char *bind;   /* the address to dial from, or NULL */
	const char *crypt;  /* the user hash of the server, or NULL: plain */
	const uint8_t *ask; /* the hash of another file, or NULL */
	uint64_t from;      /* resume there */
	uint64_t rate;      /* bytes a second; 0: all that comes */
	uint64_t block;     /* bytes to ask for at a time */
};

struct peer {
	int fd;  /* the connection */
	int out; /* the file to write; -1: the data is thrown away */
	struct options opt;
	struct ed2klink file;
};

/* End the program with this status. */
_Noreturn void peer_die(enum peer_exit status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* peer_socket.c: bytes, of a plain or an obfuscated connection. */

/* Connect, with a handshake if opt->crypt is set. Returns the socket. */
int peer_dial(const char *host, const char *port, const struct options *opt);

/* Send n (at most 8 KiB) bytes, all of them. */
void peer_send(int fd, const uint8_t *bytes, size_t n);

/* Receive up to n bytes. Returns their number, or 0 when there is no more. */
size_t peer_receive(int fd, void *out, size_t n);

/* Receive exactly n bytes; out may be NULL: then they are thrown away. */
void peer_receive_all(int fd, void *out, size_t n);

/* peer_frames.c: frames. */

/* The header of a frame; its payload stays in the socket. */
struct header {
	uint8_t protocol, opcode;
	uint32_t payload_len;
};

void peer_send_frame(struct peer *p, uint8_t protocol, uint8_t opcode,
    const void *payload, size_t n);

/* Take frames until one with this opcode comes; the others are skipped. */
struct header peer_expect(struct peer *p, uint8_t opcode);

/* The block that begins at start: a block does not cross the end of a part. */
struct range peer_block_at(const struct peer *p, uint64_t start);

/* Ask for up to three ranges, with 64-bit offsets where they need or opt says
 * so. */
void peer_request(struct peer *p, const struct range *ranges, size_t n);

/*
 * Take one frame of data, and write what is in it to p->out. Its offsets have 64
 * bits when `direct` is set, otherwise as its opcode says. Returns its range; an
 * empty one when a new slot came after the old one was over, so that all has to
 * be asked for again.
 */
struct range peer_receive_data(struct peer *p, bool direct);

/* The modes: a whole session each. */

/* peer_get.c: as an eMule-family client downloads. */
void peer_get(struct peer *p);

/* The same up to the slot, for which the peer waits. */
void peer_get_slot(struct peer *p);

/* peer_latency.c */
void peer_latency(struct peer *p);

/* peer_direct.c */
void peer_direct(struct peer *p);

/* peer_raw.c */
void peer_raw(struct peer *p);

#endif
