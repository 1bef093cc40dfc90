/*
 * serve/conn with a database, files and a socket: a peer says what it likes in
 * pieces of any size, takes what comes when it likes, lets time pass and hangs
 * up. Yet what leaves is whole frames, the data in them is that of the file, as
 * many bytes are counted as were sent, no more than the rate allows, and the
 * connection ends, for a reason that its exit code tells. No byte of a file that
 * was rewritten leaves, at whatever instant that happens. The server never wakes
 * up again and again to do nothing.
 *
 * All is one thread: the peer takes its next step when the server waits. ppoll
 * is ours, and so are the time, and what the server reads of a file.
 *
 * Input: u8 settings; then steps, each of a kind and what it takes.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz_temp.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/util.h"
#include "index/edit_copy.h"
#include "proto/cursor.h"
#include "serve/conn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>

enum step {
	STEP_EDONKEY, /* u8 opcode, u8 file, u8 n, n bytes: a frame 0xE3, whose
		       * payload begins with the hash of the file, if any */
	STEP_EMULE,   /* the same: 0xC5 */
	STEP_BYTES,   /* u8 n, n bytes: anything, maybe no frame */
	STEP_TAKE,    /* u8: so much of what has come */
	STEP_TIME,    /* u8: so much of it passes */
	STEP_MOVE,    /* the files are moved away, or back */
	STEP_SHUT,    /* it says no more */
	STEP_CLOSE,   /* it is gone */
	STEP_CHANGE,  /* u8: the files get another ctime, later also others; see
		       * plan_change */
	N_STEPS
};

#define N_FILES    4
#define FILE_MAX   200000
#define N_PARTS    1000 /* of a large file: hash sets of 16 KB */
#define GOT_MAX    ((size_t)64 << 20)
#define SAID_MAX   (1 << 20)
#define LOOKS_MAX  1000000 /* at the clock, in one connection */
#define SMALL_SEND 4096    /* a socket's buffer */
#define LOW_RATE   500000
#define BURST      300000 /* its bucket and a frame */
#define TURNS      4      /* of the server to one of the peer */
#define T0_US      UINT64_C(1000000000)

/* The last one is all zeros, on disk as well. */
static const uint64_t sizes[N_FILES] = {
    FILE_MAX, 20000, 1, N_PARTS *PART_SIZE - 1};
static uint8_t content[N_FILES][RANGE_MAX];
static uint8_t hashes[N_FILES][HASH_SIZE]; /* the last one: made up */
static ino_t inodes[N_FILES];
static char files_dir[PATH_MAX - 32], away_dir[PATH_MAX - 32];
static struct store store;

static struct conn conn;
static struct reader steps; /* what the peer has yet to do */
static int peer_fd = -1;    /* its end of the socket; -1: it is gone */
static bool running, moved, bulk;
static bool rewritten;    /* each bit of the files is another one */
static bool rewrite_next; /* what the next change does, after so many calls: */
static unsigned calls_to_change;
static unsigned n_changes; /* of the ctime, by a second each */
static bool is_unseen;     /* the server has not looked since the last one */
static uint64_t now_us, tick_us, rate_bps;
static unsigned n_looks, n_polls, n_busy;
static uint8_t *got; /* what the peer has taken */
static size_t got_len, got_cap;
static uint8_t said[SAID_MAX]; /* what it has said */
static size_t said_len;

/* The share. */

static void
write_file(const char *path, unsigned i, struct stat *st)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	must(fd >= 0 && ftruncate(fd, (off_t)sizes[i]) == 0);
	for (size_t k = 0; sizes[i] <= FILE_MAX && k < sizes[i]; k++)
		content[i][k] = (uint8_t)(k * 7 + (k >> 8) + i);
	if (sizes[i] <= FILE_MAX)
		must(write(fd, content[i], sizes[i]) == (ssize_t)sizes[i]);
	must(fstat(fd, st) == 0);
	close(fd);
	if (sizes[i] <= FILE_MAX)
		crypto_md4(hashes[i], content[i], sizes[i]);
	else
		memset(hashes[i], 0xA0 + (int)i, HASH_SIZE);
	inodes[i] = st->st_ino;
}

