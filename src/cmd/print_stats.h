/*
 * How sums of transfers look on stdout: a table for people, or fields.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PRINT_STATS_H
#define CMD_PRINT_STATS_H

#include "index/stats.h"

enum stats_form {
	STATS_TABLE, /* for a terminal */
	STATS_TABS,
	STATS_JSON,
};

/* What stands above the rows of a table. */
void print_stats_heading(enum stats_statement by);

/* One line: one row. */
void print_stats_row(
    enum stats_form form, enum stats_statement by, const struct stats_row *row);

#endif
