/*
 * What a greeted peer may ask about files, and the answers: names, status, hash
 * sets, bundles of questions, lists of the share. Handlers for the session's
 * table of messages; they change no state but what is known of the peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_ANSWER_H
#define SERVE_TALK_ANSWER_H

#include "serve/talk/session.h"

#include <stdbool.h>
#include <stdint.h>

/* The one directory that a peer sees when browsing is allowed. */
#define BROWSE_DIRECTORY "share"

void answer_file_name(
    struct session *s, const struct packet *p, struct writer *w);
void answer_file_status(
    struct session *s, const struct packet *p, struct writer *w);
void answer_hash_set(
    struct session *s, const struct packet *p, struct writer *w);
void answer_hash_set2(
    struct session *s, const struct packet *p, struct writer *w);
void answer_bundle(struct session *s, const struct packet *p, struct writer *w);
void answer_aich_root(
    struct session *s, const struct packet *p, struct writer *w);
void answer_aich_request(
    struct session *s, const struct packet *p, struct writer *w);
void answer_browse(struct session *s, const struct packet *p, struct writer *w);
void answer_browse_dirs(
    struct session *s, const struct packet *p, struct writer *w);
void answer_browse_dir(
    struct session *s, const struct packet *p, struct writer *w);
void answer_public_ip(
    struct session *s, const struct packet *p, struct writer *w);
void answer_emule_info(
    struct session *s, const struct packet *p, struct writer *w);
void answer_port_test(
    struct session *s, const struct packet *p, struct writer *w);

/* The hash that a payload begins with; false ends the session. */
bool answer_get_hash(
    struct session *s, const struct packet *p, uint8_t hash[HASH_SIZE]);

/*
 * The file a greeted peer asks about. When we do not have it the peer is told,
 * once: a second 0x48 for the same hash would be an answer nobody asked for.
 */
bool answer_find_file(struct session *s, const uint8_t hash[HASH_SIZE],
    struct catalog_file *out, struct writer *w);

/* This is the file that the peer means when it names none. */
void answer_set_file(struct session *s, const uint8_t hash[HASH_SIZE]);

#endif
