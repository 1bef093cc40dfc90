/*
 * OpenMetrics; see print_metrics.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print_metrics.h"

#include "base/text.h"
#include "base/util.h"
#include "index/stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the samples below it are; unit may be NULL. */
static void
print_family(
    const char *name, const char *type, const char *unit, const char *help)
{
	printf("# TYPE %s %s\n", name, type);
	if (unit)
		printf("# UNIT %s %s\n", name, unit);
	printf("# HELP %s %s\n", name, help);
}

static void
print_counter(
    const char *name, const char *unit, const char *help, uint64_t value)
{
	print_family(name, "counter", unit, help);
	printf("%s_total %" PRIu64 "\n", name, value);
}

static void
print_gauge(const char *name, const char *help, uint64_t value)
{
	print_family(name, "gauge", NULL, help);
	printf("%s %" PRIu64 "\n", name, value);
}

static void
print_totals(const struct stats_row *ever)
{
	print_counter("ed2k_uploads", NULL,
	    "Transfers of one file to one peer in one connection.",
	    ever->transfers);
	print_counter("ed2k_upload_bytes", "bytes", "Bytes of file data sent.",
	    ever->bytes);
	print_family("ed2k_upload_seconds", "counter", "seconds",
	    "Time that transfers took, all added up.");
	printf("ed2k_upload_seconds_total %" PRIu64 ".%03" PRIu64 "\n",
	    ever->ms / 1000, ever->ms % 1000);
	print_gauge("ed2k_uploaded_files",
	    "Different files that were uploaded.", ever->files);
	print_gauge("ed2k_activity_peers",
	    "Different peers in the transfers that were not pruned.",
	    ever->peers);
}

/* A label's value: escaped as everywhere, then quoted as OpenMetrics wants. */
static void
print_label(const char *s)
{
	char text[4 * WIRE_NAME_MAX + 1];

	text_escape(text, sizeof text, s, strlen(s), "");
	putchar('"');
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar(*p);
	}
	putchar('"');
}

/* The rest is for stats_each. */

static bool
keep_row(void *ctx, const struct stats_row *row)
{
	*(struct stats_row *)ctx = *row;
	return true;
}

static bool
print_outcome(void *ctx, const struct stats_row *row)
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

/* A family with a sample for each row. */
static int
print_rows(struct db *db, const char *name, const char *unit, const char *help,
    enum stats_statement by,
    bool (*visit)(void *ctx, const struct stats_row *row))
{
	print_family(name, "counter", unit, help);
	return db ? stats_each(db, by, 0, visit, NULL) : 0;
}

int
print_metrics(struct db *db)
{
	struct stats_row ever = {0};
	int fault = 0;

	if (db)
		fault = stats_each(db, STATS_EVER, 0, keep_row, &ever);
	if (fault)
		return fault;
	print_totals(&ever);
	fault = print_rows(db, "ed2k_upload_ends", NULL,
	    "Transfers by the way they ended.", STATS_EVER_BY_OUTCOME,
	    print_outcome);
	if (!fault)
		fault = print_rows(db, "ed2k_file_uploads", NULL,
		    "Transfers of each file.", STATS_EVER_BY_FILE,
		    print_file_uploads);
	if (!fault)
		fault = print_rows(db, "ed2k_file_upload_bytes", "bytes",
		    "Bytes of each file sent.", STATS_EVER_BY_FILE,
		    print_file_bytes);
	if (!fault)
		puts("# EOF");
	return fault;
}
