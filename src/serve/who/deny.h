/*
 * Is a peer's address on the list that "ed2k-share ipfilter" compiled?
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WHO_DENY_H
#define SERVE_WHO_DENY_H

#include <stdint.h>

enum deny_result {
	DENY_NO,
	DENY_YES,
	DENY_FAILED, /* there is no such list, or it is of no use */
};

/*
 * Look the address (IPv4 mapped into IPv6) up in the compiled list `file`: the
 * header and about ten blocks of 4 KiB are read, whose checksums say that they
 * are what was compiled. DENY_FAILED after a log line that names the file and
 * the remedy.
 */
enum deny_result deny_lookup(const char *file, const uint8_t address[16]);

#endif
