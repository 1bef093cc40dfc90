/*
 * The whole publisher over a scripted network: time passes, questions are
 * answered, in part truly, and datagrams come that nobody asked for. What it
 * sends stays within its limits.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "base/util.h"
#include "kad/kad.h"
#include "kad/msg.h"

#define RATE     20
#define RECENT   16
#define JOBS_MAX 40

enum step {
	STEP_TIME,
	STEP_ANSWER,   /* the right opcode and id, then bytes */
	STEP_STRANGER, /* a datagram from anywhere */
	STEP_REPLY,    /* a datagram from someone who was asked */
	STEP_CHECK,
	N_STEPS,
};

struct question {
	struct kad_address to;
	uint8_t opcode;
	uint8_t id[KAD_ID_SIZE];
};

static struct kad *k;
static struct question recent[RECENT];
static size_t n_recent;
static uint64_t now, n_sent;
static size_t n_given, n_done;

static bool
next(void *ctx, struct kad_job *out)
{
	(void)ctx;
	if (n_given == JOBS_MAX)
		return false;
	*out = (struct kad_job){
	    .kind = n_given % 3 == 0 ? KAD_SOURCE
		: n_given % 3 == 1   ? KAD_KEYWORD
				     : KAD_NOTE,
	    .target = {(uint64_t)n_given << 56, 0},
	    .size = UINT64_C(1) << n_given,
	    .number = n_given,
	};
	n_given++;
	return true;
}

static size_t
describe(void *ctx, const struct kad_job *job,
    struct kad_file files[KAD_KEYWORD_FILES])
{
	(void)ctx;
	must(job->number < n_given);
	for (size_t i = 0; i < KAD_KEYWORD_FILES; i++)
		files[i] = (struct kad_file){.name = "name", .name_len = 4};
	return job->number % 7 == 6 ? 0 : KAD_KEYWORD_FILES;
}

static void
done(void *ctx, const struct kad_job *job, const struct kad_outcome *outcome)
{
	(void)ctx;
	must(job->number < n_given);
	must(outcome->n_stored <= outcome->n_asked && outcome->load <= 100);
	n_done++;
}

static const struct kad_work work = {NULL, next, describe, done};

static void
note_sent(const uint8_t *datagram, size_t len, struct kad_address to)
{
	struct question *q = &recent[n_recent++ % RECENT];
	struct reader r = reader_of(datagram, len);

	must(len >= 2 && len <= KAD_DATAGRAM_MAX);
	must(kad_address_is_usable(to));
	n_sent++;
	*q = (struct question){.to = to, .opcode = datagram[1]};
	get_slice(&r, datagram[1] == KAD_REQ ? 3 : 2);
	if (reader_left(&r) >= KAD_ID_SIZE)
		get_bytes(&r, q->id, KAD_ID_SIZE);
}

static void
turn(void)
{
	static uint8_t out[KAD_DATAGRAM_MAX];
	struct kad_address to;
	size_t len;

	kad_tick(k, now);
	while ((len = kad_next_datagram(k, now, out, &to)) > 0)
		note_sent(out, len, to);
	must(n_sent <= (now / 1000 + 2) * RATE);
	must(n_done <= n_given);
}

static void
receive(const struct writer *w, struct kad_address from)
{
	uint8_t *copy = malloc(w->pos > 0 ? w->pos : 1);

	must(copy && !w->bad);
	memcpy(copy, w->data, w->pos);
	kad_receive(k, copy, w->pos, from, now);
	free(copy);
}

static void
put_some(struct writer *w, struct reader *r, size_t n)
{
	n = min_size(n, reader_left(r));
	get_bytes(r, put_slice(w, n), n);
}

static uint8_t
answer_to(uint8_t opcode)
{
	switch (opcode) {
	case KAD_BOOTSTRAP_REQ:
		return KAD_BOOTSTRAP_RES;
	case KAD_REQ:
		return KAD_RES;
	case KAD_FIREWALLED2_REQ:
		return KAD_FIREWALLED_RES;
	case KAD_PING:
		return KAD_PONG;
	default:
		return KAD_PUBLISH_RES;
	}
}

