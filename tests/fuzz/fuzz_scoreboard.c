/*
 * board/scoreboard.h on a file into which somebody else writes whatever comes
 * to his mind, while connections come, wait, upload and go: nobody is led out
 * of the file, takes a record that lives, or gets a slot that there is not.
 *
 * Other processes live while the lock on their record is held; here a second
 * open file description holds it, which excludes us as another process would.
 *
 * Input: steps, each of a kind and what it takes.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz_temp.h"

#include "base/log.h"
#include "base/util.h"
#include "proto/cursor.h"
#include "board/costly.h"
#include "board/crowd.h"
#include "board/queue.h"
#include "board/roster.h"

#include <sys/stat.h>

enum step {
	STEP_FILE,   /* u8 low, u8 middle, u8 high, u8 n, n bytes: anywhere */
	STEP_RECORD, /* u8 record, u8 offset, u8 n, n bytes */
	STEP_STATE,  /* u8 record, u8 state, u8 who: of a sane record */
	STEP_LIFE,   /* u8: this record's process is born, or dies */
	STEP_SIZE,   /* u8: 0 makes the file empty, 1 short, 2 long */
	STEP_OPEN,   /* leave, close, open again */
	STEP_CLAIM,  /* u8 who */
	STEP_REJOIN,
	STEP_WAIT, /* u8 weight */
	STEP_TAKE,
	STEP_GIVE,
	STEP_LEAVE,
	STEP_LOOK, /* u8 rate: everything that only reads */
	STEP_TIME, /* u8 */
	N_STEPS
};

#define N_NEAR 16 /* records that the steps are about */
#define T0     UINT64_C(5000000)

static const struct scoreboard_limits limits = {
    .slots = 2,
    .connections = 12,
    .address_connections = 4,
    .address_minute = 20,
    .address_slots = 1,
};

static struct scoreboard board;
static uint64_t now_ms;
static int other = -1;     /* who writes into the file */
static int locks = -1;     /* who holds the locks of the others */
static bool alive[N_NEAR]; /* whose */
static uint8_t head[offsetof(struct board, places)];
static const size_t size = sizeof(struct board);
static bool is_sane; /* nobody has written but in STEP_STATE */

static void
lock_other(int record, short type)
{
	struct flock lock = {.l_type = type,
	    .l_whence = SEEK_SET,
	    .l_start = 1 + record,
	    .l_len = 1};

	/* refused where the record is ours */
	if (fcntl(locks, F_OFD_SETLK, &lock) == 0)
		alive[record] = type == F_WRLCK;
}

static int
open_file(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof path, "%s/%s", temp_dir, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	must(fd >= 0);
	return fd;
}

/* Have the file open that the board is in: a damaged one is replaced. */
static void
follow(void)
{
	struct stat st;

	if (other >= 0 && fstat(other, &st) == 0 && st.st_nlink > 0)
		return;
	if (other >= 0)
		close(other);
	other = open_file("scoreboard");
	if (locks < 0)
		locks = open_file("scoreboard.lock");
}

/* The dead are no living, and in the file. */
static bool
see_dead(void *ctx, const struct record *r)
{
	ptrdiff_t i = r - board.file.board->records;

	must(ctx == &board && r->all_bytes > 0);
	must(i >= 0 && i < SCOREBOARD_RECORDS && i != board.mine);
	must(i >= N_NEAR || !alive[i]);
	return true;
}

static void
open_board(void)
{
	must(scoreboard_open(&board, temp_dir, &limits));
	board.on_dead = see_dead;
	board.ctx = &board;
	follow();
	must(lseek(other, 0, SEEK_END) == (off_t)size);
}

/* Find out how the head of a file looks in which nobody has been. */
static void
make_board(void)
{
	log_set_level((enum log_level)0);
	temp_make();
	open_board();
	memcpy(head, board.file.board, sizeof head);
	scoreboard_close(&board);
}

