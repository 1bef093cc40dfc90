/*
 * A login to a server that may say anything at any time. A step is a byte: its
 * low bits say what happens, the others how much of it. What we send stays
 * whole frames within the limits.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "announce/server/session.h"

enum step {
	STEP_BYTES,
	STEP_TIME,
	STEP_SENT,
	STEP_OFFER,
	N_STEPS,
};

static void
line(void *ctx, const char *text, size_t n)
{
	(void)ctx;
	must(n > 0 && n <= SERVER_TEXT_MAX);
	must(!memchr(text, '\n', n));
}

static const uint8_t user_hash[HASH_SIZE] = {1};

static void
offer(struct server_session *s, uint32_t max, uint64_t now)
{
	struct server_file file = {{1}, 1, "a name.mp3"};
	uint32_t wanted = server_session_wants(s, now);

	must(wanted <= SERVER_OFFER_FILES);
	must(wanted == 0 || s->state == SERVER_LISTED);
	for (uint32_t i = 0; i < wanted && i < max; i++) {
		file.size = file.size << 1 | i;
		must(server_session_add(s, &file) ==
		    server_takes_size(s->flags, file.size));
	}
	must(!s->offer.bad);
	server_session_offer(s, now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct server_config config = {
	    .login = {user_hash, 4662, "nick", true},
	    .limit = 300,
	    .line = line};
	static struct server_session s;
	uint64_t now = 1;
	size_t n;

	server_session_init(&s, &config, now);
	server_session_connected(&s, now);
	while (size > 0 && s.state != SERVER_ENDED) {
		enum step step = data[0] % N_STEPS;
		size_t amount = data[0] / N_STEPS;

		data++;
		size--;
		if (step == STEP_BYTES) {
			uint8_t *copy;

			n = amount < size ? amount : size;
			copy = exact_copy(data, n);
			server_session_read(&s, copy, n, now);
			free(copy);
			data += n;
			size -= n;
		} else if (step == STEP_TIME) {
			now += UINT64_C(1) << (amount % 24);
			server_session_tick(&s, now);
		} else if (step == STEP_SENT) {
			server_session_output(&s, &n);
			server_session_sent(&s, n / (amount + 1), now);
		} else {
			offer(&s, (uint32_t)amount, now);
		}
		must(s.n_offered <= config.limit);
		must(s.state == SERVER_ENDED ||
		    server_session_deadline(&s, true) > 0);
	}
	must((s.state == SERVER_ENDED) == (s.end != SERVER_END_NONE));
	must((s.end == SERVER_END_BAD_SERVER) == (s.fault != NULL));
	must(*server_end_name(s.end));
	return 0;
}
