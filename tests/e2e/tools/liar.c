/*
 * A router that says what it is told to, by NAT-PMP and UPnP:
 *
 *   liar ADDRESS DIR
 *
 * Files in DIR are the answers, read anew for each question: "nat-pmp.0" and
 * "nat-pmp.2" to requests of these opcodes, "search" to a search for devices
 * (if any is missing, no answer); "GET" and names of actions, such as
 * "AddPortMapping", are bodies of answers by HTTP on port 5000; "permanent" is
 * that of AddPortMapping without end. An empty one is sent without end, one
 * that is missing as a byte a second. Searches are heard on the interface of
 * ADDRESS. Prints the name of each question. Ends with the process that started
 * it, and what still answers ends with it.
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX 8192

static const char *dir;

/* The bytes of the file, or -1. */
static ssize_t
read_answer(const char *name, char out[ANSWER_MAX])
{
	char path[512];
	ssize_t n;
	int fd;

	puts(name);
	fflush(stdout);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, out, ANSWER_MAX);
	close(fd);
	return n;
}

static int
make_socket(int type, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		err(1, "port %u", port);
	return fd;
}

static void
join_group(int fd, const char *address)
{
	struct ip_mreq group;

	group.imr_multiaddr.s_addr = inet_addr("239.255.255.250");
	group.imr_interface.s_addr = inet_addr(address);
	if (setsockopt(
		fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) != 0)
		err(1, "%s", address);
}

static void
answer_packet(int fd, bool is_search)
{
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	char request[2048], name[16] = "search", answer[ANSWER_MAX];
	ssize_t n = recvfrom(
	    fd, request, sizeof request, 0, (struct sockaddr *)&from, &len);

	if (n < 2)
		return;
	if (!is_search)
		snprintf(name, sizeof name, "nat-pmp.%u", (uint8_t)request[1]);
	n = read_answer(name, answer);
	if (n >= 0)
		sendto(fd, answer, (size_t)n, 0, (struct sockaddr *)&from, len);
}

/* The name of an action stands in a header: SOAPAction: "SERVICE#ACTION" */
static void
answer_connection(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
	char request[4096], answer[ANSWER_MAX] = "<a>";
	ssize_t n = recv(fd, request, sizeof request - 1, 0);
	char *action, *end;
	bool permanent;

	if (n <= 0)
		return;
	request[n] = '\0';
	action = strchr(request, '#');
	end = action ? strchr(action, '"') : NULL;
	permanent = strstr(request, "<NewLeaseDuration>0<") != NULL;
	if (end)
		*end = '\0';
	n = read_answer(!end ? "GET"
		: permanent  ? "permanent"
			     : action + 1,
	    answer);
	if (send(fd, head, sizeof head - 1, 0) < 0)
		return;
	while (n == 0 && send(fd, answer, sizeof answer, 0) > 0)
		;
	while (n < 0 && send(fd, "<", 1, 0) > 0)
		sleep(1);
	if (n > 0 && send(fd, answer, (size_t)n, 0) == n)
		shutdown(fd, SHUT_WR);
	while (recv(fd, request, sizeof request, 0) > 0)
		;
}

int
main(int argc, char *argv[])
{
	struct pollfd fds[3];

	if (argc != 3)
		errx(2, "usage: liar ADDRESS DIR");
	dir = argv[2];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	fds[0].fd = make_socket(SOCK_DGRAM, 5351);
	fds[1].fd = make_socket(SOCK_DGRAM, 1900);
	fds[2].fd = make_socket(SOCK_STREAM, 5000);
	join_group(fds[1].fd, argv[1]);
	listen(fds[2].fd, 5);
	for (size_t i = 0; i < 3; i++)
		fds[i].events = POLLIN;
	puts("ready");
	fflush(stdout);
	while (poll(fds, 3, -1) > 0) {
		if (fds[0].revents)
			answer_packet(fds[0].fd, false);
		if (fds[1].revents)
			answer_packet(fds[1].fd, true);
		if (fds[2].revents) {
			int fd = accept4(fds[2].fd, NULL, NULL, SOCK_CLOEXEC);

			if (fork() == 0) {
				prctl(PR_SET_PDEATHSIG, SIGKILL);
				answer_connection(fd);
				_exit(0);
			}
			close(fd);
		}
	}
	return 1;
}
