/*
 * Lines of a check; see report.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/report.h"

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
    [REPORT_OK] = "ok",
    [REPORT_WARNING] = "warning",
    [REPORT_PROBLEM] = "problem",
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
report(struct report *r, enum report_level level, const char *topic,
    const char *fmt, ...)
{
	char text[TEXT_MAX];
	struct fields f;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (level > r->worst)
		r->worst = level;
	if (r->width > 0 && !r->json) {
		printf("%-7s %-12s ", level_names[level], topic);
		print_words(text,
		    r->width > INDENT + TEXT_COLUMNS_MIN ? r->width - INDENT
							 : TEXT_COLUMNS_MIN);
	} else {
		fields_begin(&f, r->json);
		fields_word(&f, "level", level_names[level]);
		fields_word(&f, "topic", topic);
		(r->json ? fields_text : fields_word)(&f, "text", text);
		fields_end(&f);
	}
	fflush(stdout); /* the next may take some seconds */
}