static int64_t
ns_of(struct timespec t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void
make_file(struct edit *e, unsigned i)
{
	static const uint8_t part_hashes[N_PARTS * HASH_SIZE];
	char path[PATH_MAX];
	struct edit_entry entry = {.copy = {.path = path, .size = sizes[i]}};
	struct stat st;

	snprintf(path, sizeof path, "%s/%u", files_dir, i);
	write_file(path, i, &st);
	entry.copy.inode = st.st_ino;
	entry.copy.mtime_ns = ns_of(st.st_mtim);
	entry.copy.ctime_ns = ns_of(st.st_ctim);
	if (sizes[i] >= PART_SIZE) {
		entry.part_hashes = part_hashes;
		entry.n_part_hashes = N_PARTS;
	}
	memcpy(entry.copy.hash, hashes[i], HASH_SIZE);
	must(edit_put(e, &entry) == 0);
}

static void
move_files(void)
{
	must(rename(moved ? away_dir : files_dir,
		 moved ? files_dir : away_dir) == 0);
	moved = !moved;
}

static void
remove_files(void)
{
	char path[PATH_MAX];

	if (moved)
		move_files();
	for (unsigned i = 0; i < N_FILES; i++) {
		snprintf(path, sizeof path, "%s/%u", files_dir, i);
		unlink(path);
	}
	rmdir(files_dir);
}

static void
make_share(void)
{
	char path[PATH_MAX];
	struct edit e;

	log_set_level(LOG_LEVEL_NONE);
	temp_make();
	snprintf(files_dir, sizeof files_dir, "%s/files", temp_dir);
	snprintf(away_dir, sizeof away_dir, "%s/away", temp_dir);
	must(mkdir(files_dir, 0700) == 0);
	atexit(remove_files);
	snprintf(path, sizeof path, "%s/share.db", temp_dir);
	must(edit_create(&e, path) == 0);
	for (unsigned i = 0; i < N_FILES; i++)
		make_file(&e, i);
	edit_close(&e);
	must(store_open(&store, path) == 0);
}

/* The peer. */

/* What does not fit into the socket is not said. */
static void
say(const uint8_t *bytes, size_t n)
{
	ssize_t res = send(peer_fd, bytes, min_size(n, SAID_MAX - said_len),
	    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (res <= 0)
		return;
	memcpy(said + said_len, bytes, (size_t)res);
	said_len += (size_t)res;
}

static void
say_frame(uint8_t protocol)
{
	uint8_t bytes[PACKET_HEADER_SIZE + HASH_SIZE + 255];
	struct writer w = writer_of(bytes, sizeof bytes);
	uint8_t opcode = get_u8(&steps), file = get_u8(&steps);
	size_t n = min_size(get_u8(&steps), reader_left(&steps));
	bool has_hash = file < N_FILES;

	put_u8(&w, protocol);
	put_u32(&w, (uint32_t)(1 + n + (has_hash ? HASH_SIZE : 0)));
	put_u8(&w, opcode);
	if (has_hash)
		put_bytes(&w, hashes[file], HASH_SIZE);
	get_bytes(&steps, put_slice(&w, n), n);
	say(bytes, w.pos);
}

static void
say_bytes(void)
{
	size_t n = min_size(get_u8(&steps), reader_left(&steps));
	const uint8_t *bytes = get_slice(&steps, n);

	if (bytes)
		say(bytes, n);
}

/* Take at most n bytes of what has come. */
static void
take(size_t n)
{
	ssize_t res = 1;

	while (peer_fd >= 0 && n > 0 && res > 0) {
		if (got_len == got_cap) {
			got_cap = got_cap > 0 ? 2 * got_cap : 1 << 20;
			must(got_cap <= GOT_MAX);
			got = realloc(got, got_cap);
			must(got);
		}
		res = recv(peer_fd, got + got_len,
		    min_size(n, got_cap - got_len), MSG_DONTWAIT);
		if (res > 0) {
			got_len += (size_t)res;
			n -= (size_t)res;
		}
	}
}

static void
pass_time(uint8_t which)
{
	static const uint32_t spans_ms[] = {
	    1, 100, 1000, 10000, 30000, 60000, 600000};

	now_us += UINT64_C(1000) * spans_ms[which % ARRAY_LEN(spans_ms)];
}

static void
hang_up(void)
{
	if (peer_fd >= 0)
		close(peer_fd);
	peer_fd = -1;
}

static void
change(void)
{
	n_changes++;
	rewritten = rewritten != rewrite_next;
	is_unseen = true;
}

/*
 * The ctime changes now, or before one of the server's next calls: between a
 * look at the file and a read of it. Every other time the bytes do, too.
 */
static void
plan_change(uint8_t how)
{
	rewrite_next = how & 1;
	calls_to_change = how / 2 % 64;
	if (calls_to_change == 0)
		change();
}

/* The server makes a call for a shared file: this may be the moment. */
static void
maybe_change(void)
{
	if (calls_to_change > 0 && --calls_to_change == 0)
		change();
}

static void
step(void)
{
	switch ((enum step)(get_u8(&steps) % N_STEPS)) {
	case STEP_EDONKEY:
		say_frame(OP_EDONKEYPROT);
		break;
	case STEP_EMULE:
		say_frame(OP_EMULEPROT);
		break;
	case STEP_BYTES:
		say_bytes();
		break;
	case STEP_TAKE:
		take((size_t)1 << get_u8(&steps) % 20);
		break;
	case STEP_TIME:
		pass_time(get_u8(&steps));
		break;
	case STEP_MOVE:
		move_files();
		break;
	case STEP_SHUT:
		shutdown(peer_fd, SHUT_WR);
		break;
	case STEP_CLOSE:
		hang_up();
		break;
	case STEP_CHANGE:
		plan_change(get_u8(&steps));
		break;
	default:
		break;
	}
}

/* What the server calls. */

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	if (!running || clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, t);
	must(++n_looks < LOOKS_MAX);
	now_us += tick_us;
	t->tv_sec = (time_t)(now_us / 1000000);
	t->tv_nsec = (long)(now_us % 1000000) * 1000;
	return 0;
}

/* Of bytes that are under way: on this socket, those that the peer can take. */
int
ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (running && request == TIOCOUTQ)
		return peer_fd < 0 ? -1 : ioctl(peer_fd, FIONREAD, arg);
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

static bool
is_shared(const struct stat *st)
{
	for (unsigned i = 0; i < N_FILES; i++)
		if (inodes[i] == st->st_ino)
			return true;
	return false;
}

int
fstat(int fd, struct stat *st)
{
	int res = (int)syscall(SYS_fstat, fd, st);

	if (!running || res != 0 || !is_shared(st))
		return res;
	maybe_change();
	st->st_ctim.tv_sec += n_changes;
	is_unseen = false;
	return res;
}

/* The large file, which takes long to hash, is not readable after a change. */
ssize_t
pread(int fd, void *out, size_t n, off_t offset)
{
	uint8_t *bytes = out;
	struct stat st;
	bool shared = running && (calls_to_change > 0 || n_changes > 0) &&
	    syscall(SYS_fstat, fd, &st) == 0 && is_shared(&st);
	ssize_t res;

	if (shared)
		maybe_change();
	if (shared && n_changes > 0 && st.st_ino == inodes[N_FILES - 1]) {
		errno = EIO;
		return -1;
	}
	res = syscall(SYS_pread64, fd, out, n, offset);
	for (ssize_t i = 0; i < res && shared && rewritten; i++)
		bytes[i] = (uint8_t)~bytes[i];
	return res;
}

/* What changes between the look and the call is sent, once. */
ssize_t
sendfile(int out, int in, off_t *offset, size_t n)
{
	if (running)
		maybe_change();
	must(!running || !rewritten || is_unseen);
	is_unseen = false;
	return syscall(SYS_sendfile, out, in, offset, n);
}

/*
 * Has the server done anything since the last call? Each time that it has not,
 * though it did not have to wait, it was woken up for nothing.
 */
static void
check_progress(void)
{
	static uint64_t last_sent;
	static int last_unread;
	static size_t last_in;
	int unread = 0;

	must(ioctl(STDIN_FILENO, FIONREAD, &unread) == 0);
	if (conn.outbox.total != last_sent || unread != last_unread ||
	    conn.in_len != last_in)
		n_busy = 0;
	last_sent = conn.outbox.total;
	last_unread = unread;
	last_in = conn.in_len;
	must(++n_busy < TURNS);
}

/* The peer takes its next step; when none is left, it takes all there is. */
static bool
act(void)
{
	if (reader_left(&steps) > 0) {
		step();
		return true;
	}
	shutdown(peer_fd, SHUT_WR);
	take(SIZE_MAX);
	return false;
}

/* The peer acts when the server has to wait, or has had its turns. */
int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
    const sigset_t *mask)
{
	uint64_t end_us = now_us + (uint64_t)timeout->tv_sec * 1000000 +
	    (uint64_t)timeout->tv_nsec / 1000;
	int n_ready = poll(fds, n, 0);

	(void)mask;
	check_progress();
	if ((n_ready > 0 || now_us >= end_us) && ++n_polls < TURNS)
		return n_ready;
	do {
		bool more = act();

		n_ready = poll(fds, n, 0);
		if (n_ready == 0 && !more)
			now_us = max_u64(now_us, end_us);
	} while (n_ready == 0 && now_us < end_us);
	n_polls = n_busy = 0;
	conn.pace.bulk = bulk; /* or else only after 32 MB */
	return n_ready;
}

