/*
 * How sums of transfers look on stdout: a table for people, or fields.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PRINT_STATS_H
#define CMD_PRINT_STATS_H

#include "cmd/fields.h"
#include "index/stats.h"

/* What stands above the rows of a table; nothing in another form. */
void print_stats_heading(enum fields_form form, enum stats_statement by);

/* One line: one row. */
void print_stats_row(enum fields_form form, enum stats_statement by,
    const struct stats_row *row);

#endif
