/*
 * The loop that accepts and forks; see acceptor.h.
 * SPDX-License-Identifier: ISC
 */
#include "listen/acceptor.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "listen/admission.h"
#include "listen/children.h"
#include "listen/renew.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long to wait when the kernel lacks descriptors, memory or processes. */
#define SHORTAGE_MS 100

/* How often the same thing is logged, such as a shortage. */
#define LOG_PERIOD_MS 60000

struct acceptor {
	const struct options *opt;
	const struct sockets *sockets;
	struct share_facts *facts;
	/* what stays when we start anew */
	struct counts {
		struct admission admission;
		struct children children;
	} counts;
	struct renewal renewal;
	sigset_t wait_mask; /* of signals, while waiting */
	uint64_t active_ms; /* a connection came, or a child ended */
};

static volatile sig_atomic_t stopped, renewal_wanted;

static void
on_signal(int number)
{
	if (number == SIGTERM || number == SIGINT)
		stopped = 1;
	else if (number == SIGHUP)
		renewal_wanted = 1;
	/* SIGCHLD has only to interrupt the wait */
}

static const int caught[] = {SIGTERM, SIGINT, SIGCHLD, SIGHUP};

/*
 * They are blocked everywhere but in ppoll, also while this process executes
 * itself, so that none is lost. Who closes a terminal wants to end what runs
 * there: then SIGHUP is left alone.
 */
static void
catch_signals(struct acceptor *a)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t held;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&held);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++) {
		if (caught[i] == SIGHUP && isatty(STDERR_FILENO))
			continue;
		sigaction(caught[i], &act, NULL);
		sigaddset(&held, caught[i]);
	}
	sigprocmask(SIG_BLOCK, &held, &a->wait_mask);
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		sigdelset(&a->wait_mask, caught[i]);
}

static void
release_signals(const struct acceptor *a)
{
	for (size_t i = 0; i < ARRAY_LEN(caught); i++)
		signal(caught[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &a->wait_mask, NULL);
}

/* Wait for signals, and for one of n descriptors. At most so long. */
static void
wait_for(
    const struct acceptor *a, struct pollfd *fds, nfds_t n, uint64_t wait_ms)
{
	const struct timespec limit = {
	    .tv_sec = (time_t)(wait_ms / 1000),
	    .tv_nsec = (long)(wait_ms % 1000) * 1000000,
	};

	if (ppoll(fds, n, &limit, &a->wait_mask) <= 0)
		for (nfds_t i = 0; i < n; i++)
			fds[i].revents = 0;
}

static bool
is_crash(int signal_number)
{
	switch (signal_number) {
	case SIGSEGV:
	case SIGABRT:
	case SIGSYS:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
		return true;
	default:
		return false;
	}
}

static void
note_end(struct acceptor *a, pid_t pid, int status)
{
	children_remove(&a->counts.children, pid);
	a->active_ms = clock_ms();
	if (WIFEXITED(status)) {
		log_debug("child %d died with code %d", (int)pid,
		    WEXITSTATUS(status));
		return; /* it has logged why */
	}
	log_warning("process %d of a connection was ended by signal %d (%s)",
	    (int)pid, WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (is_crash(WTERMSIG(status)))
		renewal_demand(&a->renewal);
}

/* Take note of all children that have ended. */
static void
reap(struct acceptor *a)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		note_end(a, pid, status);
}

/* Say that we lack something, and wait a moment for it. */
static void
bear_shortage(struct acceptor *a, const char *what)
{
	log_warning("%s: %s; connections wait", what, strerror(errno));
	wait_for(a, NULL, 0, SHORTAGE_MS);
	reap(a);
}

/* In a child: the peer on fds 0 and 1, and nothing of the parent's. */
static void
become_child(struct acceptor *a, int peer)
{
	release_signals(a);
	dup2(peer, STDIN_FILENO);
	dup2(peer, STDOUT_FILENO);
	close(peer);
	for (int fd = 3; fd < a->sockets->first + a->sockets->n; fd++)
		close(fd);
	/* inetd passes the socket as fd 2, too; the log goes to syslog */
	if (sockets_listens(STDERR_FILENO)) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(null, STDERR_FILENO);
		close(null);
	}
}

