/*
 * The locks on the scoreboard's file: fcntl locks on single bytes, which the
 * kernel takes back however their holder dies. Byte 0 is the head; byte 1 + i
 * is record i. Who has to hold which is told in scoreboard.h.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_LOCK_H
#define BOARD_LOCK_H

#include <stdbool.h>

/*
 * Lock the head; wait while another process holds it. False, after a log line,
 * when that process does not let it go within seconds.
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

#endif
