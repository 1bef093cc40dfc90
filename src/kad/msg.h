/*
 * Kad messages: payloads to structs, and fields to whole plain datagrams. Only
 * those that a publisher speaks. A decoder returns false when the payload is
 * short or contradictory; then the datagram is dropped. An encoder sets w->bad
 * when the datagram does not fit.
 *
 * Layouts and their sources: ed2k-kad(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_MSG_H
#define KAD_MSG_H

#include "kad/address.h"
#include "kad/id.h"
#include "kad/work.h"
#include "proto/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first byte of a plain datagram. */
#define KAD_PROTOCOL        0xE4
#define KAD_PROTOCOL_PACKED 0xE5 /* all behind the opcode is deflated */

/* Opcodes, under the names that all Kad sources use. */
#define KAD_BOOTSTRAP_REQ      0x01
#define KAD_BOOTSTRAP_RES      0x09
#define KAD_REQ                0x21
#define KAD_RES                0x29
#define KAD_PUBLISH_KEY_REQ    0x43
#define KAD_PUBLISH_SOURCE_REQ 0x44
#define KAD_PUBLISH_NOTES_REQ  0x45
#define KAD_PUBLISH_RES        0x4B
#define KAD_FIREWALLED2_REQ    0x53
#define KAD_FIREWALLED_RES     0x58
#define KAD_FIREWALLED_ACK_RES 0x59
#define KAD_PING               0x60
#define KAD_PONG               0x61

/* Tags of what is published. */
#define KAD_TAG_FILENAME    0x01
#define KAD_TAG_FILESIZE    0x02
#define KAD_TAG_DESCRIPTION 0x0B
#define KAD_TAG_SOURCES     0x15
#define KAD_TAG_ENCRYPTION  0xF3
#define KAD_TAG_FILERATING  0xF7
#define KAD_TAG_SOURCEPORT  0xFD
#define KAD_TAG_SOURCETYPE  0xFF

/*
 * Sources of larger files have type 4 in place of 1: it kept away clients that
 * could not load them. Source: aMule KnownFile.h (OLD_MAX_FILE_SIZE).
 */
#define KAD_LARGE_FILE UINT64_C(4290048000)

/* The Kad version from which nodes know a message. */
#define KAD_VERSION_SOURCES    4 /* PUBLISH_SOURCE_REQ */
#define KAD_VERSION_FIREWALLED 7 /* FIREWALLED2_REQ */
#define KAD_VERSION_OBFUSCATED 6

/* Contacts that we ask a node for; those that aMule asks in a node lookup. */
#define KAD_ASK_CONTACTS 11
/* No honest node sends more in an answer to BOOTSTRAP_REQ than 20. */
#define KAD_BOOTSTRAP_CONTACTS 50

struct kad_contact {
	struct kad_id id;
	struct kad_address address; /* UDP */
	uint16_t tcp_port;
	uint8_t version;
};

#define KAD_CONTACT_SIZE 25
struct kad_contact kad_get_contact(struct reader *r);
void kad_put_contact(struct writer *w, const struct kad_contact *contact);

/* A message as it came; the payload is borrowed. */
struct kad_message {
	uint8_t opcode;
	const uint8_t *payload;
	size_t len;
};

/* The contacts in an answer; read `n` of them with kad_get_contact. */
struct kad_contact_list {
	struct reader r;
	size_t n;
};

/* 0x09. *sender has no address, which is that of the datagram. */
bool kad_get_bootstrap_res(const struct kad_message *m,
    struct kad_contact *sender, struct kad_contact_list *list);

/* 0x29; false also for more contacts than KAD_ASK_CONTACTS. */
bool kad_get_res(const struct kad_message *m, struct kad_id *target,
    struct kad_contact_list *list);

/* 0x4B. load: 0 to 100. */
bool kad_get_publish_res(
    const struct kad_message *m, struct kad_id *target, uint8_t *load);

/* 0x58: our address as the node sees it. */
bool kad_get_firewalled_res(const struct kad_message *m, uint32_t *ip);

/* 0x61: our UDP port as the node sees it. */
bool kad_get_pong(const struct kad_message *m, uint16_t *port);

/* 0x21, of which we read no more. */
bool kad_get_req(const struct kad_message *m, struct kad_id *target);

/* A message that is no more than its opcode. */
void kad_put_bare(struct writer *w, uint8_t opcode);

/* 0x21: ask `receiver` for the contacts it knows that are nearest to target. */
void kad_put_req(
    struct writer *w, struct kad_id target, struct kad_id receiver);

/* 0x29 without contacts: we keep none for others. */
void kad_put_empty_res(struct writer *w, struct kad_id target);

/* 0x61: the port that a ping came from. */
void kad_put_pong(struct writer *w, uint16_t port);

/* 0x53: asks the node to dial our TCP port, and to say our address. */
void kad_put_firewalled2_req(struct writer *w, uint16_t tcp_port,
    struct kad_id user_hash, uint8_t connect_options);

/* 0x44: this host has the file. */
struct kad_source {
	struct kad_id user_hash;
	uint16_t tcp_port;
	uint8_t connect_options;
};
void kad_put_publish_source(struct writer *w, struct kad_id file, uint64_t size,
    const struct kad_source *source);

/*
 * 0x43: these files have the keyword in their names. As many as fit; returns
 * how many. w->bad when not even the first one does.
 */
size_t kad_put_publish_keyword(struct writer *w, struct kad_id keyword,
    const struct kad_file *files, size_t n);

/* 0x45: what we say of a file. The source id of notes is our Kad id. */
void kad_put_publish_note(
    struct writer *w, struct kad_id kad_id, const struct kad_file *file);

#endif