/* True in the child. */
static bool
start_child(struct acceptor *a, int peer, uint64_t owner)
{
	pid_t pid;

	share_facts_refresh(a->facts, a->opt);
	while ((pid = fork()) < 0 && !stopped)
		bear_shortage(a, "cannot start a process");
	if (pid == 0) {
		become_child(a, peer);
		return true;
	}
	close(peer);
	if (pid > 0)
		children_add(&a->counts.children, pid, owner);
	return false;
}

static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM;
}

/* Accept one connection and serve it. True in its child. */
static bool
accept_one(struct acceptor *a, int listener)
{
	struct sockaddr_storage from = {0};
	socklen_t len = sizeof from;
	struct peer peer;
	int fd =
	    accept4(listener, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);

	if (fd < 0) {
		if (is_shortage(errno))
			bear_shortage(a, "cannot accept");
		return false; /* else it is gone already */
	}
	a->active_ms = clock_ms();
	peer_from_sockaddr(&peer, &from);
	if (admission_admits(&a->counts.admission, a->opt, &a->counts.children,
		&peer, a->active_ms))
		return start_child(a, fd, owner_of(peer.ip));
	close(fd);
	return false;
}

/* Accept one of each socket that has some. True in a child. */
static bool
accept_ready(struct acceptor *a, const struct pollfd *fds)
{
	for (int i = 0; i < a->sockets->n; i++)
		if (fds[i].revents && accept_one(a, fds[i].fd))
			return true;
	return false;
}

/* Who has bound the sockets itself stays; others are started again. */
static bool
may_leave(const struct acceptor *a)
{
	return a->opt->listen.n == 0;
}

/* Asks the kernel, who knows those from before we started anew, too. */
static bool
has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static bool
is_idle(const struct acceptor *a, uint64_t now_ms)
{
	return may_leave(a) &&
	    elapsed_ms(a->active_ms, now_ms) >= a->opt->linger_s * 1000 &&
	    !has_children();
}

static uint64_t
time_to_wait(const struct acceptor *a, uint64_t now_ms)
{
	uint64_t wait_ms = elapsed_ms(now_ms, a->renewal.due_ms);
	uint64_t linger_ms = a->opt->linger_s * 1000;
	uint64_t idle_ms = elapsed_ms(a->active_ms, now_ms);

	if (!may_leave(a))
		return wait_ms;
	return min_u64(
	    wait_ms, idle_ms < linger_ms ? linger_ms - idle_ms : linger_ms);
}

bool
acceptor_run(const struct options *opt, const struct sockets *sockets,
    char *argv[], struct share_facts *facts)
{
	static struct acceptor acceptor; /* large */
	struct acceptor *a = &acceptor;
	struct pollfd fds[SOCKETS_MAX];

	a->opt = opt;
	a->sockets = sockets;
	a->facts = facts;
	a->active_ms = clock_ms();
	renewal_inherit(&a->counts, sizeof a->counts);
	renewal_init(&a->renewal, argv, a->active_ms);
	catch_signals(a);
	log_set_limit(LOG_PERIOD_MS, NULL, NULL);
	for (int i = 0; i < sockets->n; i++)
		fds[i] = (struct pollfd){sockets->first + i, POLLIN, 0};
	for (;;) {
		uint64_t now_ms = clock_ms();

		if (stopped || is_idle(a, now_ms))
			return false;
		wait_for(a, fds, (nfds_t)sockets->n, time_to_wait(a, now_ms));
		reap(a);
		if (renewal_wanted)
			renewal_demand(&a->renewal);
		renewal_wanted = 0;
		if (stopped)
			continue;
		if (renewal_is_due(&a->renewal, clock_ms()))
			renewal_execute(&a->renewal, &a->counts,
			    sizeof a->counts, clock_ms());
		if (accept_ready(a, fds))
			return true;
	}
}
