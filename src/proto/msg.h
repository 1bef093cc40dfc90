/*
 * Messages: payload bytes to structs, and structs to whole frames. The input is
 * whole, length-checked packets. A decoder returns false when the fixed part of
 * the payload is short or contradictory, which ends the connection; bytes
 * behind the fixed part are ignored unless said otherwise. An encoder sets
 * w->bad when the frame does not fit.
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
#include <string.h>

static inline bool
same_hash(const uint8_t a[HASH_SIZE], const uint8_t b[HASH_SIZE])
{
	return memcmp(a, b, HASH_SIZE) == 0;
}

/* A half-open range of bytes of a file, as the wire has it. */
struct range {
	uint64_t start, end;
};

/*
 * What we keep of OP_HELLO and OP_HELLOANSWER. Strings are UTF-8, terminated,
 * maybe empty.
 */
struct msg_hello {
	uint8_t user_hash[HASH_SIZE];
	uint16_t port;          /* where the peer says it listens */
	uint32_t misc1, misc2;  /* MISCOPTIONS, 0 when not sent */
	uint32_t emule_version; /* CT_EMULE_VERSION, 0 when not sent */
	uint32_t version;       /* CT_VERSION, 0 when not sent */
	char name[PEER_NAME_MAX + 1];
	char mod[PEER_NAME_MAX + 1];
};

/* The number of its program (a compatible-client id); 0 is also eMule's. */
static inline uint32_t
msg_hello_program(const struct msg_hello *hello)
{
	return hello->emule_version >> 24;
}

/* 0xE3/0x01. False also for a hash size other than 16 or too many tags. */
bool msg_get_hello(const struct packet *p, struct msg_hello *out);

/* 0xE3/0x4C, which has no hash size. */
bool msg_get_hello_answer(const struct packet *p, struct msg_hello *out);

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

/* How 0xC5/0xA9, 0xB0, 0xB1 and 0xB2 identify a file. */
struct msg_file_id {
	uint8_t hash[HASH_SIZE];
	bool has_size, has_aich;
	uint64_t size;
	uint8_t aich_root[AICH_SIZE];
};

/*
 * 0xC5/0x92, 0xA4 and 0xA9: several questions about one file. `rest` holds
 * those that msg_next_question has not taken yet.
 */
struct msg_bundle {
	struct msg_file_id id;
	struct reader rest;
};

enum msg_question {
	QUESTION_NAME,
	QUESTION_STATUS,
	QUESTION_AICH_ROOT,
	QUESTION_SOURCES, /* of either version */
	QUESTION_END,     /* no more, or none that can be read */
};

/*
 * False when the head is short, or an identifier has no hash or an option that
 * must be understood and is not.
 */
bool msg_get_bundle(const struct packet *p, struct msg_bundle *out);

/*
 * The next question. Part maps are skipped. Questions have no length field, so
 * nothing can be read behind an unknown one.
 */
enum msg_question msg_next_question(struct msg_bundle *b);

/* 0xC5/0xB1: which hash sets of which file. */
#define HASH_SET_MD4  0x01
#define HASH_SET_AICH 0x02
bool msg_get_hash_set2(
    const struct packet *p, struct msg_file_id *id, uint8_t *options);

/* 0xC5/0x9B: asks for the AICH recovery data of a part. */
struct msg_aich_request {
	uint8_t hash[HASH_SIZE];
	uint16_t part;
	uint8_t root[AICH_SIZE]; /* the one that the peer trusts */
};

/* Exactly 38 bytes. */
bool msg_get_aich_request(const struct packet *p, struct msg_aich_request *out);

/* Who we are, for OP_HELLO and OP_HELLOANSWER. */
struct msg_self {
	uint8_t user_hash[HASH_SIZE];
	uint16_t port;         /* the port peers reach us on */
	uint32_t misc1, misc2; /* MISCOPTIONS */
	const char *name;      /* UTF-8 */
	const char *mod;       /* "name version" */
};

void msg_put_hello(struct writer *w, const struct msg_self *self);
void msg_put_hello_answer(struct writer *w, const struct msg_self *self);
/* 0xE3/0x4F: asks whether the far end shares this file, and what of it. */
void msg_put_file_request(struct writer *w, const uint8_t hash[HASH_SIZE]);
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
void msg_put_aich_root(struct writer *w, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE]);
/*
 * Begin the answer to a request; between this and packet_end the caller writes
 * the recovery data (aich_put_recovery).
 */
size_t msg_begin_aich_answer(
    struct writer *w, const struct msg_aich_request *request);
/* No recovery data: the hash alone. */
void msg_put_aich_refusal(struct writer *w, const uint8_t hash[HASH_SIZE]);
void msg_put_accept_upload(struct writer *w);
/* 0xC5/0x60: the rank in the queue; 1 is next. Exactly 12 bytes. */
void msg_put_queue_rank(struct writer *w, uint16_t rank);
/* 0xE3/0x57: the slot is over. */
void msg_put_out_of_parts(struct writer *w);
/* 0xE3/0x5B: ignored by all clients; it keeps a waiting peer connected. */
void msg_put_keep_alive(struct writer *w, const uint8_t hash[HASH_SIZE]);
void msg_put_public_ip(struct writer *w, const uint8_t ip[4]);
void msg_put_shared_denied(struct writer *w);
/* 0xC5/0x61: a rating 0 to 5 and a comment of at most COMMENT_MAX bytes. */
void msg_put_file_comment(
    struct writer *w, uint8_t rating, const char *text, size_t len);

/*
 * Answers to a bundle: begin with msg_begin_answers, as 0xB0 when the peer
 * asked by identifier and else as 0x93; put the answers in the order of the
 * questions; end with packet_end(w, what msg_begin_answers returned).
 */
size_t msg_begin_answers(
    struct writer *w, const struct msg_file_id *id, bool by_id);
void msg_put_answer_name(struct writer *w, const char *name, size_t len);
void msg_put_answer_status(struct writer *w);
void msg_put_answer_aich_root(struct writer *w, const uint8_t root[AICH_SIZE]);

/* A file identifier, within 0xB0 and 0xB2. */
void msg_put_file_id(struct writer *w, const struct msg_file_id *id);

/*
 * A list of shared files: 0x4B, or with `dir` 0x60 of that directory. Begin it,
 * add entries while msg_list_has_room, end it.
 */
struct msg_list {
	size_t begin, count_at;
	uint32_t n;
};
struct msg_list msg_begin_list(
    struct writer *w, const uint8_t *dir, size_t dir_len);
bool msg_list_has_room(const struct writer *w, const struct msg_list *list);
void msg_put_list_entry(struct writer *w, struct msg_list *list,
    const uint8_t hash[HASH_SIZE], uint64_t size, const char *name);
void msg_end_list(struct writer *w, const struct msg_list *list);

/* 0x5F with one directory. */
void msg_put_directory(struct writer *w, const char *dir);
void msg_put_port_test(struct writer *w);

/*
 * Write the bytes of a data frame that come before its data; returns how many.
 * 32-bit offsets are used when r.end fits into them. r.start < r.end.
 */
#define DATA_HEADER_MAX (PACKET_HEADER_SIZE + HASH_SIZE + 16)
size_t msg_data_header(uint8_t out[DATA_HEADER_MAX],
    const uint8_t hash[HASH_SIZE], struct range r);

/* The same in the direct dialect: 64-bit offsets under opcode 0x46. */
size_t msg_direct_data_header(uint8_t out[DATA_HEADER_MAX],
    const uint8_t hash[HASH_SIZE], struct range r);

#endif
