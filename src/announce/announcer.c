/*
 * The loop; see announcer.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/announcer.h"

#include "announce/link.h"
#include "announce/memory.h"
#include "announce/offered.h"
#include "announce/server/choose.h"
#include "announce/server/session.h"
#include "announce/share_view.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "reach/announced.h"
#include "store/deny.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <time.h>

/* The C library asks a name server for up to half a minute. */
#define RESOLVE_MS UINT64_C(40000)

enum doing {
	DOING_REST,    /* until a server may be dialled, or files are there */
	DOING_RESOLVE, /* its name is looked up */
	DOING_SESSION,
};

struct announcer {
	const struct announce_options *opt;
	enum doing doing;
	uint64_t since_ms;
	size_t which; /* of the servers */
	struct choose_server servers[ANNOUNCE_SERVERS_MAX];
	bool tried[ANNOUNCE_SERVERS_MAX];

	struct share_view view;
	struct offered offered;
	bool has_files; /* that the server was not told of */
	struct memory memory;
	struct resolver resolver;
	struct link link;
	struct server_config config;
	struct server_session session;

	struct announced status;
	uint64_t written_ms;
	int fault; /* the exit code, if it has to end */
	bool done;
};

static volatile sig_atomic_t stop_signal;
static sigset_t wait_mask; /* of ppoll */

static void
on_signal(int number)
{
	stop_signal = number;
}

/* As in serve/conn.c: signals come in while we wait, so none is lost. */
static void
catch_signals(void)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t held;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigprocmask(SIG_BLOCK, &held, &wait_mask);
	sigdelset(&wait_mask, SIGTERM);
	sigdelset(&wait_mask, SIGINT);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
}

static uint64_t
wall_s(void)
{
	return (uint64_t)time(NULL);
}

static const struct announce_server *
server_of(const struct announcer *a)
{
	return &a->opt->servers[a->which];
}

/* "HOST:PORT", as it was named. Lives until the next call. */
static const char *
server_name(const struct announcer *a)
{
	static char name[RESOLVER_NAME_MAX + 8];

	snprintf(
	    name, sizeof name, "%s:%u", server_of(a)->host, server_of(a)->port);
	return name;
}

/* Say in the status file what is done now. */
static void
write_status(struct announcer *a, uint64_t now_ms)
{
	struct announced *s = &a->status;

	a->written_ms = now_ms;
	s->written_s = wall_s();
	s->n_files = a->view.n;
	s->n_listed = a->offered.n;
	if (!announced_write(s, a->opt->state))
		log_warning("cannot write the status file in %s: %s",
		    log_quote_str(a->opt->state), strerror(errno));
}

static void
set_phase(struct announcer *a, enum announced_phase phase, const char *reason,
    uint64_t now_ms)
{
	struct announced *s = &a->status;

	s->phase = phase;
	s->since_s = wall_s();
	s->next_s = 0;
	snprintf(s->reason, sizeof s->reason, "%s", reason);
	snprintf(s->server, sizeof s->server, "%s", server_name(a));
	write_status(a, now_ms);
}

static void
remember(struct announcer *a, uint64_t now_ms)
{
	const struct choose_server *s = &a->servers[a->which];
	struct server_memory m = {
	    .id = a->session.id,
	    .tries = s->tries,
	    .next_s = wall_s() + elapsed_ms(now_ms, s->next_ms) / 1000,
	};

	/* that it could not be written is logged, and no reason to end */
	memory_put_server(&a->memory, server_of(a), wall_s(), &m);
}

/* When a server may be dialled. */
static uint64_t
next_ms(const struct announcer *a, uint64_t now_ms)
{
	return a->servers[choose_next(a->servers, a->opt->n_servers, now_ms)]
	    .next_ms;
}

