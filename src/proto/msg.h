/*
 * Messages: payload bytes to structs, and structs to whole frames. Only whole,
 * length-checked packets come in here. A decoder returns false when the fixed
 * part of the payload is short or contradictory, which ends a connection;
 * bytes behind the fixed part are ignored unless said otherwise. An encoder
 * that does not fit sets w->bad.
 *
 * Layouts and their sources: ed2k-wire(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_MSG_H
#define PROTO_MSG_H

#include "proto/opcodes.h"
#include "proto/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A half-open range of bytes of a file, as the wire has it. */
struct range {
	uint64_t start, end;
};

/* What we keep of OP_HELLO. Strings are UTF-8, terminated, maybe empty. */
struct msg_hello {
	uint8_t user_hash[HASH_SIZE];
	uint16_t port;          /* where the peer says it listens */
	uint32_t misc1, misc2;  /* MISCOPTIONS, 0 when not sent */
	uint32_t emule_version; /* CT_EMULE_VERSION, 0 when not sent */
	uint32_t version;       /* CT_VERSION, 0 when not sent */
	char name[PEER_NAME_MAX + 1];
	char mod[PEER_NAME_MAX + 1];
};

/* 0xE3/0x01. False also for a hash size other than 16 or too many tags. */
bool msg_get_hello(const struct packet *p, struct msg_hello *out);

/* Any message that begins with a file hash and of which we read no more. */
bool msg_get_hash(const struct packet *p, uint8_t hash[HASH_SIZE]);

/*
 * 0xE3/0x47 (exactly 40 bytes) and 0xC5/0xA3 (exactly 64): hash, three starts,
 * three ends. Ranges are as the peer wrote them; unused ones are 0,0.
 */
bool msg_get_request_parts(
    const struct packet *p, uint8_t hash[HASH_SIZE], struct range ranges[3]);

/* 0xE3/0x47 of the direct dialect: hash, u64 start, u64 end; 32 bytes. */
#define DIRECT_REQUEST_SIZE 32
bool msg_get_direct_request(
    const struct packet *p, uint8_t hash[HASH_SIZE], struct range *out);

/* 0xC5/0x01: true when it asks for an answer (its second byte is 1). */
bool msg_get_emule_info(const struct packet *p);

/* Who we are, for OP_HELLOANSWER. */
struct msg_self {
	uint8_t user_hash[HASH_SIZE];
	uint16_t port;    /* the port peers reach us on */
	const char *name; /* UTF-8 */
	const char *mod;  /* "name version" */
	bool obfuscation; /* we take obfuscated connections, and say so */
};

void msg_put_hello_answer(struct writer *w, const struct msg_self *self);
void msg_put_emule_info_answer(struct writer *w);
void msg_put_file_name(struct writer *w, const uint8_t hash[HASH_SIZE],
    const char *name, size_t len);
/* A complete file: part count 0. */
void msg_put_file_status(struct writer *w, const uint8_t hash[HASH_SIZE]);
void msg_put_no_file(struct writer *w, const uint8_t hash[HASH_SIZE]);
/*
 * Returns where the caller has to put the n hashes of 16 bytes, or NULL (and
 * w->bad) when they do not fit.
 */
uint8_t *msg_put_hash_set(
    struct writer *w, const uint8_t hash[HASH_SIZE], size_t n);
void msg_put_accept_upload(struct writer *w);
void msg_put_public_ip(struct writer *w, const uint8_t ip[4]);
void msg_put_shared_denied(struct writer *w);
void msg_put_port_test(struct writer *w);

/*
 * The bytes of a data frame that come before its data: at most
 * DATA_HEADER_MAX, returned length. The form with 32-bit offsets is used while
 * r.end fits into it. r.start < r.end.
 */
#define DATA_HEADER_MAX (PACKET_HEADER_SIZE + HASH_SIZE + 16)
size_t msg_data_header(uint8_t out[DATA_HEADER_MAX],
    const uint8_t hash[HASH_SIZE], struct range r);

/* The same in the direct dialect: 64-bit offsets under opcode 0x46. */
size_t msg_direct_data_header(uint8_t out[DATA_HEADER_MAX],
    const uint8_t hash[HASH_SIZE], struct range r);

/* Hash set entries of a file: 0 below one part, else size / part + 1. */
size_t msg_part_hash_count(uint64_t size);

#endif
