/*
 * server.met: the file in which eD2k programs keep servers. Pure: the file is
 * the caller's. It often comes from strangers, so any bytes may be in it.
 *
 *   u8 0x0E or 0xE0, u32 count, count times
 *   (u32 address in dotted order, u16 port, u32 count of tags, tags)
 *
 * Source: aMule ServerList.cpp (LoadServerMet), Server.cpp (AddTagFromFile).
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_SERVER_SERVER_MET_H
#define ANNOUNCE_SERVER_SERVER_MET_H

#include "proto/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file with more servers, or a server with more tags, is refused. */
#define SERVER_MET_SERVERS_MAX 10000
#define SERVER_MET_TAGS_MAX    64

/* A host name; with the zero at its end. */
#define SERVER_MET_HOST_MAX 256

struct server_met_entry {
	char host[SERVER_MET_HOST_MAX]; /* a name, or an IPv4 address */
	uint16_t port;                  /* to dial */
	uint16_t obfuscation_port;      /* of obfuscated logins; 0: none */
	uint32_t soft_limit;            /* files that it lists; 0: not known */
};

/* Read with server_met_open and server_met_next only. */
struct server_met {
	struct reader r;
	uint32_t left; /* entries that are not read yet */
};

/*
 * Begin with a whole file, which is borrowed. False when it is none, as when
 * it is packed, or has too many servers.
 */
bool server_met_open(struct server_met *m, const void *bytes, size_t len);

enum server_met_result {
	SERVER_MET_FOUND,
	SERVER_MET_SKIPPED, /* no server that we may dial; go on */
	SERVER_MET_END,
	SERVER_MET_BAD, /* damaged: what follows cannot be read */
};

/*
 * Read the next entry. Skipped are addresses that are not public, entries with
 * neither address nor host name, and port 0. Where a host name leads is not
 * known here: the caller has to look at the address before dialling it.
 */
enum server_met_result server_met_next(
    struct server_met *m, struct server_met_entry *out);

#endif
