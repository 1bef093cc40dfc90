/*
 * The lines that `check` prints; see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/check.h"

#include "cmd/fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A few quoted paths of 4,000 bytes each. */
#define TEXT_MAX 16384

/* "problem" and "conversation", and a blank behind each. */
#define INDENT 21

/* What text gets at least, even if lines become longer than the terminal. */
#define TEXT_COLUMNS_MIN 20

static const char *const level_names[] = {
    [CHECK_OK] = "ok",
    [CHECK_WARNING] = "warning",
    [CHECK_PROBLEM] = "problem",
};

/* In bytes, not columns: only names of files can have others than ASCII. */
static void
print_words(const char *text, size_t columns)
{
	size_t used = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (used > 0 && used + 1 + len > columns) {
			printf("\n%*s", INDENT, "");
			used = 0;
		}
		used += (size_t)printf(
		    "%s%.*s", used > 0 ? " " : "", (int)len, text);
		text += len + (text[len] == ' ');
	}
	putchar('\n');
}

void
check_report(struct check *c, enum check_level level, const char *topic,
    const char *fmt, ...)
{
	char text[TEXT_MAX];
	struct fields f = {.form = c->json ? FIELDS_JSON : FIELDS_TABS};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (level > c->worst)
		c->worst = level;
	if (c->width > 0 && !c->json) {
		printf("%-7s %-12s ", level_names[level], topic);
		print_words(text,
		    c->width > INDENT + TEXT_COLUMNS_MIN ? c->width - INDENT
							 : TEXT_COLUMNS_MIN);
	} else {
		fields_begin(&f);
		fields_word(&f, "level", level_names[level]);
		fields_word(&f, "topic", topic);
		fields_word(&f, "text", text);
		fields_end(&f);
	}
	fflush(stdout); /* the next may take some seconds */
}
