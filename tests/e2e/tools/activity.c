/*
 * activity [-a] DIR: record transfers in DIR/activity.db as ed2k-serve does,
 * with -a anonymously, all in one transaction. One a line of standard input,
 * with single spaces between the fields:
 *
 *   BEGAN_S ADDRESS USER|- CLIENT FILE BYTES MS OUTCOME NAME
 *
 * ADDRESS is IPv4 or IPv6, or -; USER and FILE are hashes; CLIENT is - for
 * none. In CLIENT and NAME %HH stands for a byte.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/util.h"
#include "serve/books/activity.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 10000

/* Undo %HH. False when it does not fit. */
static bool
unescape(char *out, size_t cap, const char *s)
{
	size_t len = 0;

	while (*s && len < cap - 1) {
		uint8_t byte;

		if (*s == '%' && hex_decode(&byte, s + 1, 1)) {
			out[len++] = (char)byte;
			s += 3;
		} else {
			out[len++] = *s++;
		}
	}
	out[len] = '\0';
	return *s == '\0';
}

static bool
read_address(uint8_t out[16], const char *s)
{
	memset(out, 0, 16);
	if (strcmp(s, "-") == 0 || inet_pton(AF_INET6, s, out) == 1)
		return true;
	out[10] = out[11] = 0xFF;
	return inet_pton(AF_INET, s, out + 12) == 1;
}

static bool
read_transfer(struct transfer *t, char *line)
{
	char *field[9], *rest = line;

	memset(t, 0, sizeof *t);
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < 8; i++)
		if (!(field[i] = strsep(&rest, " ")))
			return false;
	if (!rest)
		return false;
	field[8] = rest;
	t->began_s = strtoll(field[0], NULL, 10);
	t->has_user = strcmp(field[2], "-") != 0;
	t->bytes = strtoull(field[5], NULL, 10);
	t->ms = strtoull(field[6], NULL, 10);
	return read_address(t->address, field[1]) &&
	    (!t->has_user || hex_decode(t->user_hash, field[2], HASH_SIZE)) &&
	    unescape(t->client, sizeof t->client,
		strcmp(field[3], "-") == 0 ? "" : field[3]) &&
	    hex_decode(t->file, field[4], HASH_SIZE) &&
	    unescape(t->outcome, sizeof t->outcome, field[7]) &&
	    unescape(t->name, sizeof t->name, field[8]);
}

int
main(int argc, char *argv[])
{
	static struct transfer list[LIST_MAX];
	const struct activity_rules rules = {
	    .anonymize = argc == 3 && strcmp(argv[1], "-a") == 0};
	char line[4096];
	struct db db;
	size_t n = 0;
	bool good;

	log_open_stderr("activity");
	if (argc != (rules.anonymize ? 3 : 2))
		return 2;
	while (n < LIST_MAX && fgets(line, sizeof line, stdin))
		if (!read_transfer(&list[n++], line)) {
			fprintf(stderr, "activity: bad line %zu\n", n);
			return 2;
		}
	good = activity_write(&db, argv[argc - 1], list, n, &rules);
	db_close(&db);
	return good ? 0 : 1;
}
