/*
 * Download as a direct client does, which says no hello and has no slot.
 * SPDX-License-Identifier: ISC
 */
#include "peer.h"

void
peer_direct(struct peer *p)
{
	for (uint64_t at = 0; at < p->file.size;) {
		struct range want = {
		    at, min_u64(at + p->opt.block, p->file.size)};
		uint8_t payload[DIRECT_REQUEST_SIZE];
		struct writer w = writer_of(payload, sizeof payload);
		struct range got;

		put_bytes(&w, p->file.hash, HASH_SIZE);
		put_u64(&w, want.start);
		put_u64(&w, want.end);
		peer_send_frame(
		    p, OP_EDONKEYPROT, OP_REQUESTPARTS, payload, w.pos);
		got = peer_receive_data(p, true);
		if (got.start != want.start || got.end != want.end)
			peer_die(PEER_CLOSED, "an answer to another request");
		at = want.end;
	}
}
