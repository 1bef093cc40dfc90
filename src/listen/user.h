/*
 * Becoming another user, for good.
 * SPDX-License-Identifier: ISC
 */
#ifndef LISTEN_USER_H
#define LISTEN_USER_H

/*
 * Become the user of this name or number, with its groups; root may, others
 * only if they are that user. 0, or an exit code after a log line.
 */
int user_become(const char *user);

#endif
