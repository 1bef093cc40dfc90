/*
 * Output of several verbs; see print.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print.h"

#include "base/log.h"
#include "cmd/fields.h"
#include "cmd/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

void
print_aich_notice(struct store *store)
{
	uint64_t n, bytes;

	if (store_count_without_aich(store, &n, &bytes) == 0 && n > 0)
		log_notice(
		    "%" PRIu64 " %s no AICH hashes, with which peers "
		    "repair corrupt parts; \"ed2k-share refresh --aich\" "
		    "computes them",
		    n, n == 1 ? "file has" : "files have");
}

void
print_change(const char *word, const char *path, const char *other)
{
	struct fields f = {.form = FIELDS_TABS};

	progress_clear();
	fields_begin(&f);
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
