/*
 * Peers that are not served, in the log; see early_end.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/who/early_end.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>

void
early_end_log(
    const struct early_end *e, const struct peer *peer, uint32_t unlogged)
{
	char more[32] = "";

	if (unlogged > 0)
		snprintf(more, sizeof more, " unlogged=%" PRIu32, unlogged);
	log_info("peer=%s end=%s%s%s%s", peer->name, e->end,
	    e->fault ? " fault=" : "", e->fault ? log_quote_str(e->fault) : "",
	    more);
}
