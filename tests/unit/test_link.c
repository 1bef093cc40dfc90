/*
 * The connection to a server, on this host.
 * SPDX-License-Identifier: ISC
 */
#include "announce/link.h"
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t here[ADDRESS_SIZE] = {
    [10] = 0xFF, [11] = 0xFF, 127, 0, 0, 1};
static const uint8_t also_here[ADDRESS_SIZE] = {
    [10] = 0xFF, [11] = 0xFF, 127, 0, 0, 77};
static const uint8_t elsewhere[ADDRESS_SIZE] = {
    [10] = 0xFF, [11] = 0xFF, 203, 0, 113, 9};
static const uint8_t unknown[ADDRESS_SIZE];

static struct link l;
static int listener;
static uint16_t port;

static int
setup(void **state)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof sin;

	(void)state;
	link_init(&l);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&sin, sizeof sin) != 0 ||
	    listen(listener, 8) != 0 ||
	    getsockname(listener, (struct sockaddr *)&sin, &len) != 0)
		return -1;
	port = ntohs(sin.sin_port);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	link_close(&l);
	link_close(&l);
	return close(listener);
}

static void
wait_for(short events)
{
	struct pollfd pfd = {.fd = l.fd, .events = events};

	assert_int_equal(poll(&pfd, 1, 5000), 1);
}

/* Connected; returns the server's end. */
static int
open_link(const uint8_t from[ADDRESS_SIZE], struct sockaddr_in *peer)
{
	socklen_t len = sizeof *peer;
	int fd;

	link_dial(&l, here, port, from);
	fd = accept(listener, (struct sockaddr *)peer, &len);
	assert_true(fd >= 0);
	if (l.state == LINK_CONNECTING) {
		wait_for(link_events(&l, false));
		link_finish_dial(&l);
	}
	assert_int_equal(l.state, LINK_OPEN);
	return fd;
}

static void
bytes_go_both_ways_until_the_server_closes(void **state)
{
	struct sockaddr_in peer;
	char got[8];
	int fd = open_link(unknown, &peer);

	(void)state;
	assert_int_equal(link_read(&l, got, sizeof got), 0);
	assert_int_equal(l.state, LINK_OPEN);
	assert_int_equal(link_write(&l, "abc", 3), 3);
	assert_int_equal(read(fd, got, sizeof got), 3);
	assert_int_equal(write(fd, "defg", 4), 4);
	wait_for(link_events(&l, false));
	assert_int_equal(link_read(&l, got, sizeof got), 4);
	assert_memory_equal(got, "defg", 4);
	close(fd);
	wait_for(link_events(&l, false));
	assert_int_equal(link_read(&l, got, sizeof got), 0);
	assert_int_equal(l.state, LINK_CLOSED);
	assert_int_equal(l.error, 0);
	assert_int_equal(link_write(&l, "abc", 3), 0);
}

static void
it_comes_from_the_address_that_was_asked_for(void **state)
{
	struct sockaddr_in peer;
	int fd = open_link(also_here, &peer);

	(void)state;
	assert_int_equal(ntohl(peer.sin_addr.s_addr), 0x7F00004D);
	close(fd);
	link_dial(&l, here, port, elsewhere);
	assert_int_equal(l.state, LINK_CLOSED);
	assert_int_equal(l.error, EADDRNOTAVAIL);
}

static void
a_port_where_nobody_listens_refuses(void **state)
{
	(void)state;
	close(listener);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	link_dial(&l, here, port, unknown);
	if (l.state == LINK_CONNECTING) {
		wait_for(link_events(&l, false));
		link_finish_dial(&l);
	}
	assert_int_equal(l.state, LINK_CLOSED);
	assert_int_equal(l.error, ECONNREFUSED);
}

static void
a_server_that_takes_nothing_does_not_block(void **state)
{
	static char much[1 << 20];
	struct sockaddr_in peer;
	int fd = open_link(unknown, &peer);
	size_t n;

	(void)state;
	do
		n = link_write(&l, much, sizeof much);
	while (n > 0);
	assert_int_equal(l.state, LINK_OPEN);
	close(fd); /* with bytes unread: a reset */
	wait_for(POLLIN);
	assert_int_equal(link_read(&l, much, sizeof much), 0);
	assert_int_equal(l.state, LINK_CLOSED);
	assert_int_equal(l.error, ECONNRESET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		bytes_go_both_ways_until_the_server_closes, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		it_comes_from_the_address_that_was_asked_for, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_port_where_nobody_listens_refuses, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_server_that_takes_nothing_does_not_block, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
