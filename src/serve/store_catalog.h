/*
 * The session's catalog, made of the share database and the one shared file
 * that is open.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_STORE_CATALOG_H
#define SERVE_STORE_CATALOG_H

#include "board/scoreboard.h"
#include "serve/data/shared_file.h"
#include "serve/talk/catalog.h"

struct store_catalog {
	struct shared_file *file; /* borrowed: the file that was asked for */
	struct scoreboard *board; /* borrowed: limits costly answers */
	struct catalog source;    /* what the session is given */
};

void store_catalog_init(struct store_catalog *c, struct shared_file *file,
    struct scoreboard *board);

#endif
