/*
 * The file of ed2k-map-ports; see outside.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/outside.h"

#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What `error` has before the address of a router that is not public. */
#define OWN_ADDRESS "own address, "

static bool
read_ipv4(const char *s, uint8_t out[ADDRESS_SIZE])
{
	return address_parse(s, out) && address_is_ipv4(out);
}

/* A line "port.INSIDE=OUTSIDE"; `name` is INSIDE. */
static bool
read_port(struct outside *out, const char *name, const char *value)
{
	uint64_t inside, outside;

	if (out->n_ports == OUTSIDE_PORTS_MAX ||
	    !number_parse(name, 1, UINT16_MAX, &inside) ||
	    !number_parse(value, 1, UINT16_MAX, &outside) ||
	    outside_port_of(out, (uint16_t)inside) != 0)
		return false;
	out->ports[out->n_ports].inside = (uint16_t)inside;
	out->ports[out->n_ports++].outside = (uint16_t)outside;
	return true;
}

/* The reason, and the address in it, which peers cannot reach. */
static bool
read_error(struct outside *out, const char *value)
{
	char address[ADDRESS_TEXT];
	const char *own = strstr(value, OWN_ADDRESS);

	if (out->error[0] || !*value)
		return false;
	snprintf(out->error, sizeof out->error, "%s", value);
	if (own &&
	    sscanf(own + strlen(OWN_ADDRESS), "%15[0-9.]", address) == 1 &&
	    !read_ipv4(address, out->refused))
		memset(out->refused, 0, ADDRESS_SIZE);
	return true;
}

/* Read a line. A known name must have a good value, and be there only once. */
static bool
read_line(struct outside *out, const char *name, const char *value)
{
	if (strcmp(name, "address") == 0)
		return !address_is_known(out->address) &&
		    read_ipv4(value, out->address);
	if (strcmp(name, "expires") == 0)
		return out->expires == 0 &&
		    number_parse(value, 1, INT64_MAX, &out->expires);
	if (strcmp(name, "method") == 0)
		snprintf(out->method, sizeof out->method, "%s", value);
	if (strcmp(name, "error") == 0)
		return read_error(out, value);
	if (strncmp(name, "port.", 5) == 0)
		return read_port(out, name + 5, value);
	return true;
}

static bool
read_lines(struct outside *out, char *text)
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
	return true;
}

/* What all lines together say. */
static enum outside_state
state_of(const struct outside *out, uint64_t now_s)
{
	bool has_address = address_is_known(out->address);

	if (out->error[0])
		return has_address || out->expires ? OUTSIDE_STRANGE
						   : OUTSIDE_REFUSED;
	if (!has_address || !out->expires || out->n_ports == 0)
		return OUTSIDE_STRANGE;
	return out->expires > now_s ? OUTSIDE_HOLDS : OUTSIDE_ENDED;
}

void
outside_parse(struct outside *out, const char *text, size_t n, uint64_t now_s)
{
	char copy[OUTSIDE_SIZE_MAX + 1];

	memset(out, 0, sizeof *out);
	out->state = OUTSIDE_STRANGE;
	if (n > OUTSIDE_SIZE_MAX || memchr(text, '\0', n))
		return;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (read_lines(out, copy))
		out->state = state_of(out, now_s);
}

void
outside_read(struct outside *out, const char *path)
{
	char text[OUTSIDE_SIZE_MAX + 1];
	struct stat st;
	/* O_NONBLOCK: it may be a FIFO */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = -1;

	memset(out, 0, sizeof *out);
	out->state = errno == ENOENT && fd < 0 ? OUTSIDE_NONE : OUTSIDE_FAILED;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		out->state = OUTSIDE_STRANGE;
	else
		n = read(fd, text, sizeof text);
	if (n >= 0)
		outside_parse(out, text, (size_t)n, (uint64_t)time(NULL));
	close(fd);
}

uint16_t
outside_port_of(const struct outside *out, uint16_t inside)
{
	for (size_t i = 0; i < out->n_ports; i++)
		if (out->ports[i].inside == inside)
			return out->ports[i].outside;
	return 0;
}
