/*
 * The shared records; see scoreboard.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/scoreboard.h"

#include "base/log.h"
#include "base/util.h"
#include "serve/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC   "ed2kbrd"
#define VERSION 1

/* How long the head may be locked by others before we do without the board. */
#define LOCK_TRIES 2000 /* of 1 ms */

/* A waiter this near its turn asks whether the others still live. */
#define NEAR 8

struct place {
	uint8_t user_hash[HASH_SIZE];
	uint8_t address[16];
	uint64_t since_ms, left_ms; /* 0: unused */
};

struct rate {
	uint8_t address[16]; /* cut to what counts as one */
	uint64_t minute_ms;  /* when this minute began */
	uint32_t n;
};

struct board {
	char magic[8];
	uint32_t version, size;
	char boot[40];
	_Atomic uint32_t n_used; /* no record from here on was ever used */
	struct place places[SCOREBOARD_PLACES];
	struct rate rates[SCOREBOARD_RATES];
	struct record records[SCOREBOARD_RECORDS];
};

static const uint8_t v4_prefix[12] = {[10] = 0xFF, [11] = 0xFF};

/* Others write their times a moment after we took ours. */
static uint64_t
ago(uint64_t now_ms, uint64_t then_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

/* The part of an address that limits count as one: IPv4 all, IPv6 the /64. */
static void
cut_address(uint8_t out[16], const uint8_t address[16])
{
	memcpy(out, address, 16);
	if (memcmp(address, v4_prefix, sizeof v4_prefix) != 0)
		memset(out + 8, 0, 8);
}

static bool
same_address(const uint8_t a[16], const uint8_t b[16])
{
	uint8_t cut_a[16], cut_b[16];

	cut_address(cut_a, a);
	cut_address(cut_b, b);
	return memcmp(cut_a, cut_b, 16) == 0;
}

/* An address we do not know is nobody's in particular: no limit counts it. */
static bool
is_known(const uint8_t address[16])
{
	static const uint8_t unknown[16];

	return memcmp(address, unknown, 16) != 0;
}

/* Byte 0 is the head's, byte 1 + i record i's. */
static bool
lock_byte(int fd, off_t byte, short type)
{
	struct flock lock = {
	    .l_type = type,
	    .l_whence = SEEK_SET,
	    .l_start = byte,
	    .l_len = 1,
	};

	return fcntl(fd, F_SETLK, &lock) == 0;
}

static bool
lock_head(const struct scoreboard *b)
{
	struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (lock_byte(b->fd, 0, F_WRLCK))
			return true;
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			break;
		nanosleep(&pause, NULL);
	}
	log_warning("the scoreboard is locked by a process that does not let "
		    "go; look for a stopped ed2k-serve");
	return false;
}

static void
unlock_head(const struct scoreboard *b)
{
	lock_byte(b->fd, 0, F_UNLCK);
}

