/*
 * Tables for people, on a terminal: how wide it is, and text that is lined up
 * by the columns it takes there, not by its bytes. Wants setlocale(3).
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

/*
 * How many columns standard output has: COLUMNS in the environment if that is
 * a number, else what the terminal says, else 80.
 */
unsigned table_width(void);

/*
 * Print a path in at most so many columns, escaped as text_escape does it, and
 * besides what this locale cannot show. If it is too long, an ellipsis stands
 * for its beginning, or, when the name alone is too long, for the middle of
 * the name.
 */
void table_put_path(const char *path, unsigned columns);

#endif
