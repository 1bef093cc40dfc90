/*
 * SIGINT and SIGTERM; see interrupt.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/interrupt.h"

#include "base/util.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void
note_signal(int sig)
{
	caught = sig;
}

void
interrupt_catch(void)
{
	static const int signals[] = {SIGINT, SIGTERM};
	struct sigaction note = {
	    .sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct sigaction before;

		/* nohup and shells ignore them for what shall not end */
		if (sigaction(signals[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			sigaction(signals[i], &note, NULL);
	}
}

int
interrupt_signal(void)
{
	return caught;
}

void
interrupt_die(void)
{
	if (caught)
		raise(caught); /* it has its default action again */
}