/* Does anybody but us hold the lock of record i? */
static bool
is_locked(const struct scoreboard *b, int i)
{
	struct flock lock = {
	    .l_type = F_WRLCK,
	    .l_whence = SEEK_SET,
	    .l_start = 1 + i,
	    .l_len = 1,
	};

	/* when it cannot be told, believe the record */
	return fcntl(b->fd, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

static bool
is_alive(const struct scoreboard *b, int i)
{
	return i == b->mine || is_locked(b, i);
}

static void
read_boot_id(char out[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	memset(out, 0, 40);
	if (fd < 0)
		return;
	if (read(fd, out, 36) != 36)
		memset(out, 0, 40);
	close(fd);
}

enum board_kind {
	BOARD_OURS,
	BOARD_OLD,
	BOARD_FOREIGN
};

static enum board_kind
check_board(const struct scoreboard *b)
{
	const struct board *board = b->board;
	char boot[40];

	if (memcmp(board->magic, MAGIC, sizeof board->magic) != 0 ||
	    board->version != VERSION || board->size != sizeof *board ||
	    board->n_used > SCOREBOARD_RECORDS)
		return BOARD_FOREIGN;
	read_boot_id(boot);
	return memcmp(boot, board->boot, sizeof boot) == 0 ? BOARD_OURS
							   : BOARD_OLD;
}

static bool
map_board(struct scoreboard *b, int protection)
{
	struct stat st;

	if (fstat(b->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != (off_t)sizeof(struct board))
		return false;
	b->board =
	    mmap(NULL, sizeof(struct board), protection, MAP_SHARED, b->fd, 0);
	if (b->board == MAP_FAILED)
		b->board = NULL;
	return b->board != NULL;
}

static void
unmap_board(struct scoreboard *b)
{
	if (b->board)
		munmap(b->board, sizeof *b->board);
	if (b->fd >= 0)
		close(b->fd);
	b->board = NULL;
	b->fd = -1;
}

/*
 * Begin the board anew, in the file that all have open: another file in its
 * place would have others on another board. Under the head's lock.
 */
static bool
begin_board(struct scoreboard *b)
{
	if (ftruncate(b->fd, sizeof *b->board) != 0 ||
	    (!b->board && !map_board(b, PROT_READ | PROT_WRITE)))
		return false;
	memset(b->board, 0, sizeof *b->board);
	memcpy(b->board->magic, MAGIC, sizeof b->board->magic);
	b->board->version = VERSION;
	b->board->size = sizeof *b->board;
	read_boot_id(b->board->boot);
	return true;
}

/* Open what is there, and begin it anew when it is new or of no use. */
static bool
open_board(struct scoreboard *b, const char *path)
{
	enum board_kind kind = BOARD_OLD;
	struct stat st;
	bool good = true;

	b->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (b->fd < 0 || fstat(b->fd, &st) != 0 || !lock_head(b))
		return false;
	/* an empty one was made just now, by us or by somebody else */
	if (map_board(b, PROT_READ | PROT_WRITE))
		kind = check_board(b);
	else if (st.st_size > 0)
		kind = BOARD_FOREIGN;
	if (kind == BOARD_FOREIGN)
		log_warning("%s is damaged or of another version; it is begun "
			    "anew",
		    log_quote_str(path));
	if (kind != BOARD_OURS)
		good = begin_board(b);
	unlock_head(b);
	return good;
}

bool
scoreboard_open(struct scoreboard *b, const char *dir, uint64_t now_ms)
{
	char path[PATH_MAX];

	(void)now_ms;
	memset(b, 0, sizeof *b);
	b->fd = b->mine = -1;
	if (snprintf(path, sizeof path, "%s/scoreboard", dir) <
		(int)sizeof path &&
	    open_board(b, path))
		return true;
	log_warning("no scoreboard in %s: %s; slots and limits do not hold; "
		    "let the user of the server write there",
	    log_quote_str(dir), strerror(errno));
	unmap_board(b);
	return false;
}

bool
scoreboard_look(struct scoreboard *b, const char *dir)
{
	char path[PATH_MAX];

	memset(b, 0, sizeof *b);
	b->mine = -1;
	snprintf(path, sizeof path, "%s/scoreboard", dir);
	b->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (b->fd >= 0 && map_board(b, PROT_READ) &&
	    check_board(b) == BOARD_OURS)
		return true;
	unmap_board(b);
	return false;
}

void
scoreboard_close(struct scoreboard *b)
{
	unmap_board(b);
	b->mine = -1;
}

static uint32_t
n_used(const struct scoreboard *b)
{
	/* whoever damages the file gets no reader out of its bounds */
	return (uint32_t)min_u64(b->board->n_used, SCOREBOARD_RECORDS);
}

/* Keep the place of one who waited. Under the head's lock. */
static void
keep_place(struct board *board, const struct record *r, uint64_t now_ms)
{
	struct place *oldest = &board->places[0];

	if (!r->has_user || !is_known(r->address))
		return;
	for (size_t i = 0; i < SCOREBOARD_PLACES; i++) {
		struct place *p = &board->places[i];

		if (p->left_ms < oldest->left_ms)
			oldest = p;
		if (p->left_ms == 0 || ago(now_ms, p->left_ms) > PLACE_MS)
			break;
	}
	memcpy(oldest->user_hash, r->user_hash, HASH_SIZE);
	memcpy(oldest->address, r->address, sizeof oldest->address);
	oldest->since_ms = r->since_ms;
	oldest->left_ms = now_ms > 0 ? now_ms : 1;
}

/* Take up the place that was kept for this peer; now_ms when there is none. */
static uint64_t
take_place(struct board *board, const struct record *r, uint64_t now_ms)
{
	uint64_t since_ms = now_ms;

	if (!r->has_user || !is_known(r->address))
		return now_ms;
	for (size_t i = 0; i < SCOREBOARD_PLACES; i++) {
		struct place *p = &board->places[i];

		if (p->left_ms == 0 || ago(now_ms, p->left_ms) > PLACE_MS ||
		    memcmp(p->user_hash, r->user_hash, HASH_SIZE) != 0 ||
		    !same_address(p->address, r->address))
			continue;
		since_ms = min_u64(since_ms, p->since_ms);
		p->left_ms = 0;
	}
	return since_ms;
}

/* Free the record of a process that died. Under the head's lock. */
static void
bury(struct scoreboard *b, int i, uint64_t now_ms)
{
	struct record *r = &b->board->records[i];

	if (r->bytes > 0 && b->on_dead)
		b->on_dead(b->ctx, r);
	if (r->state == RECORD_WAITING)
		keep_place(b->board, r, now_ms);
	r->bytes = 0;
	r->state = RECORD_FREE;
}

/* Is this record of a live process? A dead one is freed. Under the lock. */
static bool
check_record(struct scoreboard *b, int i, uint64_t now_ms)
{
	if (b->board->records[i].state == RECORD_FREE)
		return false;
	if (is_alive(b, i))
		return true;
	bury(b, i, now_ms);
	return false;
}

/* Count one more connection of this address. False when it is one too many. */
static bool
count_rate(struct board *board, const uint8_t address[16], uint32_t limit,
    uint64_t now_ms)
{
	uint8_t cut[16];
	uint32_t hash = 2166136261;
	struct rate *oldest = NULL;

	cut_address(cut, address);
	for (size_t i = 0; i < sizeof cut; i++)
		hash = (hash ^ cut[i]) * 16777619;
	for (uint32_t i = 0; i < 16; i++) {
		struct rate *r = &board->rates[(hash + i) % SCOREBOARD_RATES];

		if (memcmp(r->address, cut, sizeof cut) == 0) {
			oldest = r;
			break;
		}
		if (!oldest || r->minute_ms < oldest->minute_ms)
			oldest = r;
	}
	if (memcmp(oldest->address, cut, sizeof cut) != 0 ||
	    ago(now_ms, oldest->minute_ms) >= 60000) {
		memcpy(oldest->address, cut, sizeof cut);
		oldest->minute_ms = now_ms;
		oldest->n = 0;
	}
	if (oldest->n >= limit)
		return false;
	oldest->n++;
	return true;
}

/* A record nobody has. -1 when there is none. Under the head's lock. */
static int
find_free(struct scoreboard *b, uint32_t most, uint64_t now_ms)
{
	struct board *board = b->board;
	uint32_t used = n_used(b);
	int free = -1;

	for (uint32_t i = 0; i < used; i++) {
		struct record *r = &board->records[i];

		/* the dead are found by their silence; locks cost */
		if (r->state != RECORD_FREE &&
		    ago(now_ms, r->alive_ms) > 2 * ALIVE_MS)
			check_record(b, (int)i, now_ms);
		if (r->state == RECORD_FREE && free < 0 &&
		    !is_locked(b, (int)i))
			free = (int)i;
	}
	if (free >= 0 || used >= min_u64(most, SCOREBOARD_RECORDS))
		return free;
	/* a board begun anew may still be locked by those of the old one */
	while (
	    used < min_u64(most, SCOREBOARD_RECORDS) && is_locked(b, (int)used))
		used++;
	if (used >= min_u64(most, SCOREBOARD_RECORDS))
		return -1;
	board->n_used = used + 1;
	return (int)used;
}

/* Live connections from this address. Under the head's lock. */
static uint32_t
count_address(struct scoreboard *b, const uint8_t address[16],
    enum record_state least, uint64_t now_ms)
{
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->board->records[i];

		if (r->state >= (uint32_t)least &&
		    same_address(r->address, address) &&
		    check_record(b, (int)i, now_ms))
			n++;
	}
	return n;
}

static enum claim_result
claim(struct scoreboard *b, const uint8_t address[16],
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	if (is_known(address)) {
		if (!count_rate(
			b->board, address, limits->address_minute, now_ms))
			return CLAIM_TOO_OFTEN;
		if (count_address(b, address, RECORD_CONNECTED, now_ms) >=
		    limits->address_connections)
			return CLAIM_TOO_MANY;
	}
	b->mine = find_free(b, limits->connections, now_ms);
	if (b->mine >= 0 && lock_byte(b->fd, 1 + b->mine, F_WRLCK))
		return CLAIM_OK;
	b->mine = -1;
	return CLAIM_FULL;
}

enum claim_result
scoreboard_claim(struct scoreboard *b, const uint8_t address[16], uint16_t port,
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	enum claim_result res;
	struct record *r;

	if (!b->board)
		return CLAIM_OK;
	if (!lock_head(b)) {
		unmap_board(b); /* do without it, slots and all */
		return CLAIM_OK;
	}
	res = claim(b, address, limits, now_ms);
	if (res == CLAIM_OK) {
		r = &b->board->records[b->mine];
		memset(r, 0, sizeof *r);
		memcpy(r->address, address, sizeof r->address);
		r->port = port;
		r->pid = (uint32_t)getpid();
		r->weight = WEIGHT_NORMAL;
		r->since_ms = r->alive_ms = now_ms;
		r->state = RECORD_CONNECTED;
	}
	unlock_head(b);
	return res;
}

struct record *
scoreboard_mine(struct scoreboard *b)
{
	return b->mine >= 0 ? &b->board->records[b->mine] : NULL;
}

void
scoreboard_wait(struct scoreboard *b, uint32_t weight, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (!r)
		return;
	r->weight = weight;
	if (r->state == RECORD_WAITING || !lock_head(b))
		return;
	r->since_ms = take_place(b->board, r, now_ms);
	r->alive_ms = now_ms;
	r->state = RECORD_WAITING;
	unlock_head(b);
}

static struct waiter
waiter_of(const struct scoreboard *b, int i)
{
	const struct record *r = &b->board->records[i];

	return (struct waiter){
	    .since_ms = r->since_ms,
	    .weight = r->weight,
	    .id = (uint32_t)i,
	};
}

/*
 * Waiters before us. With `check` those that are dead are found and freed, and
 * those do not count whose address has all the slots it may have; that wants
 * the head's lock.
 */
static uint32_t
count_before(struct scoreboard *b, bool check,
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	struct waiter me = waiter_of(b, b->mine);
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->board->records[i];
		struct waiter other;

		if (r->state != RECORD_WAITING || (int)i == b->mine)
			continue;
		other = waiter_of(b, (int)i);
		if (!turn_is_before(&other, &me, now_ms))
			continue;
		if (check &&
		    (!check_record(b, (int)i, now_ms) ||
			(is_known(r->address) &&
			    count_address(b, r->address, RECORD_UPLOADING,
				now_ms) >= limits->address_slots)))
			continue;
		n++;
	}
	return n;
}

/* How many upload; the dead are freed. Under the head's lock. */
static uint32_t
count_uploading(struct scoreboard *b, uint64_t now_ms)
{
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++)
		if (b->board->records[i].state == RECORD_UPLOADING &&
		    check_record(b, (int)i, now_ms))
			n++;
	return n;
}

/* How many upload and live, without the lock: nobody is freed. */
static uint32_t
count_living(const struct scoreboard *b)
{
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++)
		if (b->board->records[i].state == RECORD_UPLOADING &&
		    is_alive(b, (int)i))
			n++;
	return n;
}

