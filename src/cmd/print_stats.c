/*
 * Printing sums of transfers; see print_stats.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print_stats.h"

#include "base/address.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BAR_WIDTH 20

/* A day of UTC, or NULL when it is in no year that we know. */
static const char *
format_day(char out[32], int64_t unix_s)
{
	time_t t = unix_s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%d", &tm) == 0)
		return NULL;
	return out;
}

/* A column of a table each; rows of a kind have some of them. */
struct cells {
	const char *sent, *bar, *transfers, *peers, *files;
	const char *day; /* of a row by day; else the last one */
	const char *address;
	const char *name; /* of a file; the client of a peer */
};

static void
print_cells(enum stats_statement by, const struct cells *c)
{
	switch (by) {
	case STATS_BY_FILE:
		printf("%8s %-20s %9s %6s %-10s %s\n", c->sent, c->bar,
		    c->transfers, c->peers, c->day, c->name);
		break;
	case STATS_BY_PEER:
		printf("%8s %-20s %9s %6s %-10s %-15s %s\n", c->sent, c->bar,
		    c->transfers, c->files, c->day, c->address, c->name);
		break;
	default:
		printf("%-10s %8s %-20s %9s %6s %6s\n", c->day, c->sent, c->bar,
		    c->transfers, c->peers, c->files);
		break;
	}
}

void
print_stats_heading(enum stats_statement by)
{
	const struct cells titles = {
	    .sent = "SENT",
	    .bar = "",
	    .transfers = "TRANSFERS",
	    .peers = "PEERS",
	    .files = "FILES",
	    .day = by == STATS_BY_DAY ? "DAY" : "LAST",
	    .address = "ADDRESS",
	    .name = by == STATS_BY_PEER ? "CLIENT" : "NAME",
	};

	putchar('\n');
	print_cells(by, &titles);
}

static const char *
bar_of(const struct stats_row *row)
{
	static const char full[] = "####################";
	double share = row->most_bytes > 0
	    ? (double)row->bytes / (double)row->most_bytes
	    : 0;
	size_t n = (size_t)(share * BAR_WIDTH + 0.5);

	if (n == 0 && row->bytes > 0)
		n = 1;
	return full + BAR_WIDTH - min_size(n, BAR_WIDTH);
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void
print_total(const struct stats_row *row)
{
	char first[32], last[32], sent[TEXT_SIZE_MAX];

	text_size(sent, row->bytes);
	printf("%" PRIu64 " transfer%s of %" PRIu64 " file%s to %" PRIu64
	       " peer%s, %s",
	    row->transfers, plural(row->transfers), row->files,
	    plural(row->files), row->peers, plural(row->peers), sent);
	if (row->transfers > 0 && format_day(first, row->first_s) &&
	    format_day(last, row->last_s))
		printf(", %s to %s", first, last);
	putchar('\n');
}

static void
print_row(enum stats_statement by, const struct stats_row *row)
{
	char sent[TEXT_SIZE_MAX], transfers[24], peers[24], files[24], day[32];
	char address[ADDRESS_TEXT], name[4 * WIRE_NAME_MAX + 1];
	const char *raw = by == STATS_BY_PEER ? row->client : row->name;
	struct cells cells = {.sent = sent,
	    .bar = bar_of(row),
	    .transfers = transfers,
	    .peers = peers,
	    .files = files,
	    .day = format_day(
		day, by == STATS_BY_DAY ? row->first_s : row->last_s),
	    .address = address_format(address, row->address),
	    .name = name};

	text_size(sent, row->bytes);
	snprintf(transfers, sizeof transfers, "%" PRIu64, row->transfers);
	snprintf(peers, sizeof peers, "%" PRIu64, row->peers);
	snprintf(files, sizeof files, "%" PRIu64, row->files);
	text_escape(name, sizeof name, raw, strlen(raw), "");
	if (!cells.day)
		cells.day = "-";
	print_cells(by, &cells);
}

/* For programs. The first eight fields are the same for all kinds. */
static void
put_fields(bool json, enum stats_statement by, const struct stats_row *row)
{
	static const char *const kinds[] = {
	    [STATS_TOTAL] = "total",
	    [STATS_BY_FILE] = "file",
	    [STATS_BY_PEER] = "peer",
	    [STATS_BY_DAY] = "day",
	};
	char address[ADDRESS_TEXT], day[32];
	struct fields f;

	fields_begin(&f, json);
	fields_word(&f, "by", kinds[by]);
	fields_number(&f, "bytes", row->bytes);
	fields_number(&f, "transfers", row->transfers);
	fields_number(&f, "peers", row->peers);
	fields_number(&f, "files", row->files);
	fields_number(&f, "ms", row->ms);
	fields_time(&f, "first", row->first_s);
	fields_time(&f, "last", row->last_s);
	if (by == STATS_BY_FILE) {
		fields_hash(&f, "hash", row->file);
		fields_text(&f, "name", row->name);
	} else if (by == STATS_BY_PEER) {
		fields_word(&f, "address",
		    address_is_known(row->address)
			? address_format(address, row->address)
			: NULL);
		fields_hash(
		    &f, "user_hash", row->has_user ? row->user_hash : NULL);
		fields_text(&f, "client", row->client);
	} else if (by == STATS_BY_DAY) {
		fields_word(&f, "day", format_day(day, row->first_s));
	}
	fields_end(&f);
}

void
print_stats_row(
    enum stats_form form, enum stats_statement by, const struct stats_row *row)
{
	if (form != STATS_TABLE)
		put_fields(form == STATS_JSON, by, row);
	else if (by == STATS_TOTAL)
		print_total(row);
	else
		print_row(by, row);
}
