/*
 * The verbs of ed2k-share, one a file, and what they have in common. A verb
 * gets argv from its own name on, and returns an exit code of <sysexits.h>:
 * that of the first fault. Results go to stdout, messages to the log.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/args.h"
#include "index/edit.h"

#include <limits.h>

struct cmd {
	const char *db; /* path of the share database, for verbs that use it */
	const char *state; /* state directory, or NULL: the default one */
};

/*
 * Read the options of a verb, and check that it has min to max operands; if it
 * has not, log the complaint. Returns the index of the first operand, or -1
 * after a log line.
 */
int cmd_parse(const struct args_option *options, size_t n_options, int argc,
    char *argv[], int min, int max, const char *complaint);

/*
 * Which of n words is it? Those that are NULL are left out. Returns the index,
 * or -1 after a log line: the word, quoted, and the complaint.
 */
int cmd_choose(const char *word, const char *const words[], size_t n,
    const char *complaint);

/*
 * Open the share database for changes and make one for each of n arguments. 0,
 * or the first exit code after log lines; the others are changed all the same.
 */
int cmd_change_each(const struct cmd *cmd, int n, char *const arguments[],
    int (*change)(void *ctx, struct edit *edit, const char *argument),
    void *ctx);

/* Log, if so, that files lack AICH hashes, and what computes them. */
void cmd_log_missing_aich(struct store *store);

/*
 * Print a line and flush it: a word, a path, and a second path unless it is
 * NULL. The paths are escaped, with tabs between.
 */
void cmd_print_change(const char *word, const char *path, const char *other);

/*
 * What is printed from now on waits in a temporary file, so that whoever reads
 * it cannot hold up the work: a database that is being read gets no shorter. If
 * there can be no such file, nothing waits.
 */
void cmd_hold_output(void);

/* Print what waits, if something does. 0, or EX_IOERR after a log line. */
int cmd_release_output(void);

/*
 * The end of a verb that prints: flush stdout. Returns fault, or EX_IOERR after
 * a log line when that was 0 and something could not be written.
 */
int cmd_end(int fault);

int cmd_add(const struct cmd *cmd, int argc, char *argv[]);
int cmd_announce(const struct cmd *cmd, int argc, char *argv[]);
int cmd_check(const struct cmd *cmd, int argc, char *argv[]);
int cmd_comment(const struct cmd *cmd, int argc, char *argv[]);
int cmd_ipfilter(const struct cmd *cmd, int argc, char *argv[]);
int cmd_link(const struct cmd *cmd, int argc, char *argv[]);
int cmd_list(const struct cmd *cmd, int argc, char *argv[]);
int cmd_priority(const struct cmd *cmd, int argc, char *argv[]);
int cmd_refresh(const struct cmd *cmd, int argc, char *argv[]);
int cmd_remove(const struct cmd *cmd, int argc, char *argv[]);
int cmd_snapshot(const struct cmd *cmd, int argc, char *argv[]);
int cmd_status(const struct cmd *cmd, int argc, char *argv[]);
int cmd_verify(const struct cmd *cmd, int argc, char *argv[]);
int cmd_stats(const struct cmd *cmd, int argc, char *argv[]);

#endif
