/*
 * What this process can still do once it deals with its peer: read the files
 * that are shared, write its state directory, and talk to the one peer it has.
 * Works for any user and takes no privilege.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WALLS_SANDBOX_H
#define SERVE_WALLS_SANDBOX_H

#include "store/store.h"

#include <stdbool.h>

enum sandbox_mode {
	SANDBOX_TRY,     /* as much as the kernel can */
	SANDBOX_REQUIRE, /* all of it, or no service */
	SANDBOX_OFF,     /* for debuggers */
};

/* "try", "require", "off". False for anything else. */
bool sandbox_mode_parse(const char *text, enum sandbox_mode *out);

/*
 * Go in; there is no way out. `store` is open, state_dir NULL when there is
 * none. What the kernel lacks is logged in one line, as a warning, or as an
 * error with SANDBOX_REQUIRE, and then this is false.
 */
bool sandbox_enter(
    enum sandbox_mode mode, struct store *store, const char *state_dir);

#endif
