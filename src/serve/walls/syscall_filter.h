/*
 * The seccomp filter: which system calls this process may still make.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WALLS_SYSCALL_FILTER_H
#define SERVE_WALLS_SYSCALL_FILTER_H

#include <stdbool.h>

/*
 * Refuse, for good, all calls that a connection does not need. Needs
 * PR_SET_NO_NEW_PRIVS. False with errno: ENOTSUP on a processor without a list,
 * EINVAL on a kernel without seccomp filters.
 */
bool syscall_filter_install(void);

#endif
