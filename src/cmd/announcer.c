/*
 * The announcer in words; see announcer.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/announcer.h"

#include "base/log.h"
#include "cmd/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEE_LOG "\"journalctl -u ed2k-announce\""

/* "2026-11-22 14:03", in local time. Lives until the call after the next. */
static const char *
format_time(uint64_t unix_s)
{
	static char ring[2][64];
	static unsigned next;
	char *out = ring[next++ % 2];
	time_t t = (time_t)unix_s;
	struct tm tm;

	if (!localtime_r(&t, &tm) ||
	    strftime(out, sizeof ring[0], "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(out, sizeof ring[0], "@%" PRIu64, unix_s);
	return out;
}

/* Of one that runs, or whose file says that it does. */
static enum announcer_news
phase_words(char out[1024], const struct announced *a)
{
	const char *server = log_quote_str(a->server);
	char address[ADDRESS_PORT_TEXT];

	address_format_port(address, a->address, (uint16_t)a->port);
	switch (a->phase) {
	case ANNOUNCED_LISTED:
		snprintf(out, 1024,
		    "listed on %s since %s, with High ID, as %s: %" PRIu64
		    " of %" PRIu64 " files",
		    server, format_time(a->since_s), address, a->n_listed,
		    a->n_files);
		return ANNOUNCER_GOOD;
	case ANNOUNCED_LOW_ID:
		snprintf(out, 1024,
		    "nothing is listed: %s could not reach %s (Low ID); let "
		    "the router and firewall forward that port, and see "
		    "\"ed2k-share check\"",
		    server, address);
		return ANNOUNCER_BAD;
	case ANNOUNCED_WAITING:
		snprintf(out, 1024,
		    "on no server, the next attempt is at %s: %s",
		    format_time(a->next_s), log_quote_str(a->reason));
		return ANNOUNCER_BUSY;
	case ANNOUNCED_NOTHING:
		snprintf(out, 1024, "there are no files to announce");
		return ANNOUNCER_BUSY;
	default:
		snprintf(out, 1024, "on no server yet: %s %s",
		    announced_phase_name(a->phase), server);
		return ANNOUNCER_BUSY;
	}
}

enum announcer_news
announcer_words(char out[1024], const struct announced *a, uint64_t now_s)
{
	out[0] = '\0';
	switch (a->state) {
	case ANNOUNCED_NONE:
		return ANNOUNCER_ABSENT;
	case ANNOUNCED_STRANGE:
		snprintf(out, 1024,
		    "the status of ed2k-announce is damaged; restart it");
		return ANNOUNCER_BAD;
	case ANNOUNCED_FAILED:
		snprintf(out, 1024,
		    "the status of ed2k-announce cannot be read: %s",
		    strerror(errno));
		return ANNOUNCER_BAD;
	case ANNOUNCED_KNOWN:
		break;
	}
	if (announced_is_fresh(a, now_s))
		return phase_words(out, a);
	if (a->phase == ANNOUNCED_STOPPED)
		snprintf(out, 1024, "nothing is listed: it was stopped at %s",
		    format_time(a->written_s));
	else
		snprintf(out, 1024,
		    "nothing is listed: it was last seen at %s; see " SEE_LOG,
		    format_time(a->written_s));
	return ANNOUNCER_BAD;
}

static void
print_known(struct fields *f, const struct announced *a, bool is_fresh)
{
	char text[ADDRESS_TEXT];
	bool has_address = address_is_known(a->address);

	fields_word(f, "phase", announced_phase_name(a->phase));
	fields_word(f, "running", is_fresh ? "yes" : "no");
	fields_text(f, "server", a->server);
	fields_number(f, "id", a->id);
	fields_word(f, "address",
	    has_address ? address_format(text, a->address) : NULL);
	fields_number(f, "port", a->port);
	fields_number(f, "since", a->since_s);
	fields_number(f, "next", a->next_s);
	fields_number(f, "written", a->written_s);
	fields_number(f, "listed", a->n_listed);
	fields_number(f, "files", a->n_files);
	fields_text(f, "reason", a->reason);
}

void
announcer_print_json(const struct announced *a, uint64_t now_s)
{
	struct fields f = {.form = FIELDS_JSON};

	if (a->state == ANNOUNCED_NONE)
		return;
	fields_begin(&f);
	fields_word(&f, "state", "announcer");
	if (a->state == ANNOUNCED_KNOWN)
		print_known(&f, a, announced_is_fresh(a, now_s));
	fields_end(&f);
}
