/*
 * serve/talk/answer_aich.c: AICH roots and recovery data, with a catalog that is told
 * what to answer and counts what it was asked.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"
#include "sample.h"

#include "serve/talk/answer.h"
#include "serve/talk/dispatch.h"

#define HELLO                                                                  \
	"e35d0000000110 3eb1b958ce0e6cb26abecc97a4a76f1a cb007107 3612"        \
	"07000000 02010001 0500614d756c65 03010011 3c000000"                   \
	"030100f9 40124012 030100fb 800d0403 030100fa 12321334"                \
	"030100fe b80d0000 030100ef 01000000 000000000000"
#define ASK_ROOT       "c5110000009e" SAMPLE_F2_HASH
#define TELL_ROOT      "c5250000009d" SAMPLE_F2_HASH SAMPLE_F2_ROOT
#define ASK_RECOVERY_1 "c5270000009b" SAMPLE_F2_HASH "0100" SAMPLE_F2_ROOT
#define RECOVERY_1                                                             \
	"c56d0000009c" SAMPLE_F2_HASH "0100" SAMPLE_F2_ROOT SAMPLE_F2_RECOVERY_1
#define REFUSAL "c5110000009c" SAMPLE_F2_HASH

/* The catalog's script. */
static struct {
	enum catalog_result found;
	struct catalog_file file;
	enum {
		RECOVERY_RIGHT,
		RECOVERY_FAILS, /* having written a little */
		RECOVERY_TOO_LONG,
	} recovery;
	unsigned n_recoveries;
	size_t part;
} script;

static enum catalog_result
find(void *ctx, const uint8_t hash[HASH_SIZE], bool alias,
    struct catalog_file *out)
{
	(void)ctx;
	assert_hex(hash, HASH_SIZE, SAMPLE_F2_HASH);
	assert_false(alias);
	*out = script.file;
	return script.found;
}

static bool
recovery(
    void *ctx, const uint8_t hash[HASH_SIZE], size_t part, struct writer *w)
{
	uint8_t bytes[128];
	size_t n = unhex(bytes, sizeof bytes, SAMPLE_F2_RECOVERY_1);

	(void)ctx;
	assert_hex(hash, HASH_SIZE, SAMPLE_F2_HASH);
	script.n_recoveries++;
	script.part = part;
	put_bytes(w, bytes, script.recovery == RECOVERY_FAILS ? 10 : n);
	if (script.recovery == RECOVERY_TOO_LONG)
		assert_null(put_slice(w, w->cap));
	return script.recovery != RECOVERY_FAILS;
}

static const struct catalog catalog = {.find = find, .aich_recovery = recovery};
static const struct session_config config = {
    .self = {.name = "n", .mod = "m"},
    .hello_ms = 40000,
    .idle_ms = 60000,
    .stall_ms = 60000,
};

static uint8_t answer[REPLY_MAX];
static size_t n_answer;

/* Hand one frame to the session, in a block of just its size. */
static void
say(struct session *s, uint64_t now_ms, const char *hex)
{
	uint8_t bytes[256], *exact;
	size_t n = unhex(bytes, sizeof bytes, hex);
	struct writer w = writer_of(answer, sizeof answer);
	struct reader r;
	struct packet p;

	exact = exact_copy(bytes, n);
	r = reader_of(exact, n);
	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	dispatch_packet(s, now_ms, &p, &w);
	assert_false(w.bad);
	n_answer = w.pos;
	free(exact);
}

/* A greeted session and a catalog that has F2. */
static void
begin(struct session *s)
{
	memset(&script, 0, sizeof script);
	script.file.size = SAMPLE_F2_SIZE;
	script.file.name = "f2";
	script.file.has_aich = true;
	unhex(script.file.aich_root, AICH_SIZE, SAMPLE_F2_ROOT);
	session_init(s, &config, &catalog, 0);
	say(s, 0, HELLO);
	assert_int_equal(s->state, SESSION_READY);
}

static void
assert_answer(struct session *s, const char *ask, const char *expected)
{
	say(s, 0, ask);
	assert_hex(answer, n_answer, expected);
	assert_int_not_equal(s->state, SESSION_ENDED);
}

static void
the_root_is_told_to_who_asks(void **state)
{
	struct session s;

	(void)state;
	begin(&s);
	assert_answer(&s, ASK_ROOT, TELL_ROOT);
	say(&s, 0, "e31100000054" SAMPLE_F2_HASH);
	assert_int_equal(s.state, SESSION_UPLOADING);
	assert_answer(&s, ASK_ROOT, TELL_ROOT);
}

static void
without_a_root_there_is_silence(void **state)
{
	struct session s;

	(void)state;
	begin(&s);
	script.file.has_aich = false;
	assert_answer(&s, ASK_ROOT, "");
	script.file.has_aich = true;
	script.found = CATALOG_UNKNOWN;
	assert_answer(&s, ASK_ROOT, "");
	script.found = CATALOG_SILENT;
	assert_answer(&s, ASK_ROOT, "");
	script.found = CATALOG_FOUND;
	script.file.size = EMULE_FILE_MAX + 1;
	assert_answer(&s, ASK_ROOT, "");
}