/* An attempt ended: wait, and then the next server. */
static void
end_attempt(struct announcer *a, enum choose_end end, const char *reason,
    uint64_t now_ms)
{
	uint64_t listed_ms =
	    a->session.state == SERVER_LISTED || a->session.listed_ms > 0
	    ? elapsed_ms(a->session.listed_ms, now_ms)
	    : 0;
	uint32_t random = 0;

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = (uint32_t)now_ms;
	link_close(&a->link);
	offered_clear(&a->offered);
	choose_ended(&a->servers[a->which], end, listed_ms, now_ms, random);
	remember(a, now_ms);
	a->tried[a->which] = true;
	a->doing = DOING_REST;
	if (end == CHOOSE_UNWANTED && a->session.end == SERVER_END_LOW_ID)
		return; /* the status says it until the next attempt */
	set_phase(a, ANNOUNCED_WAITING, reason, now_ms);
	a->status.next_s =
	    wall_s() + elapsed_ms(now_ms, next_ms(a, now_ms)) / 1000;
	write_status(a, now_ms);
}

static void
rest_or_dial(struct announcer *a, uint64_t now_ms)
{
	size_t next = choose_next(a->servers, a->opt->n_servers, now_ms);

	if (a->view.n == 0) {
		if (a->status.phase != ANNOUNCED_NOTHING) {
			log_info("there are no files to announce");
			set_phase(a, ANNOUNCED_NOTHING, "", now_ms);
		}
		a->done = a->opt->once;
		return;
	}
	if (a->opt->once &&
	    (a->tried[next] || a->servers[next].next_ms > now_ms)) {
		log_error("no server may be dialled for %" PRIu64 " s",
		    elapsed_ms(now_ms, a->servers[next].next_ms) / 1000);
		a->fault = EX_UNAVAILABLE;
		return;
	}
	if (a->servers[next].next_ms > now_ms)
		return;
	a->which = next;
	a->doing = DOING_RESOLVE;
	a->since_ms = now_ms;
	memset(&a->session, 0, sizeof a->session);
	resolver_ask(&a->resolver, server_of(a)->host);
	set_phase(a, ANNOUNCED_CONNECTING, "", now_ms);
}

static void
dial(struct announcer *a, const uint8_t address[ADDRESS_SIZE], uint64_t now_ms)
{
	char text[ADDRESS_TEXT];

	log_debug(
	    "dialling %s at %s", server_name(a), address_format(text, address));
	if (a->opt->deny_file && deny_has(a->opt->deny_file, address))
		log_warning("server %s, %s, is on the deny list %s, so it "
			    "cannot reach ed2k-serve; take it off, or name "
			    "another server",
		    log_quote_str(server_name(a)), text,
		    log_quote_str(a->opt->deny_file));
	a->doing = DOING_SESSION;
	server_session_init(&a->session, &a->config, now_ms);
	link_dial(&a->link, address, server_of(a)->port, a->opt->bind);
}

static void
resolve(struct announcer *a, uint64_t now_ms)
{
	uint8_t address[ADDRESS_SIZE];

	switch (resolver_answer(&a->resolver, address)) {
	case RESOLVER_FOUND:
		dial(a, address, now_ms);
		return;
	case RESOLVER_WAITING:
		if (elapsed_ms(a->since_ms, now_ms) < RESOLVE_MS)
			return;
		break;
	default:
		break;
	}
	log_warning("server %s: its name has no IPv4 address, or no name "
		    "server answers",
	    log_quote_str(server_name(a)));
	end_attempt(a, CHOOSE_FAILED, "its name was not found", now_ms);
}

/* It is listed: who are we there? */
static void
log_listed(struct announcer *a, uint64_t now_ms)
{
	struct announced *s = &a->status;
	uint32_t id = a->session.id;
	const uint8_t ipv4[] = {(uint8_t)id, (uint8_t)(id >> 8),
	    (uint8_t)(id >> 16), (uint8_t)(id >> 24)};
	char text[ADDRESS_PORT_TEXT];

	address_from_ipv4(s->address, ipv4);
	s->id = id;
	log_info("on %s with High ID, as %s", log_quote_str(server_name(a)),
	    address_format_port(text, s->address, (uint16_t)s->port));
	remember(a, now_ms);
	set_phase(a, ANNOUNCED_LISTED, "", now_ms);
}

