/*
 * Printing sums of transfers; see print_stats.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print_stats.h"

#include "base/address.h"
#include "base/text.h"
#include "base/util.h"

#include <inttypes.h>
#include <stdio.h>

#define BAR_WIDTH 20

static const struct column by_file[] = {
    {"bytes", "SENT", 8, COLUMN_SIZE},
    {"bar", "", -BAR_WIDTH, COLUMN_PLAIN},
    {"transfers", "TRANSFERS", 9, COLUMN_PLAIN},
    {"peers", "PEERS", 6, COLUMN_PLAIN},
    {"last", "LAST", -10, COLUMN_PLAIN},
    {"name", "NAME", 0, COLUMN_PLAIN},
};

static const struct column by_peer[] = {
    {"bytes", "SENT", 8, COLUMN_SIZE},
    {"bar", "", -BAR_WIDTH, COLUMN_PLAIN},
    {"transfers", "TRANSFERS", 9, COLUMN_PLAIN},
    {"files", "FILES", 6, COLUMN_PLAIN},
    {"last", "LAST", -10, COLUMN_PLAIN},
    {"address", "ADDRESS", -15, COLUMN_PLAIN},
    {"client", "CLIENT", 0, COLUMN_PLAIN},
};

static const struct column by_day[] = {
    {"day", "DAY", -10, COLUMN_PLAIN},
    {"bytes", "SENT", 8, COLUMN_SIZE},
    {"bar", "", -BAR_WIDTH, COLUMN_PLAIN},
    {"transfers", "TRANSFERS", 9, COLUMN_PLAIN},
    {"peers", "PEERS", 6, COLUMN_PLAIN},
    {"files", "FILES", 6, COLUMN_PLAIN},
};

static const struct kind {
	const char *name;
	const struct column *columns;
	size_t n_columns;
} kinds[] = {
    [STATS_TOTAL] = {"total", NULL, 0},
    [STATS_BY_FILE] = {"file", by_file, ARRAY_LEN(by_file)},
    [STATS_BY_PEER] = {"peer", by_peer, ARRAY_LEN(by_peer)},
    [STATS_BY_DAY] = {"day", by_day, ARRAY_LEN(by_day)},
};

static struct fields
fields_of(enum fields_form form, enum stats_statement by)
{
	return (struct fields){.form = form,
	    .columns = kinds[by].columns,
	    .n_columns = kinds[by].n_columns};
}

void
print_stats_heading(enum fields_form form, enum stats_statement by)
{
	struct fields f = fields_of(form, by);

	if (form == FIELDS_TABLE)
		putchar('\n');
	fields_heading(&f);
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* The totals for people, in a sentence. */
static void
print_total(const struct stats_row *row)
{
	char first[32], last[32], sent[TEXT_SIZE_MAX];

	text_size(sent, row->bytes);
	printf("%" PRIu64 " transfer%s of %" PRIu64 " file%s to %" PRIu64
	       " peer%s, %s",
	    row->transfers, plural(row->transfers), row->files,
	    plural(row->files), row->peers, plural(row->peers), sent);
	if (row->transfers > 0 && fields_format_day(first, row->first_s) &&
	    fields_format_day(last, row->last_s))
		printf(", %s to %s", first, last);
	putchar('\n');
}

/* How long the bar of a row is, of the one with most bytes. */
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

/* The first eight fields are the same for all kinds of rows. */
static void
put_fields(
    struct fields *f, enum stats_statement by, const struct stats_row *row)
{
	bool table = f->form == FIELDS_TABLE;
	char address[ADDRESS_TEXT], day[32];

	if (table)
		fields_time(f, "day", row->first_s);
	else
		fields_word(f, "by", kinds[by].name);
	fields_number(f, "bytes", row->bytes);
	if (table)
		fields_word(f, "bar", bar_of(row));
	fields_number(f, "transfers", row->transfers);
	fields_number(f, "peers", row->peers);
	fields_number(f, "files", row->files);
	fields_number(f, "ms", row->ms);
	fields_time(f, "first", row->first_s);
	fields_time(f, "last", row->last_s);
	if (by == STATS_BY_FILE) {
		fields_hash(f, "hash", row->file);
		fields_text(f, "name", row->name);
	} else if (by == STATS_BY_PEER) {
		fields_word(f, "address",
		    address_is_known(row->address)
			? address_format(address, row->address)
			: NULL);
		fields_hash(
		    f, "user_hash", row->has_user ? row->user_hash : NULL);
		fields_text(f, "client", row->client);
	} else if (by == STATS_BY_DAY && !table) {
		fields_word(f, "day", fields_format_day(day, row->first_s));
	}
}

void
print_stats_row(
    enum fields_form form, enum stats_statement by, const struct stats_row *row)
{
	struct fields f = fields_of(form, by);

	if (form == FIELDS_TABLE && by == STATS_TOTAL) {
		print_total(row);
		return;
	}
	fields_begin(&f);
	put_fields(&f, by, row);
	fields_end(&f);
}
