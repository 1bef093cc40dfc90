/*
 * What a check finds: a line for each thing, with its remedy, and how bad the
 * worst of them is.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stdbool.h>

enum report_level {
	REPORT_OK,
	REPORT_WARNING, /* may be right, and is worth a look */
	REPORT_PROBLEM, /* peers get nothing, or not all */
};

struct report {
	bool json;
	unsigned width; /* of the terminal; 0: fields with tabs */
	enum report_level worst;
};

/*
 * One line: level, topic, text. What comes from elsewhere must be escaped; on a
 * terminal the text is broken between words.
 */
void report(struct report *r, enum report_level level, const char *topic,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
