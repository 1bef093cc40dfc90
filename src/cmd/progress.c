/*
 * The progress line; see progress.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/progress.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "store/store.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* The rate is that of about the last so many ms. */
#define RATE_MS 5000

static bool is_shown;

bool
progress_is_wanted(void)
{
	const char *term = getenv("TERM");

	if (!isatty(STDERR_FILENO) || !term || strcmp(term, "dumb") == 0)
		return false;
	log_set_before(progress_clear);
	return true;
}

void
progress_begin(struct progress *p)
{
	p->shown_ms = (int64_t)clock_ms();
}

/* "680 MB", with three digits or four. */
static const char *
format_bytes(char out[16], double bytes)
{
	static const char units[] = "kMGTPE";
	size_t unit = 0;

	for (bytes /= 1000; bytes >= 999.5 && unit + 2 < sizeof units; unit++)
		bytes /= 1000;
	snprintf(out, 16, "%.*f %cB", bytes < 9.995 ? 2 : bytes < 99.95, bytes,
	    units[unit]);
	return out;
}

/* "4:05", "1:04:05" */
static const char *
format_time(char out[32], double seconds)
{
	uint64_t s = (uint64_t)seconds, h = s / 3600, m = s / 60 % 60;

	if (h > 0)
		snprintf(out, 32, "%" PRIu64 ":%02u:%02u", h, (unsigned)m,
		    (unsigned)(s % 60));
	else
		snprintf(out, 32, "%u:%02u", (unsigned)m, (unsigned)(s % 60));
	return out;
}

/* Wide characters have two columns; more than these are taken for wide. */
static size_t
columns_of(uint32_t cp)
{
	return cp < 0x1100 ? 1 : 2;
}

/* How many bytes of s fit? */
static size_t
fitting(const char *s, size_t columns)
{
	size_t at = 0, len = strlen(s), n;
	uint32_t cp = 0;

	while (at < len) {
		n = text_utf8_next(s + at, len - at, &cp);
		if (n == 0 || columns_of(cp) > columns)
			break;
		columns -= columns_of(cp);
		at += n;
	}
	return at;
}

/* All of the line but the name of the file. */
static void
format_state(char *out, size_t cap, const struct progress *p)
{
	char done[16], total[16], rate[16], left[32] = "-:--";
	uint64_t all = p->bytes > p->total_bytes ? p->bytes : p->total_bytes;

	if (p->rate > 1)
		format_time(left, (double)(all - p->bytes) / p->rate);
	format_bytes(done, (double)p->bytes);
	format_bytes(total, (double)all);
	format_bytes(rate, p->rate);
	if (p->n_files > 0)
		snprintf(out, cap,
		    "file %" PRIu64 " of %" PRIu64
		    ", %s of %s, %s/s, %s left: ",
		    p->file, p->n_files, done, total, rate, left);
	else if (p->bytes > 0)
		snprintf(out, cap, "file %" PRIu64 ", %s, %s/s: ", p->file,
		    done, rate);
	else
		snprintf(out, cap, "file %" PRIu64 ": ", p->file);
}

void
progress_line(char *out, size_t cap, size_t columns, const struct progress *p)
{
	char name[4 * NAME_MAX + 1];
	const char *raw = store_name_of(p->path);
	size_t len, fits;

	text_escape(name, sizeof name, raw, strlen(raw), "");
	format_state(out, cap, p);
	len = strlen(out);
	if (len + 8 > columns) { /* no room for a name */
		out[min_size(columns, len - 2)] = '\0';
		return;
	}
	columns -= len;
	fits = fitting(name, columns);
	if (name[fits])
		snprintf(out + len, cap - len, "%.*s...",
		    (int)fitting(name, columns - 3), name);
	else
		snprintf(out + len, cap - len, "%s", name);
}

/* Of the terminal, but for the last: text in it may wrap. */
static size_t
terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
	    ? size.ws_col - 1U
	    : 79;
}

static void
write_line(const char *line)
{
	char out[4096];
	int n = snprintf(out, sizeof out, "\r%s\033[K", line);

	is_shown = write(STDERR_FILENO, out, (size_t)n) > 0 && *line;
}

void
progress_clear(void)
{
	if (is_shown)
		write_line("");
}

static void
measure(struct progress *p, int64_t ms)
{
	double rate = (double)(p->bytes - p->shown_bytes) * 1000 / (double)ms;
	double weight = (double)ms / RATE_MS;

	if (p->rate > 0 && weight < 1)
		rate = p->rate + (rate - p->rate) * weight;
	p->rate = rate;
}

void
progress_show(struct progress *p)
{
	char line[4000];
	int64_t now = (int64_t)clock_ms();

	if (now - p->shown_ms < PROGRESS_TICK_MS)
		return;
	measure(p, now - p->shown_ms);
	p->shown_ms = now;
	p->shown_bytes = p->bytes;
	if (tcgetpgrp(STDERR_FILENO) != getpgrp())
		return;
	progress_line(line, sizeof line, terminal_columns(), p);
	write_line(line);
}
