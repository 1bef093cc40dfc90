/*
 * The sandbox: from then on this process can only read shared files, write its
 * state directory and talk to its peer. Any user may enter it.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WALLS_SANDBOX_H
#define SERVE_WALLS_SANDBOX_H

#include "store/cover.h"

#include <stdbool.h>
#include <stdint.h>

enum sandbox_mode {
	SANDBOX_TRY,     /* as much of it as the kernel has */
	SANDBOX_REQUIRE, /* all of it, or no service */
	SANDBOX_OFF,     /* for debuggers */
};

/* "try", "require", "off". False for anything else. */
bool sandbox_mode_parse(const char *text, enum sandbox_mode *out);

/*
 * Enter it, for good: with files beneath these directories, and with the share
 * database at this path. state_dir is NULL when there is none. The kernel kills
 * the process when it lives an eighth longer than life_s seconds, whatever it
 * does; 0: it does not.
 * What the kernel lacks is logged in one line: as a warning, or with
 * SANDBOX_REQUIRE as an error, and then the result is false.
 */
bool sandbox_enter(enum sandbox_mode mode, const struct cover *cover,
    const char *database, const char *state_dir, uint64_t life_s);

#endif
