/*
 * The part of `check` that says what servers were told; see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/announcer.h"
#include "cmd/check.h"

#include <time.h>

void
check_announcer(struct check *c)
{
	static const enum check_level levels[] = {
	    [ANNOUNCER_GOOD] = CHECK_OK,
	    [ANNOUNCER_BUSY] = CHECK_WARNING,
	    [ANNOUNCER_BAD] = CHECK_PROBLEM,
	};
	struct announced announced;
	enum announcer_news news;
	char words[1024];

	announced_read(&announced, c->announcer);
	news = announcer_words(words, &announced, (uint64_t)time(NULL));
	if (news != ANNOUNCER_ABSENT)
		check_report(c, levels[news], "announcer", "%s", words);
}
