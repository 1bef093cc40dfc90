/*
 * Servers that are killed while they send: what their peer got, and what the next
 * server recorded of it.
 *
 *   killed TIMES STATE COMMAND [ARGUMENT...]
 *
 * Each time it runs COMMAND on one end of a Unix stream, whose other end keeps all
 * that was written to it, asks for data, takes the answers for a while, kills the
 * server, and takes the rest. Then it runs COMMAND again, for a peer of the same
 * address that says nothing, and prints a line: bytes of file data that came, and
 * bytes that STATE/activity.db has more than before.
 *
 * What it says is on stdin, a line each: the bytes that are answered, and the
 * request in hex. A line is said when less than a megabyte is still to come.
 *
 * Data frames of protocol 0xE3 whose payload has more than 1 MiB are those for
 * direct clients, with wide offsets.
 *
 * Exit: 0; 1 something else went wrong; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "base/util.h"
#include "proto/opcodes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANSWERS_MAX (256 << 20)

/* A reader that takes so much a millisecond leaves time for a kill. */
#define READ_SIZE 262144

static void
die(const char *what)
{
	fprintf(stderr, "killed: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static pid_t
run(char *argv[], int fd)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	setenv("REMOTE_ADDR", "192.0.2.7", 1);
	execv(argv[0], argv);
	_exit(127);
}

/* The file data in so many bytes of answers, of which the last may be half. */
static uint64_t
count_data(const uint8_t *p, size_t n)
{
	uint64_t sum = 0;

	while (n >= 6) {
		size_t len = (size_t)p[1] | (size_t)p[2] << 8 |
		    (size_t)p[3] << 16 | (size_t)p[4] << 24;
		bool wide = p[0] == OP_EMULEPROT || len > (1 << 20);
		bool is_data = p[0] == OP_EDONKEYPROT
		    ? p[5] == OP_SENDINGPART
		    : p[5] == OP_SENDINGPART_I64;
		size_t head = 6 + HASH_SIZE + (wide ? 16 : 8);
		size_t all = 5 + len < n ? 5 + len : n;

		if (is_data && all > head)
			sum += all - head;
		p += all;
		n -= all;
	}
	return sum;
}

static int64_t
recorded(const char *path)
{
	int64_t sum = 0;
	sqlite3_stmt *stmt;
	sqlite3 *db;

	if (access(path, F_OK) != 0)
		return 0;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) !=
		SQLITE_OK ||
	    sqlite3_prepare_v2(db, "SELECT total(bytes) FROM transfer", -1,
		&stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		die(sqlite3_errmsg(db));
	sum = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return sum;
}

/* What to say. */
static struct {
	uint8_t words[2048];
	size_t n;
	uint64_t answered;
} lines[1000];
static size_t n_lines;

static void
read_lines(void)
{
	static char text[4096 + 32];
	char hex[4097];

	while (n_lines < ARRAY_LEN(lines) && fgets(text, sizeof text, stdin)) {
		if (sscanf(text, "%" SCNu64 " %4096s", &lines[n_lines].answered,
			hex) != 2)
			die("a bad line");
		lines[n_lines].n = strlen(hex) / 2;
		if (!hex_decode(lines[n_lines].words, hex, lines[n_lines].n))
			die("no hex");
		n_lines++;
	}
}

/* Say what is due when so many bytes have come. */
static void
speak(int fd, size_t *line, uint64_t *asked, uint64_t came)
{
	while (*line < n_lines && *asked < came + 1000000) {
		if (write(fd, lines[*line].words, lines[*line].n) !=
		    (ssize_t)lines[*line].n)
			die("it does not listen");
		*asked += lines[(*line)++].answered;
	}
}

/* Take answers until it is time to kill; then all that is left. */
static uint64_t
kill_one(char *argv[], uint8_t *answers)
{
	struct timespec tick = {.tv_nsec = 1000000};
	long ticks = random() % 60;
	int ends[2], status;
	size_t n = 0, line = 0;
	uint64_t asked = 0;
	ssize_t got;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		die("socketpair");
	pid = run(argv, ends[1]);
	close(ends[1]);
	speak(ends[0], &line, &asked, n);
	while (n < ANSWERS_MAX - READ_SIZE && ticks >= 0 &&
	    (got = read(ends[0], answers + n, READ_SIZE)) > 0) {
		n += (size_t)got;
		speak(ends[0], &line, &asked, n);
		if (n < 200000) /* it has only begun */
			continue;
		ticks--;
		nanosleep(&tick, NULL);
	}
	tick.tv_nsec = random() % 1000000;
	nanosleep(&tick, NULL);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	while (n < ANSWERS_MAX - READ_SIZE &&
	    ((got = read(ends[0], answers + n, READ_SIZE)) > 0 ||
		(got < 0 && errno == ECONNRESET)))
		n += got > 0 ? (size_t)got : 0;
	close(ends[0]);
	return count_data(answers, n);
}

static void
find_it(char *argv[])
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), status;
	pid_t pid = run(argv, fd);

	close(fd);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0)
		die("the one after it failed");
}

int
main(int argc, char *argv[])
{
	uint8_t *answers = malloc(ANSWERS_MAX);
	char path[4096];

	if (argc < 4 || !answers)
		return 2;
	read_lines();
	snprintf(path, sizeof path, "%s/activity.db", argv[2]);
	srandom((unsigned)time(NULL) ^ (unsigned)getpid());
	for (int i = atoi(argv[1]); i > 0; i--) {
		int64_t before = recorded(path);
		uint64_t came = kill_one(argv + 3, answers);

		find_it(argv + 3);
		printf(
		    "%" PRIu64 " %" PRId64 "\n", came, recorded(path) - before);
	}
	free(answers);
	return 0;
}
