/*
 * SIGINT and SIGTERM in verbs that take long: finished work is kept and
 * printed, and then the program ends by the signal, so that a calling shell
 * stops too.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_INTERRUPT_H
#define INDEX_INTERRUPT_H

/*
 * From now on the first of these signals is only noted, unless it was ignored;
 * a second one of its kind ends the program at once.
 */
void interrupt_catch(void);

/* The signal that came, or 0. */
int interrupt_signal(void);

/* Die by the signal that came, if one did. */
void interrupt_die(void);

#endif