/* The file as it was in the beginning; what is zero in it takes no room. */
static void
reset(void)
{
	follow();
	must(ftruncate(other, 0) == 0 && ftruncate(other, (off_t)size) == 0);
	must(pwrite(other, head, sizeof head, 0) == (ssize_t)sizeof head);
	for (int i = 0; i < N_NEAR; i++)
		if (alive[i])
			lock_other(i, F_UNLCK);
	now_ms = T0;
	is_sane = true;
	open_board();
}

static void
write_bytes(struct reader *r, size_t at, size_t n)
{
	const uint8_t *bytes;

	n = min_size(n, reader_left(r));
	bytes = get_slice(r, n);
	if (n > 0 && at + n <= size)
		must(pwrite(other, bytes, n, (off_t)at) == (ssize_t)n);
	is_sane = false;
}

static void
write_file(struct reader *r)
{
	size_t at = get_u8(r);

	at |= (size_t)get_u8(r) << 8;
	at |= (size_t)get_u8(r) << 16;
	write_bytes(r, at % size, get_u8(r));
}

static void
write_record(struct reader *r)
{
	size_t record = get_u8(r) % N_NEAR, at = get_u8(r);

	write_bytes(r,
	    offsetof(struct board, records) + record * sizeof(struct record) +
		at,
	    get_u8(r));
}

/* One of 8 addresses; 0 is unknown, and 2 and 3 count as one. */
static void
make_address(uint8_t out[16], uint8_t which)
{
	memset(out, 0, 16);
	which %= 8;
	if (which >= 4)
		memset(out + 10, 0xFF, 2);
	out[which >= 4 || which < 2 ? 15 : 8] = which;
}

static struct record *
record(unsigned i)
{
	return board.file.board->records + i;
}

/* One of 4 users; 0 has said no hello. */
static void
write_user(struct record *r, uint8_t which)
{
	r->has_user = which % 4;
	r->user_hash[0] = which % 4;
}

/* What another process may write about itself. */
static void
write_state(struct reader *r)
{
	unsigned i = get_u8(r) % N_NEAR;
	uint8_t state = get_u8(r) % (RECORD_UPLOADING + 1);
	struct record *rec = record(i);

	if ((int)i == board.mine)
		return;
	if (board.file.board->n_used <= i)
		board.file.board->n_used = i + 1;
	rec->state = state;
	rec->weight = 1;
	rec->since_ms = rec->alive_ms = now_ms;
	rec->bytes = state;
	write_user(rec, r->pos < r->len ? r->data[r->pos] : 0);
	make_address(rec->address, get_u8(r));
	rec->owner = owner_of(rec->address);
}

/* Uploading and alive, of this peer or of all. */
static unsigned
count_uploading(uint64_t owner)
{
	unsigned n = 0;

	for (unsigned i = 0; i < N_NEAR; i++)
		n += alive[i] && record(i)->state == RECORD_UPLOADING &&
		    (owner == 0 || record(i)->owner == owner);
	return n;
}

static void
claim(uint8_t which)
{
	uint8_t address[16];
	const struct record *mine;

	if (board.mine >= 0)
		return;
	make_address(address, which);
	if (roster_claim(&board, address, 7, now_ms) != CLAIM_OK) {
		must(board.mine == -1 && !scoreboard_mine(&board));
		return;
	}
	must(board.mine >= 0 && board.mine < (int)limits.connections);
	must(!alive[board.mine]);
	mine = scoreboard_mine(&board);
	must(mine == record((unsigned)board.mine));
	must(mine->state == RECORD_CONNECTED && mine->port == 7);
	must(memcmp(mine->address, address, 16) == 0);
	must(mine->owner == owner_of(address));
}

static void
take(void)
{
	const struct record *mine = scoreboard_mine(&board);
	bool had = mine && board.state == RECORD_UPLOADING;
	unsigned before_us = 0;
	bool got = queue_take(&board, now_ms, &before_us);

	must(before_us <= SCOREBOARD_RECORDS);
	must(!got || (mine && board.state == RECORD_UPLOADING));
	/* who is not counted in n_used is not seen: only if nobody lied */
	if (!is_sane || !got || had)
		return;
	must(count_uploading(0) < limits.slots);
	must(mine->owner == 0 ||
	    count_uploading(mine->owner) < limits.address_slots);
}

