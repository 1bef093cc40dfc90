/*
 * The file of ed2k-announce; see announced.h.
 * SPDX-License-Identifier: ISC
 */
#include "reach/announced.h"

#include "base/file.h"
#include "base/number.h"
#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const phases[] = {
    [ANNOUNCED_STARTING] = "starting",
    [ANNOUNCED_CONNECTING] = "connecting",
    [ANNOUNCED_LISTED] = "listed",
    [ANNOUNCED_LOW_ID] = "low-id",
    [ANNOUNCED_WAITING] = "waiting",
    [ANNOUNCED_NOTHING] = "nothing",
    [ANNOUNCED_STOPPED] = "stopped",
};

/* Where a number of the file goes. Times end before 9999. */
static const struct number_field {
	const char *name;
	size_t at;
	uint64_t max;
} numbers[] = {
    {"written", offsetof(struct announced, written_s), 253402300799},
    {"id", offsetof(struct announced, id), UINT32_MAX},
    {"port", offsetof(struct announced, port), UINT16_MAX},
    {"since", offsetof(struct announced, since_s), 253402300799},
    {"next", offsetof(struct announced, next_s), 253402300799},
    {"listed", offsetof(struct announced, n_listed), UINT32_MAX},
    {"files", offsetof(struct announced, n_files), UINT32_MAX},
};

const char *
announced_phase_name(enum announced_phase phase)
{
	return phases[phase];
}

bool
announced_is_fresh(const struct announced *a, uint64_t now_s)
{
	return a->state == ANNOUNCED_KNOWN && a->phase != ANNOUNCED_STOPPED &&
	    a->written_s + ANNOUNCED_OLD_S > now_s;
}

static uint64_t *
number_at(struct announced *a, const struct number_field *field)
{
	return (uint64_t *)(void *)((char *)a + field->at);
}

/* A line must stay one, whatever a server said. */
static void
put_text(char *out, size_t cap, size_t *n, const char *name, const char *text)
{
	int len = snprintf(out + *n, cap - *n, "%s=%s\n", name, text);

	for (size_t i = 0; i + 1 < (size_t)len; i++)
		if (out[*n + i] == '\n')
			out[*n + i] = ' ';
	*n += (size_t)len;
}

size_t
announced_format(char out[ANNOUNCED_SIZE_MAX + 1], const struct announced *a)
{
	const size_t cap = ANNOUNCED_SIZE_MAX + 1;
	struct announced copy = *a;
	char text[ADDRESS_TEXT];
	size_t n = 0;

	put_text(out, cap, &n, "phase", announced_phase_name(a->phase));
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		n += (size_t)snprintf(out + n, cap - n, "%s=%llu\n",
		    numbers[i].name,
		    (unsigned long long)*number_at(&copy, &numbers[i]));
	if (address_is_known(a->address))
		put_text(
		    out, cap, &n, "address", address_format(text, a->address));
	if (a->server[0])
		put_text(out, cap, &n, "server", a->server);
	if (a->reason[0])
		put_text(out, cap, &n, "reason", a->reason);
	return n;
}

static bool
read_phase(struct announced *out, const char *value)
{
	for (int i = 0; i < ANNOUNCED_N_PHASES; i++)
		if (strcmp(value, phases[i]) == 0) {
			out->phase = (enum announced_phase)i;
			return true;
		}
	return false;
}

/* Texts that are too long are cut. */
static bool
read_text(char *out, size_t cap, const char *value)
{
	if (out[0])
		return false;
	snprintf(out, cap, "%s", value);
	return true;
}

/* Read a line. A known name must have a good value. */
static bool
read_line(struct announced *out, const char *name, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (strcmp(name, numbers[i].name) == 0)
			return number_parse(value, 0, numbers[i].max,
			    number_at(out, &numbers[i]));
	if (strcmp(name, "phase") == 0)
		return read_phase(out, value);
	if (strcmp(name, "address") == 0)
		return address_parse(value, out->address) &&
		    address_is_ipv4(out->address);
	if (strcmp(name, "server") == 0)
		return read_text(out->server, sizeof out->server, value);
	if (strcmp(name, "reason") == 0)
		return read_text(out->reason, sizeof out->reason, value);
	return true;
}

static bool
read_lines(struct announced *out, char *text)
{
	for (char *line = text; *line;) {
		char *end = strchr(line, '\n'), *value = strchr(line, '=');

		if (!end || !value || value > end)
			return false;
		*end = *value = '\0';
		if (!read_line(out, line, value + 1))
			return false;
		line = end + 1;
	}
	return out->written_s > 0;
}

void
announced_parse(struct announced *out, const char *text, size_t n)
{
	char copy[ANNOUNCED_SIZE_MAX + 1];

	memset(out, 0, sizeof *out);
	out->state = ANNOUNCED_STRANGE;
	if (n > ANNOUNCED_SIZE_MAX || memchr(text, '\0', n))
		return;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (read_lines(out, copy))
		out->state = ANNOUNCED_KNOWN;
}

/* False when it is too long; errno is set then. */
static bool
find_path(char out[PATH_MAX], const char *dir)
{
	if (snprintf(out, PATH_MAX, "%s/" ANNOUNCED_NAME, dir) < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

bool
announced_write(const struct announced *a, const char *dir)
{
	char path[PATH_MAX], text[ANNOUNCED_SIZE_MAX + 1];
	size_t n = announced_format(text, a);
	struct file_replacement r = {0};

	if (!find_path(path, dir) || !file_replace_begin(&r, path))
		return false;
	if (file_write(r.fd, text, n))
		return file_replace_commit(&r);
	file_replace_cancel(&r);
	return false;
}

void
announced_read(struct announced *out, const char *dir)
{
	char path[PATH_MAX], text[ANNOUNCED_SIZE_MAX + 1];
	struct stat st;
	ssize_t n = -1;
	int fd = -1;

	memset(out, 0, sizeof *out);
	/* O_NONBLOCK: it may be a FIFO */
	if (find_path(path, dir))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	out->state =
	    fd < 0 && errno == ENOENT ? ANNOUNCED_NONE : ANNOUNCED_FAILED;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		out->state = ANNOUNCED_STRANGE;
	else
		n = read(fd, text, sizeof text);
	if (n >= 0)
		announced_parse(out, text, (size_t)n);
	close(fd);
}
