/*
 * Printing shared files; see print.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print.h"

#include "base/log.h"
#include "base/util.h"
#include "cmd/progress.h"
#include "cmd/fields.h"
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
	struct fields f;

	progress_clear();
	fields_begin(&f, false);
	fields_word(&f, NULL, word);
	fields_text(&f, NULL, path);
	if (other)
		fields_text(&f, NULL, other);
	fields_end(&f);
	fflush(stdout); /* the next one may take long */
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
