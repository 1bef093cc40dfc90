/*
 * What was sent; see ledger.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/books/ledger.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct transfer *
ledger_last(struct ledger *l)
{
	return l->n_files > 0 ? &l->files[l->n_files - 1] : NULL;
}

void
ledger_add(struct ledger *l, const uint8_t file[HASH_SIZE], const char *name,
    uint64_t bytes, uint64_t now_ms)
{
	struct transfer *t = ledger_last(l);

	if (!t ||
	    (memcmp(t->file, file, HASH_SIZE) != 0 &&
		l->n_files < LEDGER_FILES)) {
		if (t)
			t->ms = now_ms - l->began_ms[l->n_files - 1];
		l->began_ms[l->n_files] = now_ms;
		t = &l->files[l->n_files++];
		memset(t, 0, sizeof *t);
		t->began_s = time(NULL);
		memcpy(t->file, file, HASH_SIZE);
		snprintf(t->name, sizeof t->name, "%s", name);
	}
	t->bytes += bytes;
}

void
ledger_add_dead(void *ctx, const struct record *dead)
{
	struct ledger *l = ctx;
	struct transfer *t;

	if (l->n_dead == LEDGER_DEAD)
		return;
	t = &l->dead[l->n_dead++];
	memset(t, 0, sizeof *t);
	t->began_s = dead->began_s;
	memcpy(t->address, dead->address, sizeof t->address);
	t->has_user = dead->has_user;
	memcpy(t->user_hash, dead->user_hash, HASH_SIZE);
	memcpy(t->file, dead->file, HASH_SIZE);
	t->bytes = dead->bytes;
	t->ms = dead->alive_ms - dead->began_ms;
	/* a record may be half written, with strings that do not end */
	snprintf(t->client, sizeof t->client, "%.*s",
	    (int)sizeof dead->client - 1, dead->client);
	snprintf(t->name, sizeof t->name, "%.*s", (int)sizeof dead->name - 1,
	    dead->name);
	snprintf(t->outcome, sizeof t->outcome, "killed");
}

void
ledger_write(struct ledger *l, const struct transfer *peer, uint64_t now_ms)
{
	if (!l->state_dir)
		return;
	if (l->n_files > 0)
		ledger_last(l)->ms = now_ms - l->began_ms[l->n_files - 1];
	for (size_t i = 0; i < l->n_files; i++) {
		struct transfer *t = &l->files[i];

		memcpy(t->address, peer->address, sizeof t->address);
		t->has_user = peer->has_user;
		memcpy(t->user_hash, peer->user_hash, HASH_SIZE);
		memcpy(t->client, peer->client, sizeof t->client);
		memcpy(t->outcome, peer->outcome, sizeof t->outcome);
	}
	/* failures are logged; the peer was served all the same */
	activity_write(l->state_dir, l->files, l->n_files, &l->rules);
	activity_write(l->state_dir, l->dead, l->n_dead, &l->rules);
}
