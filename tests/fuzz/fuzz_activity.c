/*
 * activity.db, which a process that a peer took over may forge, and those who
 * read and write it: all end soon, no sum is one that cannot be, and what is
 * printed is whole lines without control characters. While nobody has forged
 * it, the sums are those of what was recorded, and pruning keeps them.
 *
 * Input: u8 what is read in the end, and from 128 on the database is of version
 * 1; steps, each of a kind and what it takes.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz_db.h"

#include "base/log.h"
#include "base/text.h"
#include "cmd/print_metrics.h"
#include "cmd/print_stats.h"
#include "index/sent.h"
#include "serve/books/activity.h"
#include "sql/activity.h"
#include "store/prune.h"
#include "store/state.h"

#include <sysexits.h>

enum step {
	STEP_FORGE, /* a change; see db_image_damage */
	STEP_SIDE,  /* u8: 1: -shm, else -wal; u8 n, n bytes: it begins so */
	STEP_PUT,   /* a transfer is recorded; see put */
	STEP_PRUNE, /* u8: before this time; u8: keep so many */
	STEP_LOOK,  /* u8: what is read */
	N_STEPS
};

#define STEPS_MAX 16 /* each takes a millisecond */

static char path[PATH_MAX - 32], wal_path[PATH_MAX], shm_path[PATH_MAX];
static struct db_image whole, old; /* as they were made; old: version 1 */
static bool is_sane;               /* nobody has forged anything */
static uint64_t n_put, bytes_put;

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a + min_u64(b, INT64_MAX - a); /* as SQL numbers have it */
}

/* Record a transfer. What is not in the input is zero. */
static void
put(struct reader *r)
{
	const struct activity_rules rules = {.anonymize = get_u8(r) & 1};
	struct transfer t = {.outcome = "hung-up"};
	struct db db = {0};
	bool done;

	t.began_s = get_u8(r);
	t.file[0] = get_u8(r) % 4;
	t.has_user = get_u8(r) & 1;
	t.user_hash[0] = t.address[15] = get_u8(r) % 4;
	t.bytes = (uint64_t)get_u8(r) << get_u8(r) % 64;
	t.ms = t.bytes / 7;
	get_bytes(r, t.name, min_size(get_u8(r) % 16, reader_left(r)));
	get_bytes(r, t.client, min_size(get_u8(r) % 16, reader_left(r)));
	done = activity_write(&db, temp_dir, &t, 1, &rules);
	db_close(&db);
	must(done || !is_sane);
	n_put++;
	bytes_put = add(bytes_put, min_u64(t.bytes, INT64_MAX));
}

static void
check_fault(int fault)
{
	must(fault == 0 || !is_sane);
	must(fault == 0 || fault == EX_DATAERR || fault == EX_IOERR ||
	    fault == EX_TEMPFAIL || fault == EX_NOPERM || fault == EX_CONFIG);
}

static void
prune(int64_t before_s, int64_t keep)
{
	const struct prune_rule rule = {.before_s = before_s, .keep = keep};
	struct db db;
	uint64_t removed;
	int fault = state_open_activity(&db, path);

	if (fault == 0)
		fault = prune_transfers(&db, &rule, &removed);
	check_fault(fault);
	db_close(&db);
}

static void
check_row(const struct stats_row *row)
{
	must(row->transfers <= INT64_MAX && row->bytes <= INT64_MAX);
	must(row->peers <= INT64_MAX && row->files <= INT64_MAX);
	must(row->ms <= INT64_MAX && row->most_bytes <= INT64_MAX);
	must(memchr(row->name, '\0', sizeof row->name));
	must(memchr(row->client, '\0', sizeof row->client));
	must(memchr(row->outcome, '\0', sizeof row->outcome));
}

/* All that was recorded, pruned or not. */
static bool
see_ever(void *ctx, const struct stats_row *row)
{
	(void)ctx;
	check_row(row);
	must(!is_sane || (row->transfers == n_put && row->bytes == bytes_put));
	return true;
}

static bool
see(void *ctx, const struct stats_row *row)
{
	const enum stats_statement *by = ctx;

	check_row(row);
	for (int form = FIELDS_TABLE; form <= FIELDS_JSON; form++)
		print_stats_row((enum fields_form)form, *by, row);
	return true;
}

/* What programs and terminals may be given: whole lines, of plain text. */
static void
check_output(const char *text, size_t len)
{
	must(text_is_utf8(text, len));
	must(len == 0 || text[len - 1] == '\n');
	while (len > 0) {
		uint32_t cp;
		size_t n = text_utf8_next(text, len, &cp);

		must(cp == '\n' || cp == '\t' || !text_is_control(cp));
		text += n;
		len -= n;
	}
}

