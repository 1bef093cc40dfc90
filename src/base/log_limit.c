/*
 * Messages that were logged already; see log_limit.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log_limit.h"

/* FNV-1a. Who finds two messages of one hash has hidden the second one. */
static uint64_t
hash_of(const char *s)
{
	uint64_t hash = UINT64_C(0xCBF29CE484222325);

	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001B3);
	return hash;
}

static bool
is_seen(const struct log_limit *l, uint64_t hash)
{
	for (size_t i = 0; i < l->n_seen; i++)
		if (l->seen[i] == hash)
			return true;
	return false;
}

/* One that is not allowed counts as seen, so that it is asked for once. */
static bool
is_admitted(struct log_limit *l, bool is_error, uint64_t hash)
{
	size_t most = is_error ? LOG_LIMIT_MESSAGES : LOG_LIMIT_WARNINGS;

	if (is_seen(l, hash) || l->n_seen >= most)
		return false;
	l->seen[l->n_seen++] = hash;
	return !l->allows || l->allows(l->ctx);
}

bool
log_limit_admits(struct log_limit *l, bool is_error, const char *message)
{
	bool admitted = is_admitted(l, is_error, hash_of(message));

	l->unlogged += !admitted;
	return admitted;
}

uint64_t
log_limit_renew(struct log_limit *l, uint64_t now_ms)
{
	uint64_t unlogged = l->unlogged;

	if (l->period_ms == 0 || now_ms - l->begun_ms < l->period_ms)
		return 0;
	l->begun_ms = now_ms;
	l->n_seen = 0;
	l->unlogged = 0;
	return unlogged;
}