/* What must hold. */

static unsigned
which_file(const uint8_t hash[HASH_SIZE])
{
	unsigned i = 0;

	while (i < N_FILES && !same_hash(hash, hashes[i]))
		i++;
	return i;
}

/* Check a frame with data, of which `r` may have only the begin. */
static uint64_t
check_data(struct reader *r, bool wide, size_t length)
{
	const uint8_t *hash = get_slice(r, HASH_SIZE);
	uint64_t start = wide ? get_u64(r) : get_u32(r);
	uint64_t end = wide ? get_u64(r) : get_u32(r);
	size_t n = reader_left(r);
	unsigned i;

	if (r->bad)
		return 0;
	i = which_file(hash);
	must(i < N_FILES && start < end && end <= sizes[i]);
	must(length == r->pos + end - start);
	must(n <= end - start);
	if (sizes[i] > FILE_MAX)
		start = 0; /* zeros as any others */
	must(memcmp(get_slice(r, n), content[i] + start, n) == 0);
	return n;
}

/* A direct answer has wide numbers under the same opcode. */
static bool
is_wide(const uint8_t *payload, size_t len, size_t length)
{
	struct reader r = reader_of(payload, len);
	uint32_t start, end;

	get_slice(&r, HASH_SIZE);
	start = get_u32(&r);
	end = get_u32(&r);
	return r.bad || length != HASH_SIZE + 8 + (uint64_t)end - start;
}