/* No owner has more places than connections, networks four times at most. */
static void
check_places(void)
{
	const struct place *places = board.file.board->places;

	for (size_t i = 0; i < PLACES_MAX; i++) {
		uint64_t n = 0;

		if (places[i].left_ms == 0)
			continue;
		for (size_t j = 0; j < PLACES_MAX; j++)
			n += places[j].left_ms > 0 &&
			    places[j].owner == places[i].owner;
		must(n <= limits.address_connections);
	}
}

static bool
see(void *ctx, const struct record *r)
{
	unsigned *n = ctx;

	must(r >= record(0) && r < record(SCOREBOARD_RECORDS));
	must(++*n <= SCOREBOARD_RECORDS);
	return true;
}

static void
reopen(void)
{
	roster_leave(&board, now_ms);
	must(board.mine == -1);
	scoreboard_close(&board);
	open_board();
}

static void
look(uint64_t rate)
{
	struct scoreboard onlooker;
	unsigned n = 0;
	uint64_t share;

	rate <<= rate % 57;
	share = scoreboard_rate_share(&board, rate, now_ms);
	must(share <= rate && (share > 0 || rate == 0));
	queue_others_wait(&board);
	roster_alive(&board, now_ms);
	if (is_sane)
		check_places();
	must(crowd_owner_limit(&board) > 0);
	if (crowd_should_leave(&board, rate % 2, now_ms))
		must(board.mine < 0 ||
		    scoreboard_mine(&board)->state == RECORD_CONNECTED);
	if (costly_begin(&board, now_ms))
		costly_end(&board);
	scoreboard_each(&board, now_ms, see, &n);
	/* closing a file gives up our locks on it: only while we have none */
	if (board.mine < 0) {
		scoreboard_open_readonly(&onlooker, temp_dir);
		scoreboard_close(&onlooker);
		reopen(); /* a process guards one board, the last */
	}
}

static void
resize(uint8_t how)
{
	if (how % 3 == 0)
		must(ftruncate(other, 0) == 0);
	else
		must(ftruncate(other, (off_t)size + (how % 3 == 1 ? -1 : 1)) ==
		    0);
	is_sane = false;
}

static void
live_or_die(unsigned i)
{
	if ((int)i != board.mine)
		lock_other((int)i, alive[i] ? F_UNLCK : F_WRLCK);
}

static void
step(struct reader *r)
{
	switch ((enum step)(get_u8(r) % N_STEPS)) {
	case STEP_FILE:
		write_file(r);
		break;
	case STEP_RECORD:
		write_record(r);
		break;
	case STEP_STATE:
		write_state(r);
		break;
	case STEP_LIFE:
		live_or_die(get_u8(r) % N_NEAR);
		break;
	case STEP_SIZE:
		resize(get_u8(r));
		break;
	case STEP_OPEN:
		reopen();
		break;
	case STEP_CLAIM:
		claim(get_u8(r));
		break;
	case STEP_REJOIN:
		roster_rejoin(&board, now_ms);
		must(board.mine < (int)limits.connections);
		must(board.mine < 0 || board.mine >= N_NEAR ||
		    !alive[board.mine]);
		break;
	case STEP_WAIT:
		if (scoreboard_mine(&board))
			write_user(scoreboard_mine(&board), get_u8(r));
		queue_wait(&board, get_u8(r), now_ms);
		break;
	case STEP_TAKE:
		take();
		break;
	case STEP_GIVE:
		queue_give(&board, now_ms);
		break;
	case STEP_LEAVE:
		roster_leave(&board, now_ms);
		must(board.mine == -1 && !scoreboard_mine(&board));
		break;
	case STEP_LOOK:
		look(get_u8(r));
		break;
	case STEP_TIME:
		now_ms += (uint64_t)get_u8(r) * 1000;
		break;
	default:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct reader r = reader_of(data, n);

	if (other < 0)
		make_board();
	reset();
	/* what a huge input adds is more of the same */
	for (int i = 0; i < 256 && reader_left(&r) > 0; i++)
		step(&r);
	roster_leave(&board, now_ms);
	scoreboard_close(&board);
	return 0;
}
