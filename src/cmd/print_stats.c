/*
 * Printing sums of transfers; see print_stats.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print_stats.h"

#include "base/address.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BAR_WIDTH 20

/* Fits every name, escaped. */
#define SHOWN_MAX (4 * WIRE_NAME_MAX + 1)

/* A day of UTC. */
struct day {
	char text[32];
};

static struct day
day_of(int64_t unix_s)
{
	struct day day = {"-"};
	time_t t = unix_s;
	struct tm tm;

	if (gmtime_r(&t, &tm) &&
	    strftime(day.text, sizeof day.text, "%Y-%m-%d", &tm) == 0)
		day.text[0] = '\0';
	return day;
}

static const char *
show_user(char out[2 * HASH_SIZE + 1], const struct stats_row *row)
{
	hex_encode(out, row->user_hash, HASH_SIZE);
	return row->has_user ? out : "-";
}

static const char *
show_text(char out[SHOWN_MAX], const char *s)
{
	text_escape(out, SHOWN_MAX, s, strlen(s), "");
	return out;
}

static const char *
show_bar(const struct stats_row *row)
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

void
print_stats_heading(enum stats_statement by)
{
	switch (by) {
	case STATS_BY_FILE:
		printf("\n%15s %-20s %9s %6s %-10s %s\n", "BYTES", "",
		    "TRANSFERS", "PEERS", "LAST", "NAME");
		break;
	case STATS_BY_PEER:
		printf("\n%15s %-20s %9s %6s %-10s %-15s %s\n", "BYTES", "",
		    "TRANSFERS", "FILES", "LAST", "ADDRESS", "CLIENT");
		break;
	default:
		printf("\n%-10s %15s %-20s %9s %6s %6s\n", "DAY", "BYTES", "",
		    "TRANSFERS", "PEERS", "FILES");
		break;
	}
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void
print_table_total(const struct stats_row *row)
{
	printf("%" PRIu64 " transfer%s of %" PRIu64 " file%s to %" PRIu64
	       " peer%s, %" PRIu64 " bytes",
	    row->transfers, plural(row->transfers), row->files,
	    plural(row->files), row->peers, plural(row->peers), row->bytes);
	if (row->transfers > 0)
		printf(", %s to %s", day_of(row->first_s).text,
		    day_of(row->last_s).text);
	putchar('\n');
}

static void
print_table_row(enum stats_statement by, const struct stats_row *row)
{
	char address[ADDRESS_TEXT], text[SHOWN_MAX];

	switch (by) {
	case STATS_TOTAL:
		print_table_total(row);
		break;
	case STATS_BY_FILE:
		printf("%15" PRIu64 " %-20s %9" PRIu64 " %6" PRIu64
		       " %-10s %s\n",
		    row->bytes, show_bar(row), row->transfers, row->peers,
		    day_of(row->last_s).text, show_text(text, row->name));
		break;
	case STATS_BY_PEER:
		printf("%15" PRIu64 " %-20s %9" PRIu64 " %6" PRIu64
		       " %-10s %-15s %s\n",
		    row->bytes, show_bar(row), row->transfers, row->files,
		    day_of(row->last_s).text,
		    address_format(address, row->address),
		    show_text(text, row->client));
		break;
	default:
		printf("%-10s %15" PRIu64 " %-20s %9" PRIu64 " %6" PRIu64
		       " %6" PRIu64 "\n",
		    day_of(row->first_s).text, row->bytes, show_bar(row),
		    row->transfers, row->peers, row->files);
		break;
	}
}

/* The word for a kind of row, in tabs and JSON. */
static const char *
word_of(enum stats_statement by)
{
	switch (by) {
	case STATS_BY_FILE:
		return "file";
	case STATS_BY_PEER:
		return "peer";
	case STATS_BY_DAY:
		return "day";
	default:
		return "total";
	}
}

/* The first eight fields are the same for all kinds. */
static void
print_tabs_row(enum stats_statement by, const struct stats_row *row)
{
	char hash[2 * HASH_SIZE + 1], text[SHOWN_MAX];
	char address[ADDRESS_TEXT];

	printf("%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	       "\t%" PRIu64 "\t%" PRId64 "\t%" PRId64,
	    word_of(by), row->bytes, row->transfers, row->peers, row->files,
	    row->ms, row->first_s, row->last_s);
	switch (by) {
	case STATS_BY_FILE:
		hex_encode(hash, row->file, HASH_SIZE);
		printf("\t%s\t%s", hash, show_text(text, row->name));
		break;
	case STATS_BY_PEER:
		printf("\t%s\t%s\t%s", address_format(address, row->address),
		    show_user(hash, row), show_text(text, row->client));
		break;
	case STATS_BY_DAY:
		printf("\t%s", day_of(row->first_s).text);
		break;
	default:
		break;
	}
	putchar('\n');
}

/* ,"NAME":"VALUE", or null for "-". The value needs no escapes. */
static void
print_json_member(const char *name, const char *value)
{
	const char *quote = strcmp(value, "-") == 0 ? "" : "\"";

	printf(",\"%s\":%s%s%s", name, quote, *quote ? value : "null", quote);
}

static void
print_json_row(enum stats_statement by, const struct stats_row *row)
{
	char hash[2 * HASH_SIZE + 1], address[ADDRESS_TEXT];

	printf("{\"by\":\"%s\",\"bytes\":%" PRIu64 ",\"transfers\":%" PRIu64
	       ",\"peers\":%" PRIu64 ",\"files\":%" PRIu64 ",\"ms\":%" PRIu64
	       ",\"first\":%" PRId64 ",\"last\":%" PRId64,
	    word_of(by), row->bytes, row->transfers, row->peers, row->files,
	    row->ms, row->first_s, row->last_s);
	switch (by) {
	case STATS_BY_FILE:
		hex_encode(hash, row->file, HASH_SIZE);
		print_json_member("hash", hash);
		printf(",\"name\":");
		print_json_string(row->name);
		break;
	case STATS_BY_PEER:
		print_json_member(
		    "address", address_format(address, row->address));
		print_json_member("user_hash", show_user(hash, row));
		printf(",\"client\":");
		print_json_string(row->client);
		break;
	case STATS_BY_DAY:
		print_json_member("day", day_of(row->first_s).text);
		break;
	default:
		break;
	}
	puts("}");
}

void
print_stats_row(
    enum stats_form form, enum stats_statement by, const struct stats_row *row)
{
	switch (form) {
	case STATS_TABLE:
		print_table_row(by, row);
		break;
	case STATS_TABS:
		print_tabs_row(by, row);
		break;
	case STATS_JSON:
		print_json_row(by, row);
		break;
	}
}

/* What says of what kind the samples below it are; unit may be NULL. */
static void
print_family(
    const char *name, const char *type, const char *unit, const char *help)
{
	printf("# TYPE %s %s\n", name, type);
	if (unit)
		printf("# UNIT %s %s\n", name, unit);
	printf("# HELP %s %s\n", name, help);
}

/* A label's value: shown as everywhere, then quoted as OpenMetrics wants it. */
static void
print_label(const char *s)
{
	char text[SHOWN_MAX];

	putchar('"');
	for (const char *p = show_text(text, s); *p; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar(*p);
	}
	putchar('"');
}

static bool
keep_row(void *ctx, const struct stats_row *row)
{
	*(struct stats_row *)ctx = *row;
	return true;
}

static void
print_ever(const struct stats_row *ever)
{
	print_family("ed2k_uploads", "counter", NULL,
	    "Transfers of one file to one peer in one connection.");
	printf("ed2k_uploads_total %" PRIu64 "\n", ever->transfers);
	print_family("ed2k_upload_bytes", "counter", "bytes",
	    "Bytes of file data sent.");
	printf("ed2k_upload_bytes_total %" PRIu64 "\n", ever->bytes);
	print_family("ed2k_upload_seconds", "counter", "seconds",
	    "Time that transfers took, all added up.");
	printf("ed2k_upload_seconds_total %" PRIu64 ".%03" PRIu64 "\n",
	    ever->ms / 1000, ever->ms % 1000);
	print_family("ed2k_uploaded_files", "gauge", NULL,
	    "Different files that were uploaded.");
	printf("ed2k_uploaded_files %" PRIu64 "\n", ever->files);
	print_family("ed2k_activity_peers", "gauge", NULL,
	    "Different peers in the transfers that were not pruned.");
	printf("ed2k_activity_peers %" PRIu64 "\n", ever->peers);
}

static bool
print_end_sample(void *ctx, const struct stats_row *row)
{
	(void)ctx;
	printf("ed2k_upload_ends_total{outcome=");
	print_label(row->outcome);
	printf("} %" PRIu64 "\n", row->transfers);
	return !ferror(stdout);
}

static void
print_file_sample(const char *name, const struct stats_row *row, uint64_t value)
{
	char hash[2 * HASH_SIZE + 1];

	hex_encode(hash, row->file, HASH_SIZE);
	printf("%s{hash=\"%s\",name=", name, hash);
	print_label(row->name);
	printf("} %" PRIu64 "\n", value);
}

static bool
print_file_uploads(void *ctx, const struct stats_row *row)
{
	(void)ctx;
	print_file_sample("ed2k_file_uploads_total", row, row->transfers);
	return !ferror(stdout);
}

static bool
print_file_bytes(void *ctx, const struct stats_row *row)
{
	(void)ctx;
	print_file_sample("ed2k_file_upload_bytes_total", row, row->bytes);
	return !ferror(stdout);
}

int
print_stats_metrics(struct db *db)
{
	struct stats_row ever = {0};
	int fault = 0;

	if (db)
		fault = stats_each(db, STATS_EVER, 0, keep_row, &ever);
	if (fault)
		return fault;
	print_ever(&ever);
	print_family("ed2k_upload_ends", "counter", NULL,
	    "Transfers by the way they ended.");
	if (db)
		fault = stats_each(
		    db, STATS_EVER_BY_OUTCOME, 0, print_end_sample, NULL);
	print_family(
	    "ed2k_file_uploads", "counter", NULL, "Transfers of each file.");
	if (db && !fault)
		fault = stats_each(
		    db, STATS_EVER_BY_FILE, 0, print_file_uploads, NULL);
	print_family("ed2k_file_upload_bytes", "counter", "bytes",
	    "Bytes of each file sent.");
	if (db && !fault)
		fault = stats_each(
		    db, STATS_EVER_BY_FILE, 0, print_file_bytes, NULL);
	if (!fault)
		puts("# EOF");
	return fault;
}