/* Read it as "stats" does: for people and programs, or for a collector. */
static void
print(struct db *db, unsigned which)
{
	static enum stats_statement kinds[] = {
	    STATS_TOTAL, STATS_BY_FILE, STATS_BY_PEER, STATS_BY_DAY};

	if (which < ARRAY_LEN(kinds))
		check_fault(
		    stats_each(db, kinds[which], 0, see, &kinds[which]));
	else
		check_fault(print_metrics(db));
}

static void
check_print(struct db *db, unsigned which)
{
	FILE *terminal = stdout;
	char *text = NULL;
	size_t len = 0;

	stdout = open_memstream(&text, &len);
	must(stdout);
	print(db, which);
	fclose(stdout);
	stdout = terminal;
	check_output(text, len);
	free(text);
}

/* Read it as "list" does. */
static void
check_sent(void)
{
	struct sent sent;

	sent_open(&sent, temp_dir);
	for (uint8_t i = 0; i < 4; i++) {
		uint64_t bytes;
		bool known = sent_of(&sent, (uint8_t[HASH_SIZE]){i}, &bytes);

		must(bytes <= INT64_MAX);
		must(known || (bytes == 0 && !is_sane));
	}
	sent_close(&sent);
}

static void
look(unsigned which)
{
	struct db db;
	int fault;

	which = which % 128 % 6;
	if (which == 5) {
		check_sent();
		return;
	}
	fault = db_open(&db, &activity_kind, path);
	check_fault(fault);
	if (fault != 0)
		return;
	check_fault(stats_each(&db, STATS_EVER, 0, see_ever, NULL));
	check_print(&db, which);
	db_close(&db);
}

static void
forge(struct reader *r)
{
	struct db_image image;

	db_image_read(&image, path);
	db_image_damage(&image, r);
	db_image_write(&image, path);
	is_sane = false;
}

static void
forge_side(struct reader *r)
{
	static struct db_image image;
	bool shm = get_u8(r) & 1;

	image.size = min_size(get_u8(r), reader_left(r));
	get_bytes(r, image.bytes, image.size);
	db_image_write(&image, shm ? shm_path : wal_path);
	is_sane = false;
}

static void
step(struct reader *r)
{
	int64_t before_s;

	switch ((enum step)(get_u8(r) % N_STEPS)) {
	case STEP_FORGE:
		forge(r);
		break;
	case STEP_SIDE:
		forge_side(r);
		break;
	case STEP_PUT:
		put(r);
		break;
	case STEP_PRUNE:
		before_s = get_u8(r);
		prune(before_s, get_u8(r));
		break;
	case STEP_LOOK:
		look(get_u8(r));
		break;
	default:
		break;
	}
}

static int
fill_old(struct db *db)
{
	return db_exec(db, sql_activity_schema_1);
}

/* One of version 1, empty, and one with transfers, some of them pruned. */
static void
make_databases(void)
{
	static const uint8_t transfers[][11] = {
	    {0, 1, 1, 1, 1, 1, 10, 1, 'a', 1, 'b'},
	    {0, 2, 1, 1, 2, 3, 10, 1, 'a', 1, 'b'},
	    {0, 3, 2, 0, 3, 5, 10, 1, 0xFF, 1, '\n'},
	};

	log_set_level(LOG_LEVEL_NONE);
	temp_make();
	snprintf(path, sizeof path, "%s/activity.db", temp_dir);
	snprintf(wal_path, sizeof wal_path, "%s-wal", path);
	snprintf(shm_path, sizeof shm_path, "%s-shm", path);
	is_sane = true;
	must(db_create(&activity_kind, path, fill_old) == 0);
	db_image_read(&old, path);
	must(unlink(path) == 0);
	for (size_t i = 0; i < ARRAY_LEN(transfers); i++) {
		struct reader r = reader_of(transfers[i], sizeof transfers[i]);

		put(&r);
	}
	prune(2, INT64_MAX);
	db_image_read(&whole, path);
}

static void
begin(bool is_old)
{
	static uint64_t n_made, bytes_made;

	if (whole.size == 0) {
		make_databases();
		n_made = n_put;
		bytes_made = bytes_put;
	}
	db_image_write(is_old ? &old : &whole, path);
	unlink(wal_path);
	unlink(shm_path);
	is_sane = true;
	n_put = is_old ? 0 : n_made;
	bytes_put = is_old ? 0 : bytes_made;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	uint8_t settings = get_u8(&r);

	begin(settings & 128);
	for (int i = 0; i < STEPS_MAX && reader_left(&r) > 0; i++)
		step(&r);
	look(settings);
	return 0;
}
