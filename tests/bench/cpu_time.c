/*
 * Run a program and append the processor time it took, in microseconds, to a
 * file. From its start to its end: what the kernel counts, not samples.
 *
 *   cpu_time FILE PROGRAM [ARG...]
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long long
us(const struct timeval *t)
{
	return (long long)t->tv_sec * 1000000 + t->tv_usec;
}

int
main(int argc, char *argv[])
{
	struct rusage use;
	int status;
	pid_t pid;
	FILE *out;

	if (argc < 3)
		return 2;
	pid = fork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid)
		return 1;
	out = fopen(argv[1], "a");
	if (!out)
		return 1;
	fprintf(out, "%lld\n", us(&use.ru_utime) + us(&use.ru_stime));
	fclose(out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
