/*
 * For servers under valgrind 3.19, which does not know openat2, in LD_PRELOAD:
 * openat in its place. What openat2 refuses besides, the tests look at without
 * valgrind.
 * SPDX-License-Identifier: ISC
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef long syscall_function(long number, ...);

long
syscall(long number, ...)
{
	void *symbol = dlsym(RTLD_NEXT, "syscall");
	syscall_function *next;
	va_list ap;
	long a[4];

	va_start(ap, number);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2) {
		const struct open_how *how = (const struct open_how *)a[2];

		return openat((int)a[0], (const char *)a[1],
		    (int)how->flags | O_NOFOLLOW);
	}
	memcpy(&next, &symbol, sizeof next);
	return next(number, a[0], a[1], a[2], a[3]);
}
