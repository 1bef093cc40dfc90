/*
 * Requests for data, in both dialects: they become ranges to send.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_REQUEST_H
#define SERVE_TALK_REQUEST_H

#include "serve/talk/session.h"

/* Handle REQUESTPARTS_I64. */
session_handler request_parts;

/*
 * Handle 0xE3/0x47, which is two messages: REQUESTPARTS of a greeted peer, and
 * the request of a direct client. State and length tell them apart.
 */
session_handler request_data;

#endif
