/*
 * ed2k-share comment: a rating and a comment that peers are shown.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/edit_content.h"
#include "index/target.h"

#include <string.h>
#include <sysexits.h>

/* How many characters of a comment aMule shows. */
#define AMULE_SHOWS 50

static size_t
count_characters(const char *s, size_t n)
{
	size_t count = 0;

	while (n > 0) {
		size_t len = text_utf8_next(s, n, NULL);

		s += len;
		n -= len;
		count++;
	}
	return count;
}

/* For cmd_change_each; ctx: the struct store_comment. */
static int
set_comment(void *ctx, struct edit *edit, const char *argument)
{
	struct target target;
	int fault = target_find(&target, &edit->store, argument);

	return fault ? fault : edit_set_comment(edit, target.copy.hash, ctx);
}

int
cmd_comment(const struct cmd *cmd, int argc, char *argv[])
{
	struct store_comment comment = {0};
	uint64_t rating = 0;
	const struct args_option options[] = {
	    {"rating", 'r', ARGS_NUMBER, NULL, 0, 5, &rating, "0..5", ""},
	};
	char text[2 * COMMENT_MAX + 2];
	int first = cmd_parse(options, ARRAY_LEN(options), argc, argv, 2, 2,
	    "comment takes a hash, link or path, and one text in quotes; an "
	    "empty one removes the comment");

	if (first < 0)
		return EX_USAGE;
	comment.rating = (uint8_t)rating;
	comment.len = text_to_utf8(
	    text, sizeof text, argv[first + 1], strlen(argv[first + 1]));
	if (comment.len > COMMENT_MAX) {
		log_error("the comment is longer than %d bytes, which is all "
			  "that eMule shows; shorten it",
		    COMMENT_MAX);
		return EX_DATAERR;
	}
	memcpy(comment.text, text, comment.len);
	if (count_characters(text, comment.len) > AMULE_SHOWS)
		log_notice(
		    "aMule shows only the first %d characters", AMULE_SHOWS);
	return cmd_change_each(cmd, 1, argv + first, set_comment, &comment);
}
