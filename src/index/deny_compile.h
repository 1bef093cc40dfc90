/*
 * Compiling a text of addresses into the list that the server looks peers up
 * in. Never linked into the server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_DENY_COMPILE_H
#define INDEX_DENY_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a compiled list denies. */
struct deny_counts {
	size_t n_ipv4, n_ipv6; /* ranges */
	uint64_t ipv4_addresses;
};

/*
 * Compile the text at `source` and put the list in the place of the file `out`,
 * which must be such a list, empty, or not there. Bad lines are logged and left
 * out; with `strict` they are an error. Lines are those of deny_line.h.
 *
 * 0, or an exit code after a log line: EX_NOINPUT, EX_NOPERM or EX_IOERR for
 * the text, EX_DATAERR when nothing is to be written, EX_CANTCREAT or EX_IOERR
 * for the list, EX_OSERR without memory.
 */
int deny_compile(const char *source, const char *out, bool strict,
    struct deny_counts *counts);

#endif