/* Returns the bytes of files in it; *whole: it does not end inside a frame. */
static uint64_t
check_output(bool *whole)
{
	struct reader r = reader_of(got, got_len);
	uint64_t n_data = 0;

	*whole = true;
	while (reader_left(&r) > 0 && *whole) {
		uint8_t protocol = get_u8(&r);
		size_t length = get_u32(&r), n;
		uint8_t opcode = get_u8(&r);
		struct reader payload;

		*whole = !r.bad && reader_left(&r) >= length - 1;
		if (r.bad)
			break;
		must(protocol == OP_EDONKEYPROT || protocol == OP_EMULEPROT);
		must(length > 0 && length <= REPLY_MAX);
		n = min_size(length - 1, reader_left(&r));
		payload = reader_of(r.data + r.pos, n);
		if (protocol == OP_EDONKEYPROT && opcode == OP_SENDINGPART)
			n_data += check_data(&payload,
			    is_wide(payload.data, n, length - 1), length - 1);
		if (protocol == OP_EMULEPROT && opcode == OP_SENDINGPART_I64)
			n_data += check_data(&payload, true, length - 1);
		get_slice(&r, n);
	}
	return n_data;
}

static bool
has_said_broken_frame(void)
{
	struct reader r = reader_of(said, said_len);
	enum packet_result res;
	struct packet p;

	do
		res = packet_next(&r, &p);
	while (res == PACKET_OK);
	return res == PACKET_BAD;
}

