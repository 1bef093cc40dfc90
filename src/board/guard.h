/*
 * A guard over a file that is mapped. If somebody cuts the file, the next
 * access to what is gone is a SIGBUS, which ends the process. Under the guard
 * the process goes on, with zeros in place of the file.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_GUARD_H
#define BOARD_GUARD_H

#include <signal.h>
#include <stddef.h>

/*
 * Guard `size` bytes that are mapped at `at`, and nothing else from now on. At
 * a SIGBUS among them all of them become memory of this process alone, and
 * *is_cut becomes 1.
 */
void guard_begin(void *at, size_t size, volatile sig_atomic_t *is_cut);

/* Guard nothing: to be called before the file is unmapped. */
void guard_end(void);

#endif
