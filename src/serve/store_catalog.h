/*
 * The session's catalog, made of the share database and the one shared file
 * that is open.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_STORE_CATALOG_H
#define SERVE_STORE_CATALOG_H

#include "serve/talk/catalog.h"
#include "serve/data/shared_file.h"

/* `file` is borrowed; each find makes it the file that was asked for. */
void store_catalog_init(struct catalog *catalog, struct shared_file *file);

#endif