static void
log_end(struct announcer *a, uint64_t now_ms)
{
	const struct server_session *s = &a->session;
	const char *why = s->fault ? s->fault
	    : s->end == SERVER_END_NO_CONNECTION && a->link.error
	    ? strerror(a->link.error)
	    : server_end_name(s->end);

	if (s->end == SERVER_END_LOW_ID) {
		log_warning("Low ID: %s could not reach port %u of the "
			    "address that it sees us at, so nothing is "
			    "announced; let router and firewall forward that "
			    "port to ed2k-serve, and see \"ed2k-share check\"",
		    log_quote_str(server_name(a)), (unsigned)a->opt->port);
		a->status.id = s->id;
		memset(a->status.address, 0, ADDRESS_SIZE);
		set_phase(a, ANNOUNCED_LOW_ID, "", now_ms);
	} else {
		log_notice("server %s: %s", log_quote_str(server_name(a)), why);
	}
	end_attempt(a,
	    server_session_is_unwanted(s) ? CHOOSE_UNWANTED : CHOOSE_FAILED,
	    why, now_ms);
}

static void
move_bytes(struct announcer *a, uint64_t now_ms)
{
	static uint8_t in[65536];
	const uint8_t *out;
	size_t n;

	if (a->link.state == LINK_CONNECTING)
		link_finish_dial(&a->link);
	if (a->link.state == LINK_OPEN && a->session.state == SERVER_CONNECTING)
		server_session_connected(&a->session, now_ms);
	n = link_read(&a->link, in, sizeof in);
	if (n > 0)
		server_session_read(&a->session, in, n, now_ms);
	out = server_session_output(&a->session, &n);
	server_session_sent(&a->session, link_write(&a->link, out, n), now_ms);
	if (a->link.state == LINK_CLOSED)
		server_session_closed(&a->session, now_ms);
}

