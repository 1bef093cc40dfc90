/*
 * The guard over a mapped file; see guard.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/guard.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

static struct {
	void *at;
	size_t size;
	volatile sig_atomic_t *is_cut;
} guarded;

/* Runs in the middle of anything: it may do nothing but system calls. */
static void
on_bus_error(int number, siginfo_t *info, void *context)
{
	uintptr_t offset = (uintptr_t)info->si_addr - (uintptr_t)guarded.at;
	int error = errno;

	(void)context;
	if (offset < guarded.size &&
	    mmap(guarded.at, guarded.size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == guarded.at)
		*guarded.is_cut = 1;
	else
		signal(number, SIG_DFL); /* the fault repeats, and ends us */
	errno = error;
}

void
guard_begin(void *at, size_t size, volatile sig_atomic_t *is_cut)
{
	struct sigaction act = {
	    .sa_sigaction = on_bus_error,
	    .sa_flags = SA_SIGINFO,
	};

	guarded.at = at;
	guarded.size = size;
	guarded.is_cut = is_cut;
	sigaction(SIGBUS, &act, NULL);
}

void
guard_end(void)
{
	guarded.size = 0;
}
