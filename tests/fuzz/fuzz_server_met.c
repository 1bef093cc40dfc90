/*
 * server.met: what is found can be dialled, and reading ends.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "announce/server/server_met.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = exact_copy(data, size);
	enum server_met_result result;
	struct server_met_entry e;
	struct server_met m;
	unsigned n = 0;

	if (server_met_open(&m, copy, size)) {
		while ((result = server_met_next(&m, &e)) != SERVER_MET_END) {
			must(++n <= SERVER_MET_SERVERS_MAX);
			must(result != SERVER_MET_FOUND ||
			    (e.port != 0 && e.host[0] != '\0'));
			must(memchr(e.host, '\0', sizeof e.host));
		}
	}
	free(copy);
	return 0;
}
