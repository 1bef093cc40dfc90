/*
 * ed2k-share verify: hash shared files again and compare.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "cmd/fields.h"
#include "index/interrupt.h"
#include "index/verify.h"
#include "proto/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

/* For verify_targets. */
static bool
tell(void *ctx, const char *path, enum copy_state state)
{
	(void)ctx;
	cmd_print_change(copy_state_name(state), path, NULL);
	return !ferror(stdout);
}

/* For verify_targets: which bytes a damaged part has. */
static void
tell_part(void *ctx, const struct store_copy *copy, size_t part)
{
	uint64_t first = part * PART_SIZE;
	uint64_t end = first + parts_size(copy->size, part);
	struct fields f = {.form = FIELDS_TABS};
	char bytes[48];

	(void)ctx;
	progress_clear();
	snprintf(bytes, sizeof bytes, "%" PRIu64 "-%" PRIu64, first, end - 1);
	fields_begin(&f);
	fields_word(&f, NULL, "part");
	fields_text(&f, NULL, copy->path);
	fields_number(&f, NULL, part);
	fields_word(&f, NULL, bytes);
	fields_end(&f);
}

int
cmd_verify(const struct cmd *cmd, int argc, char *argv[])
{
	struct edit edit = {0};
	struct verify verify = {
	    .pipeline = {.edit = &edit},
	    .tell = tell,
	    .tell_part = tell_part,
	};
	int first, fault;

	first = cmd_parse(NULL, 0, argc, argv, 0, INT_MAX, "");
	if (first < 0)
		return EX_USAGE;
	fault = edit_open(&edit, cmd->db);
	if (fault)
		return fault;
	verify.pipeline.show = progress_begin();
	fault = verify_targets(&verify, argc - first, argv + first);
	if (interrupt_signal())
		log_notice("interrupted; files that are not listed were not "
			   "verified");
	edit_close(&edit);
	return cmd_end(fault);
}
