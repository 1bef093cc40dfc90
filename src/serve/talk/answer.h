/*
 * Handlers of dispatch: the greeting, and what a greeted peer may ask about
 * files: names, status, hash sets, bundles of questions, AICH, lists of the
 * share. They change no state but what is known of the peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_ANSWER_H
#define SERVE_TALK_ANSWER_H

#include "serve/talk/session.h"

/* Times a peer may say hello; real ones do so once. */
#define HELLOS_MAX 5

/* Lists of the share that one peer may have; each can be 1 MB. */
#define LISTS_MAX 10

/*
 * AICH recovery data computed on one connection in a minute. Each time a part
 * is read and hashed, 9.3 MiB; an honest peer asks once for each part that it
 * found corrupt, and downloads that much between two of them. By address it is
 * limited where the data is made.
 */
#define RECOVERIES_PER_MINUTE 10

/* The one directory that a peer sees when browsing is allowed. */
#define BROWSE_DIRECTORY "share"

/*
 * Write a name or comment, of any bytes, in the encoding that the peer reads.
 * Returns the bytes written, at most cap.
 */
size_t answer_encode(const struct session *s, char *out, size_t cap,
    const char *text, size_t len);

session_handler answer_hello;
session_handler answer_file_name;
session_handler answer_file_status;
session_handler answer_hash_set;
session_handler answer_hash_set2;
session_handler answer_bundle;
session_handler answer_aich_root;
session_handler answer_aich_request;
session_handler answer_browse;
session_handler answer_browse_dirs;
session_handler answer_browse_dir;
session_handler answer_public_ip;
session_handler answer_emule_info;
session_handler answer_port_test;

#endif