/* Contacts near the id of the question, at addresses that may be anything. */
static void
put_contacts(struct writer *w, struct reader *r, const uint8_t *id, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_bytes(w, id, 4);
		put_u32(w, get_u8(r));
		put_u64(w, get_u16(r));
		put_u32(w, 0x50000000 + (uint32_t)get_u16(r) * 57);
		put_u16(w, get_u8(r));
		put_u16(w, 4662);
		put_u8(w, 8);
	}
}

static void
answer(struct reader *r)
{
	static uint8_t bytes[2000];
	struct writer w = writer_of(bytes, sizeof bytes);
	const struct question *q = &recent[get_u8(r) % RECENT];
	uint8_t opcode = answer_to(q->opcode), n = get_u8(r) % 12;

	kad_put_bare(&w, opcode);
	if (opcode == KAD_BOOTSTRAP_RES) {
		put_u64(&w, get_u64(r));
		put_u64(&w, 0);
		put_u16(&w, 4662);
		put_u8(&w, 8);
		put_u16(&w, n);
		put_contacts(&w, r, q->id, n);
	} else if (opcode == KAD_RES) {
		put_bytes(&w, q->id, KAD_ID_SIZE);
		put_u8(&w, n);
		put_contacts(&w, r, q->id, n);
	} else if (opcode == KAD_PUBLISH_RES) {
		put_bytes(&w, q->id, KAD_ID_SIZE);
		put_u8(&w, n);
	} else {
		put_u32(&w, 0x505A5A00 + n);
	}
	receive(&w, q->to);
	if (opcode == KAD_FIREWALLED_RES && n % 2) {
		w.pos = 0;
		kad_put_bare(&w, KAD_FIREWALLED_ACK_RES);
		receive(&w, q->to);
	}
}

static void
step(struct reader *r)
{
	static const uint32_t spans[] = {
	    1, 50, 1000, 2000, 5000, 60000, 180000, 600000};
	static uint8_t bytes[300];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct kad_address from = {0x50000000, 4672};

	switch ((enum step)(get_u8(r) % N_STEPS)) {
	case STEP_TIME:
		now += spans[get_u8(r) % ARRAY_LEN(spans)];
		break;
	case STEP_ANSWER:
		answer(r);
		break;
	case STEP_STRANGER:
		from.ip += get_u16(r);
		put_some(&w, r, get_u8(r));
		receive(&w, from);
		break;
	case STEP_REPLY:
		from = recent[get_u8(r) % RECENT].to;
		put_some(&w, r, get_u8(r));
		receive(&w, from);
		break;
	default:
		must(kad_deadline(k, now) >= now);
		must(kad_status(k, now).n_jobs <= JOBS_MAX);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kad_config config = {.id = {1, 2},
	    .tcp_port = 4662,
	    .seed = 1,
	    .rate = RATE,
	    .plain = true,
	    .work = &work};
	struct reader r = reader_of(data, size);
	static uint8_t nodes[12 + 10 * KAD_CONTACT_SIZE];
	struct writer w = writer_of(nodes, sizeof nodes);

	k = calloc(1, kad_size());
	must(k);
	now = 1000;
	n_sent = n_recent = n_given = n_done = 0;
	memset(recent, 0, sizeof recent);
	config.unchecked = get_u8(&r) & 1;
	kad_init(k, &config, now);
	put_u32(&w, 0);
	put_u32(&w, 1);
	put_u32(&w, 10);
	for (uint32_t i = 0; i < 10; i++) {
		struct kad_contact contact = {.id = {(uint64_t)i << 60, i},
		    .address = {0x50000001 + (i << 16), 4672},
		    .version = 8};

		kad_put_contact(&w, &contact);
	}
	must(kad_add_nodes(k, nodes, w.pos) == 10);
	turn();
	while (reader_left(&r) > 0) {
		step(&r);
		turn();
	}
	free(k);
	return 0;
}
