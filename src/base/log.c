/*
 * Where messages go, and how they look there; see log.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/log_limit.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LOG_MESSAGE_MAX 4096

enum sink {
	SINK_TOOL,    /* "name: message" on fd 2 */
	SINK_PLAIN,   /* "name[pid]: level: message" on fd 2 */
	SINK_JOURNAL, /* "<6>message" on fd 2 */
	SINK_SYSLOG,
};

static const char *log_name = "ed2k";
static enum sink log_sink = SINK_TOOL;
static enum log_level log_max = LOG_LEVEL_INFO;
static void (*log_before)(void);
static struct log_limit log_limit;
static bool log_is_limited;

void
log_open_stderr(const char *name)
{
	log_name = name;
	log_sink = SINK_TOOL;
}

/* Is fd 2 the stream that systemd says it connected to the journal? */
static bool
is_journal(const struct stat *st)
{
	const char *env = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;

	return env && sscanf(env, "%llu:%llu", &dev, &ino) == 2 &&
	    dev == st->st_dev && ino == st->st_ino;
}

void
log_open_unit(const char *name)
{
	struct stat err;

	log_open_stderr(name);
	if (fstat(STDERR_FILENO, &err) == 0 && is_journal(&err))
		log_sink = SINK_JOURNAL;
}

void
log_set_level(enum log_level level)
{
	log_max = level;
}

void
log_set_before(void (*before)(void))
{
	log_before = before;
}

void
log_set_limit(uint64_t period_ms, bool (*allows)(void *ctx), void *ctx)
{
	log_limit = (struct log_limit){
	    .period_ms = period_ms,
	    .begun_ms = clock_ms(),
	    .allows = allows,
	    .ctx = ctx,
	};
	log_is_limited = true;
}

uint64_t
log_unlogged(void)
{
	return log_limit.unlogged;
}

void
log_open_server(const char *name)
{
	struct stat in, err;

	log_name = name;
	if (fstat(STDERR_FILENO, &err) != 0)
		return;
	if (fstat(STDIN_FILENO, &in) == 0 && S_ISSOCK(in.st_mode) &&
	    in.st_dev == err.st_dev && in.st_ino == err.st_ino) {
		log_sink = SINK_SYSLOG;
		/* while it may connect and read the time zone */
		openlog(name, LOG_PID | LOG_NDELAY, LOG_DAEMON);
		tzset();
	} else {
		log_sink = is_journal(&err) ? SINK_JOURNAL : SINK_PLAIN;
	}
}

static void
put(enum log_level level, const char *msg)
{
	static const char *const names[] = {[LOG_LEVEL_ERROR] = "error",
	    [LOG_LEVEL_WARNING] = "warning",
	    [LOG_LEVEL_NOTICE] = "notice",
	    [LOG_LEVEL_INFO] = "info",
	    [LOG_LEVEL_DEBUG] = "debug"};
	char line[LOG_MESSAGE_MAX + 128];
	int n;

	switch (log_sink) {
	case SINK_SYSLOG:
		syslog((int)level, "%s", msg);
		return;
	case SINK_JOURNAL:
		n = snprintf(line, sizeof line, "<%d>%s\n", (int)level, msg);
		break;
	case SINK_PLAIN:
		n = snprintf(line, sizeof line, "%s[%d]: %s: %s\n", log_name,
		    (int)getpid(), names[level], msg);
		break;
	default:
		n = snprintf(line, sizeof line, "%s: %s\n", log_name, msg);
		break;
	}
	/* one write a line: lines of processes that share fd 2 stay whole */
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

/* Tell how many were not logged in the period that is over, if it is. */
static void
renew_limit(void)
{
	uint64_t unlogged = log_limit_renew(&log_limit, clock_ms());
	char msg[128];

	if (unlogged == 0)
		return;
	snprintf(msg, sizeof msg,
	    "%" PRIu64 " more warnings and errors were not logged", unlogged);
	put(LOG_LEVEL_WARNING, msg);
}

static bool
is_too_much(enum log_level level, const char *msg)
{
	if (!log_is_limited || level > LOG_LEVEL_WARNING)
		return false;
	renew_limit();
	return !log_limit_admits(&log_limit, level < LOG_LEVEL_WARNING, msg);
}

void
log_at(enum log_level level, const char *fmt, ...)
{
	char msg[LOG_MESSAGE_MAX];
	va_list ap;

	if (level > log_max)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	if (is_too_much(level, msg))
		return;
	if (log_before)
		log_before();
	put(level, msg);
}

const char *
log_quote(const void *s, size_t n)
{
	static char ring[8][1024];
	static unsigned next;
	char *out = ring[next++ % 8];
	size_t len;

	out[0] = '"';
	len = text_escape(out + 1, 1000, s, n, "\"");
	out[len + 1] = '"';
	out[len + 2] = '\0';
	return out;
}

const char *
log_quote_str(const char *s)
{
	return log_quote(s, strlen(s));
}
