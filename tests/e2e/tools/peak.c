/*
 * Run a command and write how much memory it had at most.
 *
 *   peak FILE COMMAND [ARGUMENT...]
 *
 * FILE gets one number: KiB of resident memory. Ends as the command did.
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int
write_number(const char *path, long number)
{
	FILE *f = fopen(path, "w");

	if (!f || fprintf(f, "%ld\n", number) < 0 || fclose(f) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	struct rusage used;
	int status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: peak FILE COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid) {
		perror("peak");
		return 1;
	}
	if (write_number(argv[1], used.ru_maxrss) != 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
