/*
 * One login to an eD2k server, from dialling to the end. Pure: no sockets, no
 * clock, no log, no memory that a server can make grow. Times are milliseconds
 * of a monotonic clock.
 *
 * The loop:
 *	server_session_init, and dial
 *	server_session_connected when the connection is there
 *	until the state is SERVER_ENDED:
 *		write what server_session_output has
 *		server_session_read what came
 *		server_session_tick at server_session_deadline
 *		while server_session_wants files: server_session_add them,
 *		then server_session_offer
 *	close the connection; there is no word of farewell
 *
 * A server lists files only while we are connected, so after a reconnect all
 * are to be offered again. With a Low ID the session ends: peers could not
 * reach us. Source: wire.h; the limits below each have their own.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_SERVER_SESSION_H
#define ANNOUNCE_SERVER_SESSION_H

#include "announce/server/wire.h"
#include "proto/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* aMule and eMule give up a connection then. */
#define SERVER_CONNECT_MS UINT64_C(25000)

/* From the login to IDCHANGE: ed2kd tests our port for up to 20 s of it. */
#define SERVER_LOGIN_MS UINT64_C(60000)

/* A server that takes none of our bytes for so long is gone. */
#define SERVER_STALL_MS UINT64_C(120000)

/* Between offers: ten faster ones, then as aMule and eMule do. */
#define SERVER_OFFER_FAST_MS UINT64_C(10000)
#define SERVER_OFFER_MS      UINT64_C(60000)
#define SERVER_FAST_OFFERS   10

/* When nothing of ours was sent for so long, an empty offer is. */
#define SERVER_KEEP_ALIVE_MS UINT64_C(600000)

/* A longer frame ends the session; more of it than we keep is skipped. */
#define SERVER_FRAME_MAX  (UINT32_C(1) << 20)
#define SERVER_FRAME_KEPT 8192

/* Of a message: lines, and bytes in all of them. */
#define SERVER_LINES_MAX 16
#define SERVER_TEXT_MAX  4096

/* A server that closes so soon after it gave us an id does not want us. */
#define SERVER_SOON_MS UINT64_C(10000)

struct server_config {
	struct server_login login;
	uint32_t limit; /* of files that are offered in all */
	void *ctx;
	/* A line of a message: any bytes, not terminated, n > 0. */
	void (*line)(void *ctx, const char *line, size_t n);
};

enum server_state {
	SERVER_CONNECTING,
	SERVER_LOGGING_IN,
	SERVER_LISTED, /* with a High ID: files may be offered */
	SERVER_ENDED,  /* `end` says why */
};

enum server_end {
	SERVER_END_NONE,
	SERVER_END_NO_CONNECTION, /* none in time, or it was refused */
	SERVER_END_NO_LOGIN,      /* no id in time */
	SERVER_END_REFUSED,    /* an error instead of an id, or closed soon */
	SERVER_END_LOW_ID,     /* it could not reach us: see `id` */
	SERVER_END_CLOSED,     /* after we were listed */
	SERVER_END_STALLED,    /* it took nothing for too long */
	SERVER_END_BAD_SERVER, /* it broke the protocol: see `fault` */
};

struct server_session {
	const struct server_config *config;
	enum server_state state;
	enum server_end end;
	const char *fault; /* for BAD_SERVER: what it did; a literal */
	uint32_t id;       /* that it gave us; a High ID is our IPv4 address,
	                      little-endian in the order that it is written */
	uint32_t flags;    /* what it can: SERVER_COMPRESSION, ... */
	uint16_t obfuscation_port; /* of its obfuscated logins; 0: none */
	bool complained;           /* it sent an error */
	uint64_t listed_ms;        /* since when, if LISTED */
	uint32_t n_offered;        /* files */

	/* its own: */
	uint64_t since_ms; /* in this state */
	uint64_t sent_ms;  /* when bytes of ours were taken last */
	uint64_t next_ms;  /* the next offer */
	unsigned n_offers;
	uint32_t n_added;    /* files of the offer that is being made */
	struct writer offer; /* its payload, in `payload` */
	uint8_t header[PACKET_HEADER_SIZE]; /* of the frame that comes in */
	size_t n_header, n_kept;
	uint32_t n_left; /* bytes of its payload that did not come yet */
	size_t out_pos, out_len;
	uint8_t kept[SERVER_FRAME_KEPT];
	uint8_t payload[SERVER_OFFER_MAX];
	uint8_t out[PACKET_HEADER_SIZE + SERVER_OFFER_MAX];
};

/* Dialling begins. `config` is borrowed for the life of the session. */
void server_session_init(struct server_session *s,
    const struct server_config *config, uint64_t now_ms);

/* The connection is there: the login is to be sent. */
void server_session_connected(struct server_session *s, uint64_t now_ms);

/* There is none, or it ended: the state is SERVER_ENDED then. */
void server_session_closed(struct server_session *s, uint64_t now_ms);

/* Bytes came. */
void server_session_read(
    struct server_session *s, const uint8_t *bytes, size_t n, uint64_t now_ms);

/* What is to be written: *n bytes, valid until the next call; 0: nothing. */
const uint8_t *server_session_output(const struct server_session *s, size_t *n);

/* So many of them were; 0 is no sign of life of the server. */
void server_session_sent(struct server_session *s, size_t n, uint64_t now_ms);

/* How many files may be offered now, at most SERVER_OFFER_FILES; 0: none. */
uint32_t server_session_wants(const struct server_session *s, uint64_t now_ms);

/*
 * Add one of them to the offer. False when this server does not list files of
 * that size: it is left out, and does not count.
 */
bool server_session_add(
    struct server_session *s, const struct server_file *file);

/* Send the files that were added; nothing happens if there are none. */
void server_session_offer(struct server_session *s, uint64_t now_ms);

/* Do what is due: end what waited too long, say that we are there. */
void server_session_tick(struct server_session *s, uint64_t now_ms);

/*
 * When server_session_tick is to be called at the latest; with files that wait
 * to be offered, also when server_session_wants some.
 */
uint64_t server_session_deadline(
    const struct server_session *s, bool has_files);

/* Did the server not want us, so that it is left alone for longer? */
bool server_session_is_unwanted(const struct server_session *s);

/* A word for the log: "no connection", "refused", ... */
const char *server_end_name(enum server_end end);

#endif
