/*
 * One peer for a server that is in trouble:
 *
 *   meet FILE COMMAND [ARGUMENT...]
 *
 * Runs COMMAND with a TCP connection as standard input and output, in a process
 * group of its own, says what is on stdin (hex), hangs up its half and takes the
 * answers. They must be whole frames, but for the last, and the bytes of FILE.
 * Prints "status N, N frames, N bytes of data".
 *
 * Exit: 0 all was well; 1 wrong bytes, a signal, or no end; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "answers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The command has to be done within so long. */
#define PATIENCE_S 20

static pid_t child;

static void
die(const char *what)
{
	fprintf(stderr, "meet: %s (%s)\n", what, strerror(errno));
	if (child > 0)
		kill(-child, SIGKILL);
	exit(1);
}

static void
on_alarm(int number)
{
	static const char text[] = "meet: no end\n";

	(void)number;
	if (write(STDERR_FILENO, text, sizeof text - 1) > 0)
		kill(-child, SIGKILL);
	_exit(1);
}

/* Both ends of a connection over the loopback interface. */
static void
connect_both(int ends[2])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof a;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&a, len) != 0 ||
	    listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &len) != 0 ||
	    connect(ends[0], (struct sockaddr *)&a, len) != 0)
		die("no connection");
	ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
}

static void
run(char *argv[], int fd)
{
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		setpgid(0, 0);
		dup2(fd, STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	setpgid(child, child);
	close(fd);
}

static void
speak(int fd)
{
	char line[16384];
	uint8_t words[sizeof line / 2];
	size_t n;

	if (!fgets(line, sizeof line, stdin))
		die("nothing to say");
	n = strcspn(line, "\n") / 2;
	if (!hex_decode(words, line, n))
		die("no hex");
	/* a server that is gone already says so by its status */
	if (send(fd, words, n, MSG_NOSIGNAL) == (ssize_t)n)
		shutdown(fd, SHUT_WR);
}

static void
open_file(const char *path, struct answers_file *file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path);
	file->size = (uint64_t)st.st_size;
	map = mmap(NULL, file->size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die(path);
	file->bytes = map;
	close(fd);
}

int
main(int argc, char *argv[])
{
	static struct answers a;
	struct answers_file file;
	int ends[2], status;
	ssize_t n;

	if (argc < 3) {
		fprintf(stderr, "usage: see the head of meet.c\n");
		return 2;
	}
	open_file(argv[1], &file);
	connect_both(ends);
	run(argv + 2, ends[1]);
	signal(SIGALRM, on_alarm);
	alarm(PATIENCE_S);
	speak(ends[0]);
	while ((n = recv(ends[0], a.in + a.len, sizeof a.in - a.len, 0)) > 0) {
		answers_take(&a, (size_t)n, &file);
		if (a.bad)
			die("the server sent wrong bytes");
	}
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		die(strsignal(WTERMSIG(status)));
	printf("status %d, %" PRIu64 " frames, %" PRIu64 " bytes of data\n",
	    WEXITSTATUS(status), a.n_frames, a.data_bytes);
	return 0;
}
