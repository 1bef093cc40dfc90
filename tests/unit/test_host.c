/*
 * Lines of /proc/net/tcp and tcp6, and our own socket found among them.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "base/host.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel prints is in its byte order: build lines as it does. */
static const char *
line_of(const char *address, unsigned port, const char *state)
{
	static char line[256];
	uint8_t bytes[ADDRESS_SIZE];
	char hex[2 * ADDRESS_SIZE + 1];
	size_t first, n = 0;

	assert_true(address_parse(address, bytes));
	for (first = address_is_ipv4(bytes) ? 12 : 0; first < 16; first += 4) {
		uint32_t word;

		memcpy(&word, bytes + first, sizeof word);
		n += (size_t)sprintf(hex + n, "%08X", word);
	}
	sprintf(line, "  12: %s:%04X %0*d:0000 %s 00000000:00000000 00:0\n",
	    hex, port, (int)n, 0, state);
	return line;
}

static void
a_listening_socket_is_read(void **state)
{
	static const char *const addresses[] = {
	    "127.0.0.1", "192.0.2.7", "0.0.0.0", "2001:db8::1", "::1"};
	struct listener l;
	char text[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		assert_true(
		    listener_parse(line_of(addresses[i], 4662, "0A"), &l));
		assert_int_equal(l.port, 4662);
		assert_string_equal(
		    address_format(text, l.address), addresses[i]);
		assert_int_equal(listener_is_any(&l), i == 2);
	}
	assert_true(listener_parse(line_of("::", 65535, "0A"), &l));
	assert_int_equal(l.port, 65535);
	assert_true(listener_is_any(&l));
}

static void
other_lines_are_passed_over(void **state)
{
	static const char *const lines[] = {
	    "",
	    "\n",
	    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when",
	    "0: 0100007F:1236 00000000:0000",
	    "0: 0100007F 00000000:0000 0A",
	    "0: 0100007:1236 00000000:0000 0A",
	    "0: 0100007F0:1236 00000000:0000 0A",
	    "0: 0100007F:123 00000000:0000 0A",
	    "0: 0100007G:1236 00000000:0000 0A",
	    "x: 0100007F:1236 00000000:0000 0A",
	};
	struct listener l;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (listener_parse(lines[i], &l))
			fail_msg("took \"%s\"", lines[i]);
	assert_false(listener_parse(line_of("127.0.0.1", 4662, "01"), &l));
	assert_true(listener_parse(line_of("127.0.0.1", 4662, "0A"), &l));
}

/* For host_each_listener: is it the one? */
static void
look_for(void *ctx, const struct listener *l)
{
	struct listener *wanted = ctx;

	if (l->port == wanted->port &&
	    memcmp(l->address, wanted->address, ADDRESS_SIZE) == 0)
		wanted->port = 0;
}

static void
a_socket_of_our_own_is_found(void **state)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t len = sizeof sin;
	struct listener wanted;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	wanted.port = ntohs(sin.sin_port);
	assert_true(address_parse("127.0.0.1", wanted.address));
	assert_true(host_each_listener(look_for, &wanted));
	assert_int_equal(wanted.port, 0);
	close(fd);
}

static void
towards_this_host_our_address_is_its_own(void **state)
{
	uint8_t far_end[ADDRESS_SIZE], own[ADDRESS_SIZE];
	char text[ADDRESS_TEXT];

	(void)state;
	assert_true(address_parse("127.0.0.2", far_end));
	assert_true(host_address_towards(far_end, own));
	assert_string_equal(address_format(text, own), "127.0.0.1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_listening_socket_is_read),
	    cmocka_unit_test(other_lines_are_passed_over),
	    cmocka_unit_test(a_socket_of_our_own_is_found),
	    cmocka_unit_test(towards_this_host_our_address_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