/* Under the head's lock: is there a slot, and is it ours? */
static bool
take(struct scoreboard *b, const struct scoreboard_limits *limits,
    uint64_t now_ms, uint32_t *before)
{
	struct record *r = scoreboard_mine(b);
	uint32_t uploading = count_uploading(b, now_ms);

	*before = count_before(b, true, limits, now_ms);
	if (uploading + *before >= limits->slots)
		return false;
	if (is_known(r->address) &&
	    count_address(b, r->address, RECORD_UPLOADING, now_ms) >=
		limits->address_slots)
		return false;
	r->since_ms = now_ms;
	r->state = RECORD_UPLOADING;
	return true;
}

bool
scoreboard_take(struct scoreboard *b, const struct scoreboard_limits *limits,
    uint64_t now_ms, uint32_t *before)
{
	struct record *r = scoreboard_mine(b);
	bool taken;

	*before = 0;
	if (!b->board)
		return true; /* no board: everybody is alone */
	if (!r) {
		*before = n_used(b); /* no record: behind all who have one */
		return false;
	}
	if (r->state == RECORD_UPLOADING)
		return true;
	/* a look without locks first: it is nearly always enough */
	*before = count_before(b, false, limits, now_ms);
	if (*before > NEAR && count_living(b) >= limits->slots)
		return false;
	if (!lock_head(b))
		return false;
	taken = take(b, limits, now_ms, before);
	unlock_head(b);
	return taken;
}

