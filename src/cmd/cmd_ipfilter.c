/*
 * ed2k-share ipfilter: compile a text of addresses into the list that the
 * server looks peers up in.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "index/ipfilter_line.h"
#include "index/ipfilter_set.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* Longer lines are bad; eMule reads no more than 1,024 bytes of one. */
#define LINE_SIZE 4096

/* Bad lines that are told one by one, and how much of each is shown. */
#define BAD_TOLD  5
#define BAD_SHOWN 80

struct compiling {
	const char *source;
	struct ipfilter_set set;
	uint64_t n_lines, n_good, n_bad;
};

static void
note_bad(struct compiling *c, const char *line, size_t n, const char *fault)
{
	if (c->n_bad++ < BAD_TOLD)
		log_warning("%s line %" PRIu64 ": %s: %s",
		    log_quote_str(c->source), c->n_lines, fault,
		    log_quote(line, min_size(n, BAD_SHOWN)));
}

/* Take one line, without its end. False when there is no memory. */
static bool
take_line(struct compiling *c, const char *s, size_t n)
{
	struct ipfilter_line line;

	c->n_lines++;
	/* what Windows programs put before the first line of UTF-8 */
	if (c->n_lines == 1 && n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		s += 3;
		n -= 3;
	}
	if (n >= LINE_SIZE) {
		note_bad(c, s, n, "the line is too long");
		return true;
	}
	ipfilter_line_parse(s, n, &line);
	switch (line.kind) {
	case IPFILTER_LINE_EMPTY:
		return true;
	case IPFILTER_LINE_BAD:
		note_bad(c, s, n, line.fault);
		return true;
	case IPFILTER_LINE_PASS:
		c->n_good++;
		return true;
	default:
		c->n_good++;
		return ipfilter_set_add(
		    &c->set, &line.range, line.kind == IPFILTER_LINE_ALLOW);
	}
}

/* All lines; of one that is too long only the beginning is kept. */
static int
read_lines(struct compiling *c, FILE *in)
{
	char line[LINE_SIZE];
	size_t n = 0;
	bool some = false, memory = true;
	int byte;

	while (memory && (byte = getc_unlocked(in)) != EOF) {
		some = byte != '\n';
		if (!some) {
			memory = take_line(c, line, n);
			n = 0;
		} else if (n < sizeof line) {
			line[n++] = (char)byte;
		}
	}
	if (memory && some)
		memory = take_line(c, line, n);
	if (!memory) {
		log_error("no memory for the addresses of %s",
		    log_quote_str(c->source));
		return EX_OSERR;
	}
	if (ferror(in)) {
		log_error("cannot read %s: %s", log_quote_str(c->source),
		    strerror(errno));
		return EX_IOERR;
	}
	return 0;
}

static int
read_source(struct compiling *c)
{
	FILE *in = fopen(c->source, "re");
	int error = errno, fault;

	if (!in) {
		log_error("cannot read %s: %s", log_quote_str(c->source),
		    strerror(error));
		return error == ENOENT ? EX_NOINPUT : EX_NOPERM;
	}
	fault = read_lines(c, in);
	fclose(in);
	return fault;
}

/* Are there entries to write, and no more bad lines than we may leave out? */
static int
judge(const struct compiling *c, bool strict)
{
	const char *s = c->n_bad == 1 ? "" : "s";

	if (c->n_good == 0) {
		log_error("%s has no good entry and %" PRIu64 " bad line%s; "
			  "nothing is written",
		    log_quote_str(c->source), c->n_bad, s);
		return EX_DATAERR;
	}
	if (c->n_bad == 0)
		return 0;
	if (strict) {
		log_error("%s has %" PRIu64 " bad line%s; nothing is written",
		    log_quote_str(c->source), c->n_bad, s);
		return EX_DATAERR;
	}
	log_warning("%s has %" PRIu64 " bad line%s, left out",
	    log_quote_str(c->source), c->n_bad, s);
	return 0;
}

/*
 * May a new list take the place of `path`? Not of a file that is something
 * else: the source, say, when the arguments were mixed up.
 */
static bool
may_replace(const char *path)
{
	uint8_t magic[IPFILTER_MAGIC_SIZE];
	bool ours = false;
	struct stat st;
	int fd;

	if (stat(path, &st) != 0)
		return true; /* not there, or writing will tell */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		ours = st.st_size == 0 ||
		    (read(fd, magic, sizeof magic) == sizeof magic &&
			memcmp(magic, IPFILTER_MAGIC, sizeof magic) == 0);
	if (fd >= 0)
		close(fd);
	if (!ours)
		log_error("%s is there and is no compiled list; name another "
			  "file, or remove it",
		    log_quote_str(path));
	return ours;
}

/* For ipfilter_set_write. */
static bool
write_block(void *ctx, const uint8_t block[IPFILTER_BLOCK])
{
	const int *fd = ctx;

	return file_write(*fd, block, IPFILTER_BLOCK);
}

/* Write beside `path`, then take its place: readers see the old or the new. */
static int
replace(const struct ipfilter_set *set, const char *path)
{
	struct file_replacement r = {0};

	if (!file_replace_begin(&r, path)) {
		log_error("cannot make a file beside %s: %s",
		    log_quote_str(path), strerror(errno));
		return EX_CANTCREAT;
	}
	if (!ipfilter_set_write(set, write_block, &r.fd))
		file_replace_cancel(&r);
	else if (file_replace_commit(&r))
		return 0;
	log_error("cannot write %s: %s", log_quote_str(path), strerror(errno));
	return EX_IOERR;
}

static void
print_counts(const struct ipfilter_set *set)
{
	size_t n4 = set->deny[IP_V4].n, n6 = set->deny[IP_V6].n;
	uint64_t addresses = ipfilter_set_ipv4_count(set);

	printf("denied: %zu range%s of IPv4 with %" PRIu64 " address%s, "
	       "%zu range%s of IPv6\n",
	    n4, n4 == 1 ? "" : "s", addresses, addresses == 1 ? "" : "es", n6,
	    n6 == 1 ? "" : "s");
}

static int
compile(struct compiling *c, bool strict, const char *out)
{
	int fault = read_source(c);

	if (!fault)
		fault = judge(c, strict);
	if (!fault && !may_replace(out))
		fault = EX_CANTCREAT;
	if (!fault && !ipfilter_set_compile(&c->set)) {
		log_error("no memory for the addresses of %s",
		    log_quote_str(c->source));
		fault = EX_OSERR;
	}
	if (!fault)
		fault = replace(&c->set, out);
	if (!fault)
		print_counts(&c->set);
	return fault;
}

int
cmd_ipfilter(const struct cmd *cmd, int argc, char *argv[])
{
	struct compiling c = {0};
	bool strict = false;
	const struct args_option options[] = {
	    {"strict", 0, ARGS_FLAG, NULL, 0, 0, &strict, NULL, ""},
	};
	int first, fault;

	(void)cmd; /* the share database has no part in this */
	first = cmd_parse(options, ARRAY_LEN(options), argc, argv, 2, 2,
	    "ipfilter takes the text to read and the file to write");
	if (first < 0)
		return EX_USAGE;
	c.source = argv[first];
	fault = compile(&c, strict, argv[first + 1]);
	ipfilter_set_free(&c.set);
	return print_end(fault);
}
