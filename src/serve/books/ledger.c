/*
 * What was sent; see ledger.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/books/ledger.h"

#include "base/clock.h"
#include "base/util.h"
#include "proto/msg.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Is it enough to be recorded? */
static bool
is_worth_a_row(const struct ledger_file *f)
{
	return f->sent.bytes >= min_u64(LEDGER_BYTES_MIN, f->size);
}

static struct ledger_file *
find_file(struct ledger *l, const uint8_t file[HASH_SIZE])
{
	for (size_t i = 0; i < l->n_files; i++)
		if (same_hash(l->files[i].sent.file, file))
			return &l->files[i];
	return NULL;
}

/*
 * A free entry, or that of a file that would not be recorded. NULL when there
 * is none.
 */
static struct ledger_file *
make_room(struct ledger *l)
{
	if (l->n_files < LEDGER_FILES)
		return &l->files[l->n_files++];
	for (size_t i = 0; i < LEDGER_FILES; i++)
		if (!is_worth_a_row(&l->files[i]))
			return &l->files[i];
	return NULL;
}

static void
begin_file(struct ledger_file *f, const uint8_t file[HASH_SIZE],
    const char *name, uint64_t size)
{
	*f =
	    (struct ledger_file){.sent = {.began_s = time(NULL)}, .size = size};
	memcpy(f->sent.file, file, HASH_SIZE);
	snprintf(f->sent.name, sizeof f->sent.name, "%s", name);
}

/* The entry of all that have none of their own. */
static struct ledger_file *
find_others(struct ledger *l)
{
	static const uint8_t none[HASH_SIZE];
	struct ledger_file *others = &l->files[LEDGER_FILES];

	if (l->n_files == LEDGER_FILES) {
		l->n_files++;
		begin_file(others, none, "", LEDGER_BYTES_MIN);
	}
	return others;
}

/* The time until now belongs to the current file. */
static void
stop_clock(struct ledger *l, uint64_t now_ms)
{
	if (l->current)
		l->current->sent.ms += now_ms - l->since_ms;
	l->since_ms = now_ms;
}

/* Make this file the current one. */
static void
turn_to(struct ledger *l, const uint8_t file[HASH_SIZE], const char *name,
    uint64_t size, uint64_t now_ms)
{
	struct ledger_file *f = find_file(l, file);

	stop_clock(l, now_ms);
	l->current = f;
	if (f)
		return;
	f = make_room(l);
	if (f)
		begin_file(f, file, name, size);
	l->current = f ? f : find_others(l);
}

/* Have the board tell of another file. */
static void
name_file(struct record *r, const struct transfer *t, uint64_t now_ms)
{
	r->bytes = 0; /* whoever finds it half done counts no file */
	r->began_s = t->began_s;
	r->began_ms = now_ms;
	memcpy(r->file, t->file, HASH_SIZE);
	memcpy(r->name, t->name, sizeof r->name);
}

/* Tell the board. */
static void
post(struct ledger *l, uint64_t now_ms)
{
	struct record *r = l->board ? scoreboard_mine(l->board) : NULL;
	const struct transfer *t = &l->current->sent;

	if (!r)
		return;
	r->all_bytes = l->bytes;
	if (r->bytes == 0 || !same_hash(r->file, t->file))
		name_file(r, t, now_ms);
	r->bytes = t->bytes;
}

void
ledger_add(struct ledger *l, const uint8_t file[HASH_SIZE], const char *name,
    uint64_t size, uint64_t bytes, uint64_t now_ms)
{
	if (bytes == 0)
		return;
	if (!l->current || !same_hash(l->current->sent.file, file))
		turn_to(l, file, name, size, now_ms);
	l->current->sent.bytes += bytes;
	l->bytes += bytes;
	post(l, now_ms);
}

/* From one entry as much as it has. */
static void
take_from(struct ledger *l, struct ledger_file *f, uint64_t *bytes)
{
	uint64_t n = min_u64(*bytes, f->sent.bytes);

	f->sent.bytes -= n;
	l->bytes -= n;
	*bytes -= n;
}

void
ledger_take_back(struct ledger *l, uint64_t bytes)
{
	if (l->current)
		take_from(l, l->current, &bytes);
	for (size_t i = l->n_files; i-- > 0;)
		take_from(l, &l->files[i], &bytes);
}

/* What a dead process had sent of its last file, or of all others. */
static void
add_dead(
    struct ledger *l, const struct record *dead, uint64_t bytes, bool is_named)
{
	struct transfer *t;

	if (bytes < LEDGER_BYTES_MIN)
		return;
	t = &l->dead[l->n_dead++];
	memset(t, 0, sizeof *t);
	t->began_s = dead->began_s;
	memcpy(t->address, dead->address, sizeof t->address);
	t->has_user = dead->has_user;
	memcpy(t->user_hash, dead->user_hash, HASH_SIZE);
	t->bytes = bytes;
	/* a record may be half written, with strings that do not end */
	snprintf(t->client, sizeof t->client, "%.*s",
	    (int)sizeof dead->client - 1, dead->client);
	snprintf(t->outcome, sizeof t->outcome, "killed");
	if (!is_named)
		return;
	memcpy(t->file, dead->file, HASH_SIZE);
	t->ms = elapsed_ms(dead->began_ms, dead->alive_ms);
	snprintf(t->name, sizeof t->name, "%.*s", (int)sizeof dead->name - 1,
	    dead->name);
}

bool
ledger_add_dead(void *ctx, const struct record *dead)
{
	struct ledger *l = ctx;
	uint64_t all = dead->all_bytes, bytes = min_u64(dead->bytes, all);

	if (l->n_dead + 2 > LEDGER_DEAD)
		return false;
	add_dead(l, dead, bytes, true);
	add_dead(l, dead, all - bytes, false);
	return true;
}

void
ledger_write_dead(struct ledger *l)
{
	if (l->state_dir)
		activity_write(
		    &l->db, l->state_dir, l->dead, l->n_dead, &l->rules);
	db_close(&l->db);
	l->n_dead = 0;
}

void
ledger_write(struct ledger *l, const struct transfer *peer, uint64_t now_ms)
{
	struct transfer list[LEDGER_FILES + 1 + LEDGER_DEAD];
	size_t n = 0;

	if (!l->state_dir)
		return;
	stop_clock(l, now_ms);
	for (size_t i = 0; i < l->n_files; i++) {
		struct transfer *t = &list[n];

		if (!is_worth_a_row(&l->files[i]))
			continue;
		*t = l->files[i].sent;
		memcpy(t->address, peer->address, sizeof t->address);
		t->has_user = peer->has_user;
		memcpy(t->user_hash, peer->user_hash, HASH_SIZE);
		memcpy(t->client, peer->client, sizeof t->client);
		memcpy(t->outcome, peer->outcome, sizeof t->outcome);
		n++;
	}
	memcpy(&list[n], l->dead, l->n_dead * sizeof *l->dead);
	n += l->n_dead;
	/* a failure is logged; the peer was served all the same */
	activity_write(&l->db, l->state_dir, list, n, &l->rules);
	l->n_files = l->n_dead = 0;
	l->current = NULL;
}

void
ledger_close(struct ledger *l)
{
	db_close(&l->db);
}
