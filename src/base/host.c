/*
 * Sockets and addresses of this host; see host.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/host.h"

#include "base/util.h"

#include <errno.h>
#include <linux/in6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A line of /proc/net/tcp6 has about 180 bytes. */
#define LINE_MAX_BYTES 512

/* As the kernel numbers it: TCP_LISTEN. */
#define STATE_LISTEN "0A"

bool
listener_is_any(const struct listener *l)
{
	static const uint8_t any[ADDRESS_SIZE];

	return memcmp(l->address, any, sizeof any) == 0 ||
	    (address_is_ipv4(l->address) &&
		memcmp(l->address + 12, any, 4) == 0);
}

/* Read n bytes in hex, as words of 32 bits in the byte order of this host. */
static bool
read_words(uint8_t *out, const char *hex, size_t n)
{
	for (size_t i = 0; i < n; i += 4) {
		uint8_t bytes[4];
		uint32_t word;

		if (!hex_decode(bytes, hex + 2 * i, sizeof bytes))
			return false;
		word = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		    (uint32_t)bytes[2] << 8 | bytes[3];
		memcpy(out + i, &word, sizeof word);
	}
	return true;
}

bool
listener_parse(const char *line, struct listener *out)
{
	char local[33], remote[33], local_port[5], remote_port[5], state[3];
	uint8_t ipv4[4], port[2];

	if (sscanf(line,
		" %*u: %32[0-9A-F]:%4[0-9A-F] %32[0-9A-F]:%4[0-9A-F] "
		"%2[0-9A-F]",
		local, local_port, remote, remote_port, state) != 5 ||
	    strcmp(state, STATE_LISTEN) != 0 ||
	    !hex_decode(port, local_port, 2))
		return false;
	out->port = (uint16_t)(port[0] << 8 | port[1]);
	switch (strlen(local)) {
	case 2 * sizeof ipv4:
		if (!read_words(ipv4, local, sizeof ipv4))
			return false;
		address_from_ipv4(out->address, ipv4);
		return true;
	case 2 * ADDRESS_SIZE:
		return read_words(out->address, local, ADDRESS_SIZE);
	default:
		return false;
	}
}

bool
host_each_listener(
    void (*visit)(void *ctx, const struct listener *l), void *ctx)
{
	static const char *const names[] = {"/proc/net/tcp", "/proc/net/tcp6"};
	char line[LINE_MAX_BYTES];
	struct listener l;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		FILE *f = fopen(names[i], "re");

		/* the second is missing where the kernel has no IPv6 */
		if (!f && (i == 0 || errno != ENOENT))
			return false;
		while (f && fgets(line, sizeof line, f))
			if (listener_parse(line, &l))
				visit(ctx, &l);
		if (f)
			fclose(f);
	}
	return true;
}

/*
 * The source address that the kernel chooses for packets to far_end. To connect
 * a UDP socket sends nothing.
 */
static bool
source_of(int fd, const void *far_end, void *out, socklen_t len)
{
	bool found = fd >= 0 && connect(fd, far_end, len) == 0 &&
	    getsockname(fd, out, &len) == 0;

	if (fd >= 0)
		close(fd);
	return found;
}

static bool
ipv6_address(uint8_t out[ADDRESS_SIZE])
{
	struct sockaddr_in6 far_end = {
	    .sin6_family = AF_INET6, .sin6_port = htons(9)};
	struct sockaddr_in6 own;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int prefer = IPV6_PREFER_SRC_PUBLIC;

	/* a lasting address, not a temporary one */
	setsockopt(
	    fd, IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, &prefer, sizeof prefer);
	far_end.sin6_addr.s6_addr[0] = 0x2A; /* anywhere: 2a00::1 */
	far_end.sin6_addr.s6_addr[15] = 1;
	if (!source_of(fd, &far_end, &own, sizeof own))
		return false;
	memcpy(out, &own.sin6_addr, ADDRESS_SIZE);
	return true;
}

bool
host_address_towards(
    const uint8_t far_end[ADDRESS_SIZE], uint8_t out[ADDRESS_SIZE])
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in own;

	memcpy(&to.sin_addr, far_end + 12, sizeof to.sin_addr);
	if (!source_of(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), &to, &own,
		sizeof own))
		return false;
	address_from_ipv4(out, (const uint8_t *)&own.sin_addr);
	return true;
}

bool
host_address(bool ipv6, uint8_t out[ADDRESS_SIZE])
{
	static const uint8_t anywhere[ADDRESS_SIZE] = {
	    [10] = 0xFF, [11] = 0xFF, [12] = 1, [15] = 1}; /* 1.0.0.1 */

	return ipv6 ? ipv6_address(out) : host_address_towards(anywhere, out);
}