/* What the ledger is to have: `lost` bytes never reached a peer given up. */
static void
check_ledger(const struct ledger *ledger, uint64_t n_data, uint64_t lost)
{
	uint64_t n_counted = 0;

	for (size_t i = 0; i < ledger->n_files; i++)
		n_counted += ledger->files[i].sent.bytes;
	must(n_counted == ledger->bytes);
	must(n_counted == n_data - min_u64(n_data, lost));
}

/* The peer took the last n_late bytes when all was over. */
static void
check_end(int status, const struct ledger *ledger, size_t n_late)
{
	enum session_end end = conn.session.end;
	const char *fault = conn.session.fault;
	uint64_t n_data;
	bool whole;

	must((status == EX_PROTOCOL) == (end == END_BAD_PEER));
	must((status == EX_IOERR) == (end == END_FILE_FAILED));
	must(status == 0 || status == EX_PROTOCOL || n_changes > 0);
	must(!fault || strcmp(fault, "broken frame") != 0 ||
	    has_said_broken_frame());
	n_data = check_output(&whole);
	must(whole || (end != END_HUNG_UP && end != END_IDLE));
	must(peer_fd < 0 || got_len == conn.outbox.total);
	if (peer_fd >= 0)
		check_ledger(ledger, n_data, end == END_STALLED ? n_late : 0);
	must(rate_bps == 0 ||
	    n_data <= (now_us - T0_US) * rate_bps / 1000000 + BURST);
}

/* A connection. */

/* Give the server this socket as fds 0 and 1. */
static void
connect_peer(bool small)
{
	const int size = SMALL_SEND;
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	must(fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0);
	if (small)
		setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	must(dup2(pair[0], STDIN_FILENO) == STDIN_FILENO);
	must(dup2(pair[0], STDOUT_FILENO) == STDOUT_FILENO);
	close(pair[0]);
	peer_fd = pair[1];
}

static int
serve(uint8_t settings, struct ledger *ledger)
{
	static const uint32_t ticks_us[] = {1, 50, 1000, 20000};
	const struct peer peer = {.name = "fuzz", .is_socket = true};
	const struct session_config config = {
	    .self = {.port = 4662, .name = "fuzz", .mod = "fuzz 1.0"},
	    .hello_ms = 40000,
	    .idle_ms = 60000,
	    .stall_ms = 120000,
	    .wait_ms = 600000,
	    .direct_max = 100000,
	    .browse = settings & 1,
	    .obfuscation = settings & 32,
	};
	static struct scoreboard board;
	const uint64_t rate = settings & 2 ? LOW_RATE : 0;
	const struct conn_setup setup = {
	    .peer = &peer,
	    .config = &config,
	    .rate_bps = rate,
	    .board = &board,
	    .ledger = ledger,
	    .store = &store,
	};
	int status;

	scoreboard_open(&board, NULL, &(struct scoreboard_limits){0});
	connect_peer(settings & 4);
	now_us = T0_US;
	rate_bps = rate;
	bulk = settings & 64;
	tick_us = ticks_us[settings >> 3 & 3];
	n_looks = n_polls = n_busy = 0;
	got_len = said_len = 0;
	n_changes = calls_to_change = 0;
	rewritten = is_unseen = false;
	running = true;
	status = conn_run(&conn, &setup);
	running = false;
	shared_file_close(&conn.file);
	free(conn.file.proof.parts);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sigaction on_int, on_term;
	struct ledger ledger = {0};
	sigset_t mask;
	int input = dup(STDIN_FILENO), output = dup(STDOUT_FILENO);
	size_t n_got;
	int status;

	if (!store.db.handle)
		make_share();
	sigaction(SIGINT, NULL, &on_int);
	sigaction(SIGTERM, NULL, &on_term);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	steps = reader_of(data, size);
	status = serve(get_u8(&steps), &ledger);
	n_got = got_len;
	take(SIZE_MAX);
	check_end(status, &ledger, got_len - n_got);
	hang_up();
	if (moved)
		move_files();
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	close(input);
	close(output);
	sigaction(SIGINT, &on_int, NULL);
	sigaction(SIGTERM, &on_term, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return 0;
}
