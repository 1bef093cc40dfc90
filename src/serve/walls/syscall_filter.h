/*
 * The seccomp filter: which system calls this process may still make.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WALLS_SYSCALL_FILTER_H
#define SERVE_WALLS_SYSCALL_FILTER_H

#include <stdbool.h>

/*
 * Refuse, from now on and for good, what a connection has no use for; see the
 * list. Needs PR_SET_NO_NEW_PRIVS. False with errno: ENOTSUP on a processor
 * that there is no list for, EINVAL on a kernel without seccomp filters.
 */
bool syscall_filter_install(void);

#endif
