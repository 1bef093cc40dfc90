/*
 * Executing ourselves; see renew.h.
 * SPDX-License-Identifier: ISC
 */
#include "listen/renew.h"

#include "base/log.h"
#include "base/file.h"
#include "base/number.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* The file of this program, also when it has no name any more. */
#define SELF "/proc/self/exe"

/* How long one memory layout is used. */
#define RENEW_MS 3600000

/* When to try again after a failure. */
#define RETRY_MS 60000

/* A program file that is younger may be half written. */
#define SETTLED_S 2

/* The descriptor of what is handed over. */
#define KEPT_FD "ED2K_SERVE_KEPT_FD"

/* What it begins with. The process stays the same one. */
struct kept_head {
	char version[32];
	uint64_t size;
	pid_t pid;
};

static bool
is_for_us(const struct kept_head *head, size_t n)
{
	return memcmp(head->version, VERSION, sizeof VERSION) == 0 &&
	    head->size == n && head->pid == getpid();
}

/* Where it is, for this process to close; -1 if there is nothing. */
static int
take_kept_fd(void)
{
	const char *text = getenv(KEPT_FD);
	uint64_t fd;
	bool good = text && number_parse(text, 3, INT_MAX, &fd);

	unsetenv(KEPT_FD);
	return good ? (int)fd : -1;
}

bool
renewal_inherit(void *kept, size_t n)
{
	struct kept_head head;
	int fd = take_kept_fd();
	/* nothing else is closed, whatever the environment says */
	bool is_ours = fd >= 0 &&
	    pread(fd, &head, sizeof head, 0) == sizeof head &&
	    is_for_us(&head, n);
	bool good =
	    is_ours && file_read_at(fd, kept, n, sizeof head) == (ssize_t)n;

	if (is_ours)
		close(fd);
	if (!good)
		memset(kept, 0, n);
	return good;
}

/* Without it the counts begin at zero, which is better than to go on. */
static void
put_kept(const void *kept, size_t n)
{
	struct kept_head head = {
	    .version = VERSION, .size = n, .pid = getpid()};
	char text[16];
	int fd = memfd_create("kept", 0);

	if (fd < 0)
		return;
	snprintf(text, sizeof text, "%d", fd);
	if (file_write(fd, &head, sizeof head) && file_write(fd, kept, n) &&
	    setenv(KEPT_FD, text, 1) == 0)
		return;
	close(fd);
}

void
renewal_init(struct renewal *r, char *argv[], uint64_t now_ms)
{
	ssize_t n = readlink(SELF, r->program, sizeof r->program - 1);

	r->program[n > 0 ? n : 0] = '\0';
	r->argv = argv;
	r->due_ms = now_ms + RENEW_MS;
	if (stat(SELF, &r->running) != 0)
		memset(&r->running, 0, sizeof r->running);
}

void
renewal_demand(struct renewal *r)
{
	r->due_ms = 0;
}

/* Is there another program at our path, and all of it? */
static bool
is_replaced(const struct renewal *r)
{
	struct stat st;

	if (stat(r->program, &st) != 0)
		return false;
	if (st.st_ino == r->running.st_ino && st.st_dev == r->running.st_dev &&
	    st.st_mtime == r->running.st_mtime)
		return false;
	return time(NULL) - st.st_ctime >= SETTLED_S;
}

bool
renewal_is_due(struct renewal *r, uint64_t now_ms)
{
	return now_ms >= r->due_ms || is_replaced(r);
}

void
renewal_execute(struct renewal *r, const void *kept, size_t n, uint64_t now_ms)
{
	int fd;

	log_debug("starting anew");
	put_kept(kept, n);
	execv(r->program, r->argv);
	execv(SELF, r->argv);
	log_warning("cannot start %s anew: %s; going on as it is",
	    log_quote_str(r->program), strerror(errno));
	fd = take_kept_fd();
	if (fd >= 0)
		close(fd);
	r->due_ms = now_ms + RETRY_MS;
}
