/*
 * The locks of the scoreboard: fcntl locks on single bytes, which the kernel
 * takes back however their holder dies. Byte 0 is the head; byte 1 + i is
 * record i. Who has to hold which is told in scoreboard.h.
 *
 * They are on an empty file of their own that only the server may open, since
 * a process that may read a file can lock it.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_LOCK_H
#define BOARD_LOCK_H

#include <stdbool.h>

/*
 * Open the file with the locks, and make it if there is none. -1 with errno. To
 * close a descriptor of it gives up all locks of this process.
 */
int lock_open(const char *path);

/* For lock_record_is_held alone. -1 with errno: EACCES for a mere reader. */
int lock_open_readonly(const char *path);

/*
 * Lock the head; wait while another process holds it. False when that process
 * does not let it go within seconds. That is logged once; until it has let go,
 * there is no second wait in the next minute.
 */
bool lock_head(int fd);

void lock_head_release(int fd);

/* Lock record i, without waiting. False when another process holds it. */
bool lock_record(int fd, int i);

void lock_record_release(int fd, int i);

/*
 * Does another process hold the lock on record i? True also when the kernel
 * does not tell.
 */
bool lock_record_is_held(int fd, int i);

/* Does another process hold the lock on any record? */
bool lock_any_record_is_held(int fd);

#endif
