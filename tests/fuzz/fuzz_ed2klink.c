/*
 * proto/ed2klink.h: what is read of a link is within its bounds, and a link
 * written with it, plain, full or with a hint, is read the same.
 *
 * Input: a link, up to the first NUL.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "proto/ed2klink.h"

#define N_PART_HASHES 3

/* Write the link; it must fit into n bytes but no fewer, and be read back. */
static void
check_written(const struct ed2klink *link, size_t cap, const char *source)
{
	char *text = malloc(cap);
	struct ed2klink again;
	size_t len;

	must(text);
	len = ed2klink_format(text, cap, link);
	must(len > 0 && len < cap && strlen(text) == len);
	must(ed2klink_parse(text, &again));
	must(strcmp(again.name, link->name) == 0);
	must(again.size == link->size);
	must(memcmp(again.hash, link->hash, HASH_SIZE) == 0);
	must(strcmp(again.source, source) == 0);
	must(ed2klink_format(text, len, link) == 0);
	must(ed2klink_format(text, len + 1, link) == len);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t hashes[N_PART_HASHES * HASH_SIZE] = {1, 2, 3};
	char source[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1];
	struct ed2klink link;
	char *text = malloc(size + 1);

	must(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (ed2klink_parse(text, &link)) {
		must(link.name[0] && strlen(link.name) <= ED2KLINK_NAME_MAX);
		must(link.size >= 1 && link.size <= INT64_MAX);
		must(strlen(link.source) <= ED2KLINK_SOURCE_MAX);
		must(!link.source[0] || ed2klink_is_source(link.source));
		memcpy(source, link.source, sizeof source);
		check_written(&link, ED2KLINK_MAX, source);
		if (source[0])
			ed2klink_put_hint(link.source, source, link.hash);
		check_written(&link, ED2KLINK_MAX, source);
		link.part_hashes = hashes;
		link.n_part_hashes = N_PART_HASHES;
		link.aich_root = hashes;
		check_written(&link, ED2KLINK_FULL_MAX(N_PART_HASHES), source);
	}
	free(text);
	return 0;
}
