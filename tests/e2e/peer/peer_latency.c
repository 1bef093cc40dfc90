/*
 * Download with one block in flight, and time how long each takes to begin.
 * SPDX-License-Identifier: ISC
 */
#include "peer.h"
#include "../tools/times.h"

#include <sys/socket.h>

void
peer_latency(struct peer *p)
{
	size_t max = (size_t)(p->file.size / p->opt.block) + 1, n = 0;
	double *us = calloc(max + p->file.size / PART_SIZE, sizeof *us);

	if (!us)
		peer_die(PEER_USAGE, "no memory");
	peer_get_slot(p);
	for (uint64_t at = 0; at < p->file.size;) {
		struct range block = peer_block_at(p, at);
		uint8_t begin[PACKET_HEADER_SIZE + HASH_SIZE + 8 + 1];
		double begin_us = now_us();

		peer_request(p, &block, 1);
		if (recv(p->fd, begin, sizeof begin, MSG_PEEK | MSG_WAITALL) !=
		    sizeof begin)
			peer_die(
			    PEER_CLOSED, "the server closed the connection");
		us[n++] = now_us() - begin_us;
		while (at < block.end)
			at = peer_receive_data(p, false).end;
	}
	print_median(us, n);
	free(us);
	peer_send_frame(p, OP_EDONKEYPROT, OP_CANCELTRANSFER, NULL, 0);
}
