/*
 * Plain or obfuscated; see transport.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/wire/transport.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

void
transport_init(
    struct transport *t, const uint8_t *user_hash, struct outbox *outbox)
{
	*t = (struct transport){
	    .obfuscation = {.user_hash = user_hash},
	    .outbox = outbox,
	};
}

static void
answer_handshake(struct transport *t)
{
	uint8_t noise[1 + OBFUSCATION_PADDING_MAX] = {0};

	/* no secret depends on it: without randomness it is still an answer */
	if (getrandom(noise, sizeof noise, GRND_NONBLOCK) < 0)
		log_debug("no random bytes: %s", strerror(errno));
	obfuscation_put_answer(&t->outbox->writer, noise + 1,
	    noise[0] % (OBFUSCATION_PADDING_MAX + 1));
	t->outbox->cipher = &t->obfuscation.out;
}

static bool
shake_hands(struct transport *t, uint8_t *bytes, size_t *len)
{
	size_t used;

	switch (obfuscation_handshake(&t->obfuscation, bytes, *len, &used)) {
	case OBFUSCATION_DONE:
		log_debug("the connection is obfuscated");
		*len -= used;
		memmove(bytes, bytes + used, *len);
		answer_handshake(t);
		t->open = true;
		return true;
	case OBFUSCATION_MORE:
		return true;
	default:
		return false;
	}
}

bool
transport_receive(
    struct transport *t, uint8_t *bytes, size_t *len, size_t n_new)
{
	if (!t->known) {
		t->known = true;
		t->obfuscated =
		    t->obfuscation.user_hash && obfuscation_begins(bytes[0]);
		t->open = !t->obfuscated;
	}
	if (!t->open)
		return shake_hands(t, bytes, len);
	if (t->obfuscated)
		rc4_apply(&t->obfuscation.in, bytes + *len - n_new, n_new);
	return true;
}
