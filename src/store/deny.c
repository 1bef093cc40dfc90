/*
 * Looking an address up in a compiled list; see deny.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/deny.h"

#include "base/address.h"
#include "base/file.h"
#include "base/log.h"
#include "store/deny_list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For deny_list_search. */
static bool
read_block(void *ctx, uint64_t number, uint8_t block[DENY_LIST_BLOCK])
{
	const int *fd = ctx;
	ssize_t n =
	    file_read_at(*fd, block, DENY_LIST_BLOCK, number * DENY_LIST_BLOCK);

	if (n >= 0 && n < DENY_LIST_BLOCK)
		errno = ENODATA; /* cut since its size was taken */
	return n == DENY_LIST_BLOCK;
}

static enum deny_result
fail(const char *file, const char *why)
{
	log_error("deny file %s: %s; nobody is denied until it is compiled "
		  "with \"ed2k-share ipfilter SOURCE OUT\"",
	    log_quote_str(file), why);
	return DENY_FAILED;
}

static enum deny_result
search(const char *file, int fd, const uint8_t address[16])
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return fail(file, "not a regular file");
	switch (
	    deny_list_search(read_block, &fd, (uint64_t)st.st_size, address)) {
	case DENY_LIST_ABSENT:
		return DENY_NO;
	case DENY_LIST_PRESENT:
		return DENY_YES;
	case DENY_LIST_FOREIGN:
		return fail(file, "not a compiled list");
	case DENY_LIST_VERSION_UNKNOWN:
		return fail(file, "compiled by another version");
	case DENY_LIST_DAMAGED:
		return fail(file, "damaged");
	default:
		return fail(file, strerror(errno));
	}
}

enum deny_result
deny_lookup(const char *file, const uint8_t address[16])
{
	/* O_NONBLOCK: if it is a FIFO, do not wait for a writer */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum deny_result res;

	if (fd < 0)
		return fail(file, strerror(errno));
	res = search(file, fd, address);
	close(fd);
	return res;
}

bool
deny_has(const char *file_or_null, const uint8_t address[16])
{
	return file_or_null && address_is_known(address) &&
	    deny_lookup(file_or_null, address) == DENY_YES;
}
