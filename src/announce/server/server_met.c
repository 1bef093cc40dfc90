/*
 * Reading server.met; see server_met.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/server/server_met.h"

#include "base/scope.h"
#include "proto/tag.h"

#include <string.h>

enum server_tag {
	ST_DYNAMIC_IP = 0x85, /* a host name; the address may be old then */
	ST_SOFT_FILES = 0x88,
	ST_UDP_FLAGS = 0x92,
	ST_AUX_PORTS = 0x93, /* "p1,p2": to be dialled in place of the port */
	ST_TCP_OBFUSCATION = 0x97,
};

#define UDP_FLAG_TCP_OBFUSCATION 0x400

bool
server_met_open(struct server_met *m, const void *bytes, size_t len)
{
	uint8_t version;

	m->r = reader_of(bytes, len);
	version = get_u8(&m->r);
	m->left = get_u32(&m->r);
	return !m->r.bad && (version == 0x0E || version == 0xE0) &&
	    m->left <= SERVER_MET_SERVERS_MAX;
}

/* Copy a host name. False, and nothing is copied, for what cannot be one. */
static bool
copy_host(char out[SERVER_MET_HOST_MAX], const uint8_t *s, size_t n)
{
	if (n == 0 || n >= SERVER_MET_HOST_MAX || s[0] == '-' || s[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		bool letter = (s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= 'A' && s[i] <= 'Z');
		bool digit = s[i] >= '0' && s[i] <= '9';

		if (!letter && !digit && s[i] != '-' && s[i] != '.')
			return false;
	}
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

/* The first of several ports, "4661,4662"; 0 when there is none. */
static uint16_t
first_port(const uint8_t *s, size_t n)
{
	uint32_t port = 0;

	for (size_t i = 0; i < n && s[i] != ','; i++) {
		if (s[i] < '0' || s[i] > '9')
			return 0;
		port = port * 10 + s[i] - '0';
		if (port > UINT16_MAX)
			return 0;
	}
	return (uint16_t)port;
}

static uint16_t
port_of(uint64_t number)
{
	return number <= UINT16_MAX ? (uint16_t)number : 0;
}

enum server_met_result
server_met_next(struct server_met *m, struct server_met_entry *out)
{
	uint8_t ipv4[4], address[ADDRESS_SIZE];
	uint64_t udp_flags = 0;
	uint32_t n_tags;
	bool usable, named = false;

	if (m->left == 0)
		return SERVER_MET_END;
	m->left--;
	memset(out, 0, sizeof *out);
	get_bytes(&m->r, ipv4, sizeof ipv4);
	out->port = get_u16(&m->r);
	n_tags = get_u32(&m->r);
	if (m->r.bad || n_tags > SERVER_MET_TAGS_MAX) {
		m->left = 0;
		return SERVER_MET_BAD;
	}
	address_from_ipv4(address, ipv4);
	usable = scope_of(address) == SCOPE_PUBLIC;
	address_format(out->host, address);
	while (n_tags-- > 0) {
		struct tag tag;
		uint16_t port;

		if (tag_next(&m->r, &tag) != TAG_OK) {
			m->left = 0;
			return SERVER_MET_BAD;
		}
		if (tag.kind == TAG_STRING && tag.id == ST_DYNAMIC_IP) {
			named =
			    copy_host(out->host, tag.string, tag.string_len) ||
			    named;
		} else if (tag.kind == TAG_STRING && tag.id == ST_AUX_PORTS) {
			port = first_port(tag.string, tag.string_len);
			out->port = port ? port : out->port;
		} else if (tag.kind != TAG_NUMBER) {
			continue;
		} else if (tag.id == ST_SOFT_FILES) {
			out->soft_limit =
			    tag.number <= UINT32_MAX ? (uint32_t)tag.number : 0;
		} else if (tag.id == ST_UDP_FLAGS) {
			udp_flags = tag.number;
		} else if (tag.id == ST_TCP_OBFUSCATION) {
			out->obfuscation_port = port_of(tag.number);
		}
	}
	if (!(udp_flags & UDP_FLAG_TCP_OBFUSCATION))
		out->obfuscation_port = 0;
	return (usable || named) && out->port != 0 ? SERVER_MET_FOUND
						   : SERVER_MET_SKIPPED;
}
