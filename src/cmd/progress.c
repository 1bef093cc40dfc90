/*
 * The progress line; see progress.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/progress.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often the line is written, at most. */
#define SHOW_MS 200

/* The rate is that of about the last so many ms. */
#define RATE_MS 5000

/* A narrower place is not worth a name. */
#define NAME_COLUMNS_MIN 8

/* There is one terminal, and one line on it. */
static struct {
	bool is_shown;
	uint64_t ms, bytes; /* when it was last written, and what was done */
	double rate;        /* bytes a second */
} line;

static void
write_line(const char *text)
{
	char out[TERMINAL_PATH_MAX + 512];
	int n = snprintf(out, sizeof out, "\r%s\033[K", text);

	line.is_shown = write(STDERR_FILENO, out, (size_t)n) > 0 && *text;
}

void
progress_clear(void)
{
	if (line.is_shown)
		write_line("");
}

/* "4:05", "1:04:05" */
static void
format_time(char out[32], double seconds)
{
	uint64_t s = (uint64_t)seconds, h = s / 3600;
	unsigned m = (unsigned)(s / 60 % 60);

	if (h > 0)
		snprintf(
		    out, 32, "%" PRIu64 ":%02u:%02u", h, m, (unsigned)(s % 60));
	else
		snprintf(out, 32, "%u:%02u", m, (unsigned)(s % 60));
}

/* All of the line but the name of the file. */
static void
format_state(char *out, size_t cap, const struct progress *p, double rate)
{
	char done[TEXT_SIZE_MAX], total[TEXT_SIZE_MAX], speed[TEXT_SIZE_MAX];
	char left[32] = "-:--";
	uint64_t all = p->bytes > p->total_bytes ? p->bytes : p->total_bytes;

	if (rate > 1)
		format_time(left, (double)(all - p->bytes) / rate);
	text_size(done, p->bytes);
	text_size(total, all);
	text_size(speed, (uint64_t)rate);
	if (p->n_files > 0)
		snprintf(out, cap,
		    "file %" PRIu64 " of %" PRIu64
		    ", %s of %s, %s/s, %s left: ",
		    p->n_done + 1, p->n_files, done, total, speed, left);
	else if (p->bytes > 0)
		snprintf(out, cap,
		    "file %" PRIu64 ", %s, %s/s: ", p->n_done + 1, done, speed);
	else
		snprintf(out, cap, "file %" PRIu64 ": ", p->n_done + 1);
}

void
progress_format(char *out, size_t cap, unsigned columns,
    const struct progress *p, double rate)
{
	char name[TERMINAL_PATH_MAX];
	size_t len;

	format_state(out, cap, p, rate);
	len = strlen(out);
	if (len + NAME_COLUMNS_MIN > columns) {
		out[min_size(columns, len - strlen(": "))] = '\0';
		return;
	}
	terminal_fit_path(
	    name, store_name_of(p->path), columns - (unsigned)len);
	snprintf(out + len, cap - len, "%s", name);
}

/* The rate since the line was last written, smoothed. */
static void
measure(const struct progress *p, uint64_t ms)
{
	double rate = (double)(p->bytes - line.bytes) * 1000 / (double)ms;
	double weight = (double)ms / RATE_MS;

	if (line.rate > 0 && weight < 1)
		rate = line.rate + (rate - line.rate) * weight;
	line.rate = rate;
}

static void
show(const struct progress *p)
{
	char text[TERMINAL_PATH_MAX + 256];
	uint64_t now = clock_ms(), ms = now - line.ms;

	if (ms < SHOW_MS)
		return;
	measure(p, ms);
	line.ms = now;
	line.bytes = p->bytes;
	if (tcgetpgrp(STDERR_FILENO) != getpgrp())
		return; /* in the background */
	/* text in the last column may wrap */
	progress_format(text, sizeof text, terminal_columns(STDERR_FILENO) - 1,
	    p, line.rate);
	write_line(text);
}

progress_show *
progress_begin(void)
{
	const char *term = getenv("TERM");

	if (!isatty(STDERR_FILENO) || !term || strcmp(term, "dumb") == 0)
		return NULL;
	log_set_before(progress_clear);
	line.ms = clock_ms();
	return show;
}
