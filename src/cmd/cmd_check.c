/*
 * ed2k-share check: can peers reach what is shared, and if not, what is to be
 * done?
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/number.h"
#include "base/util.h"
#include "cmd/check.h"
#include "cmd/cmd.h"
#include "cmd/terminal.h"
#include "reach/announced.h"
#include "store/state.h"

#include <limits.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Those of ed2k-serve.socket; the second is for direct clients alone. */
static const struct check_port usual_ports[] = {
    {4662, CHECK_PROBLEM}, {4661, CHECK_WARNING}};

/* False after a log line. */
static bool
read_ports(struct check *c, const struct args_list *list)
{
	uint64_t port;

	if (list->n == 0) {
		memcpy(c->ports, usual_ports, sizeof usual_ports);
		c->n_ports = ARRAY_LEN(usual_ports);
	}
	for (size_t i = 0; i < list->n; i++) {
		if (!number_parse(list->items[i], 1, UINT16_MAX, &port) ||
		    c->n_ports == CHECK_PORTS_MAX) {
			log_error("-p takes a number from 1 to 65535, and may "
				  "be given %d times",
			    CHECK_PORTS_MAX);
			return false;
		}
		c->ports[c->n_ports++] =
		    (struct check_port){(uint16_t)port, CHECK_PROBLEM};
	}
	return true;
}

int
cmd_check(const struct cmd *cmd, int argc, char *argv[])
{
	static struct check c; /* large */
	struct args_list ports = {.n = 0};
	const struct args_option options[] = {
	    {"port", 'p', ARGS_LIST, NULL, 0, 0, &ports, "PORT", ""},
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &c.json, NULL, ""},
	    {"outside", 0, ARGS_TEXT, "ED2K_OUTSIDE", 0, 0, &c.outside_path,
		"FILE", ""},
	    {"announcer", 0, ARGS_TEXT, "ED2K_ANNOUNCE_STATE", 0, 0,
		&c.announcer, "DIR", ""},
	};
	char usual[PATH_MAX];
	const char *state = cmd->state;

	c.db = cmd->db;
	c.outside_path = OUTSIDE_PATH;
	c.announcer = ANNOUNCED_DIR;
	if (cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, 0,
		"check takes options only") < 0 ||
	    !read_ports(&c, &ports))
		return EX_USAGE;
	if (!state && !state_default_dir(usual, sizeof usual))
		return EX_CONFIG;
	c.width = isatty(STDOUT_FILENO) ? terminal_columns(STDOUT_FILENO) : 0;
	outside_read(&c.outside, c.outside_path);
	check_database(&c);
	check_files(&c);
	check_off_limits(&c, state ? state : usual);
	check_sockets(&c);
	check_state(&c, state ? state : usual);
	check_sandbox(&c);
	check_router(&c);
	check_ipv6(&c);
	check_announcer(&c);
	store_close(&c.store);
	return cmd_end(c.worst == CHECK_PROBLEM ? EX_UNAVAILABLE : 0);
}
