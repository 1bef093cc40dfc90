/*
 * Download as an eMule-family client does.
 * SPDX-License-Identifier: ISC
 */
#include "peer.h"
#include "../tools/hello.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define IN_FLIGHT 3

static void
ask(struct peer *p, uint8_t opcode, uint8_t answer)
{
	struct header h;

	peer_send_frame(p, OP_EDONKEYPROT, opcode, p->file.hash, HASH_SIZE);
	h = peer_expect(p, answer);
	peer_receive_all(p->fd, NULL, h.payload_len);
}

static void
say_hello(struct peer *p)
{
	uint8_t payload[AMULE_HELLO_SIZE], user[HASH_SIZE];
	char text[2 * HASH_SIZE + 1];
	struct header h;

	hex_decode(payload, AMULE_HELLO, sizeof payload);
	peer_send_frame(p, OP_EDONKEYPROT, OP_HELLO, payload, sizeof payload);
	h = peer_expect(p, OP_HELLOANSWER);
	if (h.payload_len < sizeof user)
		peer_die(PEER_CLOSED, "a short HELLOANSWER");
	peer_receive_all(p->fd, user, sizeof user);
	peer_receive_all(p->fd, NULL, h.payload_len - sizeof user);
	if (!p->opt.who)
		return;
	hex_encode(text, user, sizeof user);
	puts(text);
	fflush(stdout);
}

static void
print_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("%lld\n", (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

void
peer_get_slot(struct peer *p)
{
	say_hello(p);
	ask(p, OP_REQUESTFILENAME, OP_REQFILENAMEANSWER);
	ask(p, OP_SETREQFILEID, OP_FILESTATUS);
	if (p->file.size > PART_SIZE)
		ask(p, OP_HASHSETREQUEST, OP_HASHSETANSWER);
	ask(p, OP_STARTUPLOADREQ, OP_ACCEPTUPLOADREQ);
	if (p->opt.when)
		print_time();
}

/* What is asked for, and how much of it has come. */
struct block {
	struct range range;
	uint64_t got;
	bool asked;
};

static struct block *blocks;
static size_t n_blocks;

static bool
is_done(const struct block *b)
{
	return b->range.start + b->got == b->range.end;
}

/* All blocks from opt.from on. */
static void
cut_blocks(struct peer *p)
{
	n_blocks = 0;
	blocks =
	    calloc(p->file.size / p->opt.block + p->file.size / PART_SIZE + 2,
		sizeof *blocks);
	if (!blocks)
		peer_die(PEER_USAGE, "no memory");
	for (uint64_t at = p->opt.from; at < p->file.size;
	     at = blocks[n_blocks++].range.end)
		blocks[n_blocks].range = peer_block_at(p, at);
}

/*
 * Data of a block: the first that is asked for. When a slot has ended, what was
 * asked for in it may still come if the next one began at once, in its own
 * order; what does not fit is dropped, as clients do.
 */
static void
take_data(struct range got, size_t first, bool any_order)
{
	struct block *b = &blocks[first];
	bool fits;

	for (; any_order && b < blocks + n_blocks - 1; b++)
		if (got.start < b->range.end)
			break;
	fits = !is_done(b) && got.start == b->range.start + b->got &&
	    got.end <= b->range.end;
	if (!fits && !any_order)
		peer_die(PEER_CLOSED,
		    "got %" PRIu64 "-%" PRIu64 " when block %" PRIu64
		    " was to come",
		    got.start, got.end, blocks[first].range.start);
	if (fits)
		b->got += got.end - got.start;
}

/* Ask for what comes next: IN_FLIGHT blocks are under way at a time. */
static void
ask_blocks(struct peer *p, size_t first)
{
	struct range wanted[IN_FLIGHT];
	size_t n_wanted = 0, n_open = 0;
	bool has_fresh = false;

	for (size_t i = first; i < n_blocks && n_open < IN_FLIGHT; i++) {
		struct block *b = &blocks[i];

		if (is_done(b))
			continue;
		n_open++;
		if (b->asked && !p->opt.repeat)
			continue;
		has_fresh |= !b->asked;
		b->asked = true;
		wanted[n_wanted++] = b->range;
	}
	if (!has_fresh)
		return;
	peer_request(p, wanted, n_wanted);
	if (p->opt.ask)
		peer_send_frame(p, OP_EDONKEYPROT, OP_REQUESTFILENAME,
		    p->opt.ask, HASH_SIZE);
}

static void
get_blocks(struct peer *p)
{
	bool any_order = false;
	size_t first = 0;

	cut_blocks(p);
	for (;;) {
		struct range got;

		while (first < n_blocks && is_done(&blocks[first]))
			first++;
		if (first == n_blocks)
			break;
		ask_blocks(p, first);
		got = peer_receive_data(p, false);
		if (got.end > 0) {
			take_data(got, first, any_order);
			continue;
		}
		/* another slot: the rest has to be asked for again */
		any_order = true;
		for (size_t i = first; i < n_blocks; i++) {
			blocks[i].range.start += blocks[i].got;
			blocks[i].got = 0;
			blocks[i].asked = false;
		}
	}
}

void
peer_get(struct peer *p)
{
	peer_get_slot(p);
	get_blocks(p);
	peer_send_frame(p, OP_EDONKEYPROT, OP_CANCELTRANSFER, NULL, 0);
}
