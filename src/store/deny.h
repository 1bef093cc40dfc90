/*
 * Looking up an address in the list that "ed2k-share ipfilter" compiled.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_DENY_H
#define STORE_DENY_H

#include <stdbool.h>
#include <stdint.h>

enum deny_result {
	DENY_NO,
	DENY_YES,
	DENY_FAILED, /* the list cannot be read or used */
};

/*
 * Look up an address. About ten blocks of 4 KiB are read, each with a checksum.
 * DENY_FAILED after a log line that names the file and the remedy.
 */
enum deny_result deny_lookup(const char *file, const uint8_t address[16]);

/*
 * Is this peer denied? Nobody is without a file, nor one whose address is not
 * known. A list that cannot be used denies nobody: it does not guard the files,
 * and a nightly job that breaks it must not end all service.
 */
bool deny_has(const char *file_or_null, const uint8_t address[16]);

#endif