static void
recovery_data_comes_as_it_should(void **state)
{
	struct session s;

	(void)state;
	begin(&s);
	assert_answer(&s, ASK_RECOVERY_1, RECOVERY_1);
	assert_int_equal(script.part, 1);
	assert_answer(&s, ASK_RECOVERY_1, RECOVERY_1);
	assert_int_equal(script.n_recoveries, 2);
}

static void
what_cannot_be_recovered_is_refused_without_work(void **state)
{
	struct session s;

	(void)state;
	begin(&s);
	/* another root; no such part; the largest part number */
	assert_answer(
	    &s, "c5270000009b" SAMPLE_F2_HASH "0100" SAMPLE_F1_ROOT, REFUSAL);
	assert_answer(
	    &s, "c5270000009b" SAMPLE_F2_HASH "0200" SAMPLE_F2_ROOT, REFUSAL);
	assert_answer(
	    &s, "c5270000009b" SAMPLE_F2_HASH "ffff" SAMPLE_F2_ROOT, REFUSAL);
	/* a part of one block */
	script.file.size = PART_SIZE + BLOCK_SIZE;
	assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	script.file.size = EMULE_FILE_MAX + 1;
	assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	script.file.size = SAMPLE_F2_SIZE;
	script.file.has_aich = false;
	assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	script.file.has_aich = true;
	script.found = CATALOG_UNKNOWN;
	assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	script.found = CATALOG_SILENT;
	assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	assert_int_equal(script.n_recoveries, 0);
	/* and none of this counted */
	script.found = CATALOG_FOUND;
	for (unsigned i = 0; i < RECOVERIES_PER_MINUTE; i++)
		assert_answer(&s, ASK_RECOVERY_1, RECOVERY_1);
}

static void
what_fails_is_refused_and_leaves_nothing_behind(void **state)
{
	struct session s;

	(void)state;
	begin(&s);
	script.recovery = RECOVERY_FAILS;
	assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	script.recovery = RECOVERY_TOO_LONG;
	assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	assert_int_equal(script.n_recoveries, 2);
}

static void
a_peer_gets_so_many_in_a_minute(void **state)
{
	struct session s;

	(void)state;
	begin(&s);
	for (unsigned i = 0; i < RECOVERIES_PER_MINUTE; i++)
		assert_answer(&s, ASK_RECOVERY_1, RECOVERY_1);
	for (unsigned i = 0; i < 1000; i++)
		assert_answer(&s, ASK_RECOVERY_1, REFUSAL);
	assert_int_equal(script.n_recoveries, RECOVERIES_PER_MINUTE);
	say(&s, 59999, ASK_RECOVERY_1);
	assert_hex(answer, n_answer, REFUSAL);
	/* failures count too: they cost as much */
	script.recovery = RECOVERY_FAILS;
	for (unsigned i = 0; i < RECOVERIES_PER_MINUTE + 5; i++) {
		say(&s, 60000 + i, ASK_RECOVERY_1);
		assert_hex(answer, n_answer, REFUSAL);
	}
	assert_int_equal(script.n_recoveries, 2 * RECOVERIES_PER_MINUTE);
	script.recovery = RECOVERY_RIGHT;
	say(&s, 120000, ASK_RECOVERY_1);
	assert_hex(answer, n_answer, RECOVERY_1);
}

static void
requests_of_another_length_end_the_session(void **state)
{
	static const char *const bad[] = {
	    "c5110000009b" SAMPLE_F2_HASH,
	    "c5280000009b" SAMPLE_F2_HASH "0100" SAMPLE_F2_ROOT "00",
	    "c5010000009b",
	    "c5100000009e 849c68a9fa74b2935d64d092066158",
	};
	struct session s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		begin(&s);
		say(&s, 0, bad[i]);
		assert_int_equal(n_answer, 0);
		assert_int_equal(s.state, SESSION_ENDED);
		assert_int_equal(s.end, END_BAD_PEER);
	}
	/* behind a hash there may be more, as everywhere */
	begin(&s);
	assert_answer(&s, "c5130000009e" SAMPLE_F2_HASH "0100", TELL_ROOT);
}

static void
before_hello_there_is_nothing(void **state)
{
	static const char *const asked[] = {ASK_ROOT, ASK_RECOVERY_1};
	struct session s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		session_init(&s, &config, &catalog, 0);
		say(&s, 0, asked[i]);
		assert_int_equal(n_answer, 0);
		assert_int_equal(s.end, END_BAD_PEER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_root_is_told_to_who_asks),
	    cmocka_unit_test(without_a_root_there_is_silence),
	    cmocka_unit_test(recovery_data_comes_as_it_should),
	    cmocka_unit_test(what_cannot_be_recovered_is_refused_without_work),
	    cmocka_unit_test(what_fails_is_refused_and_leaves_nothing_behind),
	    cmocka_unit_test(a_peer_gets_so_many_in_a_minute),
	    cmocka_unit_test(requests_of_another_length_end_the_session),
	    cmocka_unit_test(before_hello_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
