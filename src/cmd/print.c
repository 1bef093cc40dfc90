/*
 * Printing shared files; see print.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print.h"

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "proto/ed2klink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void
print_link(const struct store_copy *copy, const char *source)
{
	struct ed2klink link = {.size = copy->size};
	char out[ED2KLINK_MAX];

	snprintf(link.name, sizeof link.name, "%s", store_name_of(copy->path));
	snprintf(link.source, sizeof link.source, "%s", source ? source : "");
	memcpy(link.hash, copy->hash, HASH_SIZE);
	if (ed2klink_format(out, sizeof out, &link) > 0)
		puts(out);
}

/*
 * A JSON string. Bytes that are not UTF-8 become lone surrogates U+DC80 to
 * U+DCFF, which Python's os.fsencode turns back into the bytes.
 */
static void
print_json_string(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t n = strlen(s);

	putchar('"');
	while (n > 0) {
		size_t len = text_utf8_next(p, n, NULL);

		if (len == 0)
			printf("\\udc%02x", *p);
		else if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (*p < 0x20 || *p == 0x7F)
			printf("\\u%04x", *p);
		else
			fwrite(p, 1, len, stdout);
		len = len > 0 ? len : 1;
		p += len;
		n -= len;
	}
	putchar('"');
}

void
print_json(const struct store_copy *copy, enum copy_state state)
{
	char hash[2 * HASH_SIZE + 1];

	hex_encode(hash, copy->hash, HASH_SIZE);
	printf("{\"hash\":\"%s\",\"size\":%" PRIu64 ",\"state\":\"%s\","
	       "\"name\":",
	    hash, copy->size, copy_state_name(state));
	print_json_string(store_name_of(copy->path));
	printf(",\"path\":");
	print_json_string(copy->path);
	puts("}");
}

int
print_end(int fault)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return fault;
	log_error("cannot write standard output: %s", strerror(errno));
	return fault ? fault : EX_IOERR;
}
