/*
 * Questions to a router are asked in a child process. The libraries that do so
 * read whatever a router sends, for as long as it sends, and print errors. The
 * child has a deadline, little memory and no output; a crash counts as no
 * answer.
 * SPDX-License-Identifier: ISC
 */
#ifndef PORTS_CHILD_H
#define PORTS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/* The most that a child can return: one write to a pipe. */
#define CHILD_DATA_MAX 4096

/*
 * Call work(data) in a child and copy the `size` bytes of data back. False, and
 * data is as it was, when that takes longer than timeout_ms or fails. The bytes
 * come from a process that a router may have taken over: they may be anything.
 */
bool child_run(
    void (*work)(void *data), void *data, size_t size, int timeout_ms);

#endif