/* Offer what is new, if the server takes an offer now. */
static void
offer(struct announcer *a, uint64_t now_ms)
{
	const struct share_entry *chosen[SERVER_OFFER_FILES];
	uint32_t wants = server_session_wants(&a->session, now_ms);
	size_t n = offered_choose(
	    &a->offered, &a->view, chosen, wants > 0 ? wants : 1);
	struct share_file file;

	a->has_files = n > 0;
	if (wants == 0 || n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (share_view_file(&a->view, chosen[i]->hash, &file) ==
		    STORE_FOUND) {
			struct server_file told = {
			    .size = file.size, .name = file.name};

			memcpy(told.hash, file.hash, HASH_SIZE);
			server_session_add(&a->session, &told);
		}
	offered_add(&a->offered, chosen, n);
	server_session_offer(&a->session, now_ms);
	a->has_files = offered_choose(&a->offered, &a->view, chosen, 1) > 0;
	log_info("listed on %s: %" PRIu32 " of %zu files",
	    log_quote_str(server_name(a)), a->session.n_offered, a->view.n);
	write_status(a, now_ms);
}

static void
run_session(struct announcer *a, uint64_t now_ms)
{
	enum server_state before = a->session.state;
	size_t waiting;

	move_bytes(a, now_ms);
	server_session_tick(&a->session, now_ms);
	if (a->session.state == SERVER_LISTED && before != SERVER_LISTED)
		log_listed(a, now_ms);
	if (a->session.state == SERVER_LISTED)
		offer(a, now_ms);
	if (a->session.state == SERVER_ENDED) {
		log_end(a, now_ms);
		return;
	}
	server_session_output(&a->session, &waiting);
	if (a->opt->once && a->session.state == SERVER_LISTED &&
	    !a->has_files && waiting == 0)
		a->done = true;
}

static void
step(struct announcer *a, uint64_t now_ms)
{
	if (share_view_update(&a->view, now_ms) == SHARE_VIEW_NEW)
		write_status(a, now_ms);
	if (a->doing == DOING_RESOLVE)
		resolve(a, now_ms);
	else if (a->doing == DOING_SESSION)
		run_session(a, now_ms);
	if (a->doing == DOING_REST)
		rest_or_dial(a, now_ms);
	if (elapsed_ms(a->written_ms, now_ms) >= ANNOUNCED_WRITE_S * 1000)
		write_status(a, now_ms);
}

/* When `step` has something to do though nothing came. */
static uint64_t
deadline(const struct announcer *a, uint64_t now_ms)
{
	uint64_t at_ms = min_u64(share_view_deadline(&a->view),
	    a->written_ms + ANNOUNCED_WRITE_S * 1000);

	if (a->doing == DOING_REST && a->view.n > 0)
		at_ms = min_u64(at_ms,
		    a->servers[choose_next(
				   a->servers, a->opt->n_servers, now_ms)]
			.next_ms);
	else if (a->doing == DOING_RESOLVE)
		at_ms = min_u64(at_ms, a->since_ms + RESOLVE_MS);
	else if (a->doing == DOING_SESSION)
		at_ms = min_u64(
		    at_ms, server_session_deadline(&a->session, a->has_files));
	return at_ms;
}

static void
wait_for_work(struct announcer *a, uint64_t now_ms)
{
	uint64_t wait_ms = elapsed_ms(now_ms, deadline(a, now_ms));
	struct timespec timeout = {
	    (time_t)(wait_ms / 1000), (long)(wait_ms % 1000) * 1000000};
	struct pollfd fds[] = {
	    {.fd = a->resolver.waiting ? a->resolver.fd : -1, .events = POLLIN},
	    {.fd = a->link.fd},
	};
	size_t waiting = 0;

	if (a->doing == DOING_SESSION) {
		server_session_output(&a->session, &waiting);
		fds[1].events = link_events(&a->link, waiting > 0);
	}
	ppoll(fds, ARRAY_LEN(fds), &timeout, &wait_mask);
}

/* What is known of each server from before a restart. */
static int
recall(struct announcer *a, uint64_t now_ms)
{
	for (size_t i = 0; i < a->opt->n_servers; i++) {
		struct server_memory m;
		int fault = memory_get_server(
		    &a->memory, &a->opt->servers[i], wall_s(), &m);

		if (fault)
			return fault;
		a->servers[i].tries = m.tries;
		if (m.next_s > wall_s())
			a->servers[i].next_ms =
			    now_ms + (m.next_s - wall_s()) * 1000;
	}
	return 0;
}

/* For server_config. */
static void
log_server_line(void *ctx, const char *line, size_t n)
{
	log_info("server %s says %s", log_quote_str(server_name(ctx)),
	    log_quote(line, n));
}

/* 0, or an exit code after a log line. */
static int
prepare(struct announcer *a, const struct announce_options *opt, const char *db)
{
	uint64_t now_ms = clock_ms();
	int fault;

	memset(a, 0, sizeof *a);
	a->opt = opt;
	a->status.port = opt->port;
	a->config = (struct server_config){
	    .login = {.user_hash = a->view.user_hash,
		.port = (uint16_t)opt->port,
		.nick = opt->nick,
		.obfuscation = !opt->no_obfuscation},
	    .limit = (uint32_t)opt->limit,
	    .ctx = a,
	    .line = log_server_line,
	};
	link_init(&a->link);
	share_view_init(&a->view, db, (size_t)opt->limit);
	fault = memory_open(&a->memory, opt->state, wall_s());
	if (!fault)
		fault = recall(a, now_ms);
	if (fault)
		return fault;
	if (!offered_init(&a->offered, (size_t)opt->limit) ||
	    !resolver_start(&a->resolver)) {
		log_error("cannot start: %s", strerror(errno));
		return EX_OSERR;
	}
	if (share_view_update(&a->view, now_ms) == SHARE_VIEW_FAILED)
		return a->view.store.db.fault ? a->view.store.db.fault
					      : EX_CONFIG;
	set_phase(a, ANNOUNCED_STARTING, "", now_ms);
	return 0;
}

int
announcer_run(const struct announce_options *opt, const char *db)
{
	static struct announcer a; /* large */
	int fault = prepare(&a, opt, db);

	if (!fault) {
		catch_signals();
		while (!a.done && !a.fault && !stop_signal) {
			step(&a, clock_ms());
			if (!a.done && !a.fault)
				wait_for_work(&a, clock_ms());
		}
		fault = a.fault;
		link_close(&a.link);
		offered_clear(&a.offered);
		set_phase(&a, ANNOUNCED_STOPPED, "", clock_ms());
	}
	resolver_stop(&a.resolver);
	share_view_close(&a.view);
	offered_free(&a.offered);
	memory_close(&a.memory);
	return fault;
}
