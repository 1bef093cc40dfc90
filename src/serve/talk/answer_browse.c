/*
 * Lists of the share; see answer.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/answer.h"

#include <string.h>

/* A list that is being written. */
struct listing {
	const struct session *session;
	struct writer *w;
	struct msg_list list;
};

static bool
list_file(
    void *ctx, const uint8_t hash[HASH_SIZE], const struct catalog_file *file)
{
	struct listing *l = ctx;
	char name[WIRE_NAME_MAX + 1];
	size_t len;

	if (!msg_list_has_room(l->w, &l->list))
		return false; /* the list ends here */
	if (file->size > EMULE_FILE_MAX)
		return true;
	len = answer_encode(
	    l->session, name, WIRE_NAME_MAX, file->name, strlen(file->name));
	name[len] = '\0';
	msg_put_list_entry(l->w, &l->list, hash, file->size, name);
	return true;
}

static void
put_list(
    struct session *s, const uint8_t *dir, size_t dir_len, struct writer *w)
{
	struct listing l = {s, w, msg_begin_list(w, dir, dir_len)};

	s->catalog->each(s->catalog->ctx, list_file, &l);
	msg_end_list(w, &l.list);
}

/* Count one list. False, and the peer is told so, when it may have none. */
static bool
count_list(struct session *s, struct writer *w)
{
	if (s->config->browse && s->n_lists < LISTS_MAX) {
		s->n_lists++;
		return true;
	}
	msg_put_shared_denied(w);
	return false;
}

void
answer_browse(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	if (count_list(s, w))
		put_list(s, NULL, 0, w);
}

void
answer_browse_dirs(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	if (count_list(s, w))
		msg_put_directory(w, BROWSE_DIRECTORY);
}

/* The string from the peer is compared, and used for nothing else. */
void
answer_browse_dir(struct session *s, const struct packet *p, struct writer *w)
{
	struct reader r = reader_of(p->payload, p->payload_len);
	size_t len = get_u16(&r);
	const uint8_t *dir = get_slice(&r, len);

	if (!count_list(s, w))
		return;
	if (dir && len == strlen(BROWSE_DIRECTORY) &&
	    memcmp(dir, BROWSE_DIRECTORY, len) == 0)
		put_list(s, dir, len, w);
	else
		msg_put_shared_denied(w);
}
