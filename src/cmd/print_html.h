/*
 * Shared files as one page of HTML that needs nothing else: link.html, filled
 * in. Begin, any number of files, end; nothing is kept of a file but its size.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PRINT_HTML_H
#define CMD_PRINT_HTML_H

#include <stdint.h>

/* Zeroed at the beginning. */
struct html_page {
	uint64_t n_files, bytes;
};

void print_html_begin(void);

/*
 * One file. A character of the name that is no UTF-8 or would turn or break the
 * line is shown as U+FFFD. The link is one of ed2klink_format.
 */
void print_html_file(
    struct html_page *page, const char *name, uint64_t size, const char *link);

void print_html_end(const struct html_page *page);

#endif
