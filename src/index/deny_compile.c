/*
 * Compiling a list of denied addresses; see deny_compile.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/deny_compile.h"

#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "index/deny_line.h"
#include "index/deny_set.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* Longer lines are bad; eMule reads no more than 1,024 bytes of one. */
#define LINE_SIZE 4096

/* How many bad lines are logged one by one, and how many bytes of each. */
#define BAD_LOGGED 5
#define BAD_BYTES  80

struct compiling {
	const char *source;
	struct deny_set set;
	uint64_t n_lines, n_good, n_bad;
};

static void
note_bad(struct compiling *c, const char *line, size_t n, const char *fault)
{
	if (c->n_bad++ < BAD_LOGGED)
		log_warning("%s line %" PRIu64 ": %s: %s",
		    log_quote_str(c->source), c->n_lines, fault,
		    log_quote(line, min_size(n, BAD_BYTES)));
}

/* Add one line, without its end. False when there is no memory. */
static bool
add_line(struct compiling *c, const char *s, size_t n)
{
	struct deny_line line;

	c->n_lines++;
	/* the byte order mark that Windows programs put before UTF-8 */
	if (c->n_lines == 1 && n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		s += 3;
		n -= 3;
	}
	if (n >= LINE_SIZE) {
		note_bad(c, s, n, "the line is too long");
		return true;
	}
	deny_line_parse(s, n, &line);
	switch (line.kind) {
	case DENY_LINE_EMPTY:
		return true;
	case DENY_LINE_BAD:
		note_bad(c, s, n, line.fault);
		return true;
	case DENY_LINE_PASS:
		c->n_good++;
		return true;
	default:
		c->n_good++;
		return deny_set_add(
		    &c->set, &line.range, line.kind == DENY_LINE_ALLOW);
	}
}

static int
out_of_memory(const struct compiling *c)
{
	log_error(
	    "no memory for the addresses of %s", log_quote_str(c->source));
	return EX_OSERR;
}

/* Add all lines. Of one that is too long only the beginning is kept. */
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
			memory = add_line(c, line, n);
			n = 0;
		} else if (n < sizeof line) {
			line[n++] = (char)byte;
		}
	}
	if (memory && some)
		memory = add_line(c, line, n);
	if (!memory)
		return out_of_memory(c);
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

/* Is there something to write, and may the bad lines be left out? */
static int
check_counts(const struct compiling *c, bool strict)
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
 * May a new list take the place of `path`? Not if that is another kind of file,
 * such as the source when the arguments were mixed up.
 */
static bool
may_replace(const char *path)
{
	uint8_t magic[DENY_LIST_MAGIC_SIZE];
	bool ours = false;
	struct stat st;
	int fd;

	if (stat(path, &st) != 0)
		return true; /* there is none, or writing will tell why */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		ours = st.st_size == 0 ||
		    (read(fd, magic, sizeof magic) == sizeof magic &&
			memcmp(magic, DENY_LIST_MAGIC, sizeof magic) == 0);
	if (fd >= 0)
		close(fd);
	if (!ours)
		log_error("%s exists and is not a compiled list; name another "
			  "file, or remove it",
		    log_quote_str(path));
	return ours;
}

/* For deny_set_write. */
static bool
write_block(void *ctx, const uint8_t block[DENY_LIST_BLOCK])
{
	const int *fd = ctx;

	return file_write(*fd, block, DENY_LIST_BLOCK);
}

static int
write_list(const struct deny_set *set, const char *path)
{
	struct file_replacement r = {0};

	if (!file_replace_begin(&r, path)) {
		log_error("cannot make a file beside %s: %s",
		    log_quote_str(path), strerror(errno));
		return EX_CANTCREAT;
	}
	if (!deny_set_write(set, write_block, &r.fd))
		file_replace_cancel(&r);
	else if (file_replace_commit(&r))
		return 0;
	log_error("cannot write %s: %s", log_quote_str(path), strerror(errno));
	return EX_IOERR;
}

static int
compile(struct compiling *c, const char *out, bool strict)
{
	int fault = read_source(c);

	if (!fault)
		fault = check_counts(c, strict);
	if (fault)
		return fault;
	if (!may_replace(out))
		return EX_CANTCREAT;
	if (!deny_set_compile(&c->set))
		return out_of_memory(c);
	return write_list(&c->set, out);
}

int
deny_compile(const char *source, const char *out, bool strict,
    struct deny_counts *counts)
{
	struct compiling c = {.source = source};
	int fault = compile(&c, out, strict);

	counts->n_ipv4 = c.set.deny[IP_V4].n;
	counts->n_ipv6 = c.set.deny[IP_V6].n;
	counts->ipv4_addresses = fault ? 0 : deny_set_ipv4_count(&c.set);
	deny_set_free(&c.set);
	return fault;
}
