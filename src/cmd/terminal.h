/*
 * Output for people on a terminal: how wide it is, and text that is cut by the
 * columns it takes there, not by its bytes. Needs setlocale(3).
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <limits.h>

/*
 * The columns of the terminal that fd is: COLUMNS in the environment if that is
 * a number, else what the terminal says, else 80.
 */
unsigned terminal_columns(int fd);

/* Room for any path, escaped, and an ellipsis. */
#define TERMINAL_PATH_MAX (4 * PATH_MAX + 4)

/*
 * Make a path or a name at most so many columns wide, escaped as text_escape
 * does it, also what this locale cannot show. If it is too long, an ellipsis
 * stands for its beginning or, when the name alone is too long, for the middle
 * of the name. Returns out.
 */
const char *terminal_fit_path(
    char out[TERMINAL_PATH_MAX], const char *path, unsigned columns);

#endif