void
scoreboard_give(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (!r)
		return;
	r->since_ms = now_ms;
	r->state = RECORD_CONNECTED;
}

bool
scoreboard_others_wait(const struct scoreboard *b)
{
	uint32_t used = b->board ? n_used(b) : 0;

	for (uint32_t i = 0; i < used; i++)
		if (b->board->records[i].state == RECORD_WAITING &&
		    (int)i != b->mine && is_alive(b, (int)i))
			return true;
	return false;
}

uint64_t
scoreboard_share(const struct scoreboard *b, uint64_t rate, uint64_t now_ms)
{
	uint32_t used = b->board ? n_used(b) : 0;
	uint64_t sum = 0, mine = 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->board->records[i];

		/* who has a slot and nothing to send leaves its share */
		if (r->state != RECORD_UPLOADING ||
		    (!r->sending && (int)i != b->mine) ||
		    ago(now_ms, r->alive_ms) > 2 * ALIVE_MS)
			continue;
		sum += r->weight;
		if ((int)i == b->mine)
			mine = r->weight;
	}
	/* 0 would mean no limit */
	return mine > 0 && sum > 0 && rate > 0
	    ? (rate * mine / sum > 0 ? rate * mine / sum : 1)
	    : rate;
}

void
scoreboard_alive(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (r)
		r->alive_ms = now_ms;
}

void
scoreboard_leave(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (!r)
		return;
	if (r->state == RECORD_WAITING && lock_head(b)) {
		keep_place(b->board, r, now_ms);
		unlock_head(b);
	}
	r->bytes = 0;
	r->state = RECORD_FREE;
	lock_byte(b->fd, 1 + b->mine, F_UNLCK);
	b->mine = -1;
}

void
scoreboard_each(struct scoreboard *b,
    bool (*visit)(void *ctx, const struct record *r), void *ctx)
{
	uint32_t used = b->board ? n_used(b) : 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->board->records[i];

		if (r->state != RECORD_FREE && is_alive(b, (int)i) &&
		    !visit(ctx, r))
			break;
	}
}
