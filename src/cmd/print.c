/*
 * Printing shared files; see print.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print.h"

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/progress.h"
#include "proto/base32.h"
#include "proto/ed2klink.h"
#include "proto/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void
fill_link(
    struct ed2klink *link, const struct store_copy *copy, const char *source)
{
	memset(link, 0, sizeof *link);
	link->size = copy->size;
	snprintf(
	    link->name, sizeof link->name, "%s", store_name_of(copy->path));
	snprintf(link->source, sizeof link->source, "%s", source ? source : "");
	memcpy(link->hash, copy->hash, HASH_SIZE);
}

void
print_link(const struct store_copy *copy, const char *source)
{
	struct ed2klink link;
	char out[ED2KLINK_MAX];

	fill_link(&link, copy, source);
	progress_clear();
	if (ed2klink_format(out, sizeof out, &link) > 0)
		puts(out);
	fflush(stdout);
}

char *
format_link(struct store *store, const struct store_copy *copy,
    const char *source, bool full)
{
	size_t n = full ? parts_md4_count(copy->size) : 0;
	uint8_t *hashes = malloc(n * HASH_SIZE + 1);
	char *out = malloc(ED2KLINK_FULL_MAX(n));
	enum store_result known = STORE_FAILED;
	struct ed2klink link;

	fill_link(&link, copy, source);
	link.aich_root = full && copy->has_aich ? copy->aich_root : NULL;
	if (!hashes || !out)
		log_error("no memory for a link of %zu parts", n);
	else if (n == 0)
		known = STORE_UNKNOWN;
	else
		known = store_part_hashes(store, copy->hash, hashes, n);
	if (known == STORE_FOUND) {
		link.part_hashes = hashes;
		link.n_part_hashes = n;
	}
	if (known == STORE_FAILED ||
	    ed2klink_format(out, ED2KLINK_FULL_MAX(n), &link) == 0) {
		free(out);
		out = NULL;
	}
	free(hashes);
	return out;
}

void
print_aich_notice(struct store *store)
{
	uint64_t n, bytes;

	if (store_count_without_aich(store, &n, &bytes) && n > 0)
		log_notice(
		    "%" PRIu64 " %s no AICH hashes, with which peers "
		    "repair corrupt parts; \"ed2k-share refresh --aich\" "
		    "computes them",
		    n, n == 1 ? "file has" : "files have");
}

void
print_change(const char *word, const char *path, const char *other)
{
	char escaped[4 * PATH_MAX];

	progress_clear();
	text_escape(escaped, sizeof escaped, path, strlen(path), "");
	printf("%s\t%s", word, escaped);
	if (other) {
		text_escape(escaped, sizeof escaped, other, strlen(other), "");
		printf("\t%s", escaped);
	}
	putchar('\n');
	fflush(stdout); /* the next one may take long */
}

void
print_json_string(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t n = strlen(s);

	putchar('"');
	while (n > 0) {
		uint32_t cp;
		size_t len = text_utf8_next(p, n, &cp);

		if (len == 0)
			printf("\\udc%02x", *p);
		else if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (text_is_control(cp)) /* all of them have 16 bits */
			printf("\\u%04x", cp);
		else
			fwrite(p, 1, len, stdout);
		len = len > 0 ? len : 1;
		p += len;
		n -= len;
	}
	putchar('"');
}

void
print_json(
    const struct store_copy *copy, enum copy_state state, const uint64_t *sent)
{
	char hash[2 * HASH_SIZE + 1], root[BASE32_LEN(AICH_SIZE) + 1];
	const char *quote = copy->has_aich ? "\"" : "";

	hex_encode(hash, copy->hash, HASH_SIZE);
	base32_encode(root, copy->aich_root, AICH_SIZE);
	printf("{\"hash\":\"%s\",\"size\":%" PRIu64 ",\"aich\":%s%s%s,"
	       "\"state\":\"%s\",\"sent\":",
	    hash, copy->size, quote, copy->has_aich ? root : "null", quote,
	    copy_state_name(state));
	if (sent)
		printf("%" PRIu64, *sent);
	else
		printf("null");
	printf(",\"name\":");
	print_json_string(store_name_of(copy->path));
	printf(",\"path\":");
	print_json_string(copy->path);
	puts("}");
}

int
print_end(int fault)
{
	progress_clear();
	if (fflush(stdout) == 0 && !ferror(stdout))
		return fault;
	log_error("cannot write standard output: %s", strerror(errno));
	return fault ? fault : EX_IOERR;
}
