/*
 * What is said between a client and an eD2k server. The opcodes are a table of
 * their own: 0x01 is LOGINREQUEST here, among clients HELLO. Pure.
 * Source: aMule ServerSocket.cpp, ServerConnect.cpp, SharedFileList.cpp
 * (CreateOfferedFilePacket); eMule the same; ed2kd.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_SERVER_WIRE_H
#define ANNOUNCE_SERVER_WIRE_H

#include "proto/cursor.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OP_LOGINREQUEST  0x01
#define OP_OFFERFILES    0x15
#define OP_SERVERMESSAGE 0x38
#define OP_IDCHANGE      0x40

/* What a server says in IDCHANGE that it can. */
#define SERVER_COMPRESSION   0x0001
#define SERVER_UNICODE       0x0010
#define SERVER_INTEGER_TYPES 0x0080
#define SERVER_LARGE_FILES   0x0100
#define SERVER_OBFUSCATION   0x0400

/* An id below is a Low ID: the server could not reach us. */
#define SERVER_HIGH_ID UINT32_C(0x01000000)

/* Files above this size are for servers with SERVER_LARGE_FILES only. */
#define SERVER_SMALL_FILE_MAX UINT64_C(4290048000)

/* More files in one OFFERFILES, and ed2kd closes the connection. */
#define SERVER_OFFER_FILES 200

/* Servers cut names; another server in use has the least bound. */
#define SERVER_NAME_MAX 250

/* A file in OFFERFILES: hash, id and port, tag count, at most five tags. */
#define SERVER_OFFER_FILE_MAX                                                  \
	(HASH_SIZE + 6 + 4 + (6 + SERVER_NAME_MAX) + 8 + 8 + (6 + 15))
#define SERVER_OFFER_MAX (4 + SERVER_OFFER_FILES * SERVER_OFFER_FILE_MAX)

struct server_login {
	const uint8_t *user_hash; /* that ed2k-serve has in OP_HELLOANSWER */
	uint16_t port;            /* where peers reach ed2k-serve */
	const char *nick;         /* UTF-8, short */
	bool obfuscation;         /* ed2k-serve takes obfuscated connections */
};

/* The whole frame. */
void server_put_login(struct writer *w, const struct server_login *login);

struct server_file {
	uint8_t hash[HASH_SIZE];
	uint64_t size;
	const char *name; /* any bytes, terminated */
};

/* May this server be told of a file of this size? */
bool server_takes_size(uint32_t server_flags, uint64_t size);

/*
 * One file of an OFFERFILES, of a size that the server takes. `id` and `port`
 * are those of the login: old servers want them, newer ones a mark that the
 * file is complete. All tags have the old form, which every server reads.
 */
void server_put_file(struct writer *w, const struct server_file *file,
    uint32_t server_flags, uint32_t id, uint16_t port);

#endif
