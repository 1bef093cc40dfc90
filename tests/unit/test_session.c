/* serve/session.h. SPDX-License-Identifier: ISC */
#include "frames.h"

#include "proto/msg.h"
#include "proto/opcodes.h"
#include "serve/talk/answer.h"
#include "serve/talk/deadline.h"
#include "serve/talk/dispatch.h"
#include "serve/talk/session.h"

#include <stdio.h>

#define GIB4 UINT64_C(0x100000000)

/* Hashes of the catalog besides those of frames.h. */
#define HASH_LARGEST "30303030303030303030303030303030"
#define HASH_HUGE    "31313131313131313131313131313131"
#define HASH_RED     "32323232323232323232323232323232"
#define HASH_BLUE    "33333333333333333333333333333333"
#define HASH_SILENT  "34343434343434343434343434343434"
#define HASH_BROKEN  "35353535353535353535353535353535"
#define HASH_UTF8    "36363636363636363636363636363636"
#define HASH_LATIN1  "37373737373737373737373737373737"
#define HASH_LONG    "38383838383838383838383838383838"
#define HASH_1_LESS  "39393939393939393939393939393939"
#define HASH_PART    "40404040404040404040404040404040"
#define HASH_1_MORE  "41414141414141414141414141414141"
#define HASH_2_PARTS "42424242424242424242424242424242"

static const struct file {
	const char *hash, *alias;
	uint64_t size;
	const char *name;
	enum catalog_result result;
} files[] = {
    {HASH_F1, NULL, 300000, "A small file.txt", CATALOG_FOUND},
    {HASH_F2, NULL, 10000000, "Bigger.bin", CATALOG_FOUND},
    {HASH_G, NULL, UINT64_C(5000000000), "g", CATALOG_FOUND},
    {HASH_LARGEST, NULL, EMULE_FILE_MAX, "l", CATALOG_FOUND},
    {HASH_HUGE, NULL, EMULE_FILE_MAX + 1, "h", CATALOG_FOUND},
    {HASH_RED, HASH_BLUE, 2 * PART_SIZE, "red", CATALOG_FOUND},
    {HASH_SILENT, NULL, 1000, "s", CATALOG_SILENT},
    {HASH_BROKEN, NULL, PART_SIZE, "b", CATALOG_FOUND},
    {HASH_UTF8, NULL, 1, "\xC3\xBC\xE2\x82\xAC.txt", CATALOG_FOUND},
    {HASH_LATIN1, NULL, 1, "\xFC.txt", CATALOG_FOUND},
    {HASH_LONG, NULL, 1,
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	"\xC3\xBC",
	CATALOG_FOUND},
    {HASH_1_LESS, NULL, PART_SIZE - 1, "1", CATALOG_FOUND},
    {HASH_PART, NULL, PART_SIZE, "p", CATALOG_FOUND},
    {HASH_1_MORE, NULL, PART_SIZE + 1, "m", CATALOG_FOUND},
    {HASH_2_PARTS, NULL, 2 * PART_SIZE, "2", CATALOG_FOUND},
};

/* A file that is unknown from now on, or NULL. */
static const char *removed;

static bool
is_hash(const uint8_t hash[HASH_SIZE], const char *hex)
{
	uint8_t bytes[HASH_SIZE];

	return hex && hex_decode(bytes, hex, HASH_SIZE) &&
	    memcmp(bytes, hash, HASH_SIZE) == 0;
}

static enum catalog_result
find(void *ctx, const uint8_t hash[HASH_SIZE], bool alias,
    struct catalog_file *out)
{
	(void)ctx;
	if (is_hash(hash, removed))
		return CATALOG_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (is_hash(hash, files[i].hash) ||
		    (alias && is_hash(hash, files[i].alias))) {
			*out = (struct catalog_file){
			    .size = files[i].size, .name = files[i].name};
			return files[i].result;
		}
	return CATALOG_UNKNOWN;
}

static bool
part_hashes(void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	(void)ctx;
	memset(out, 0xAA, n * HASH_SIZE);
	if (is_hash(hash, HASH_F2))
		unhex(out, n * HASH_SIZE, F2_PART_HASHES);
	return !is_hash(hash, HASH_BROKEN);
}

static const struct catalog catalog = {
    .find = find, .part_hashes = part_hashes};
static struct session_config config = {
    .self = {.port = 4662,
	.misc1 = 0x10000104,
	.misc2 = 0x10,
	.name = "upeer",
	.mod = "upeer 1.0"},
    .peer_ipv4 = {203, 0, 113, 7},
    .peer_has_ipv4 = true,
    .hello_ms = 10000,
    .idle_ms = 60000,
    .stall_ms = 30000,
    .direct_max = 10485760,
};

/* The session under test, its clock, and its replies to the last frame. */
static struct session s;
static uint64_t now;
static uint8_t *reply;
static size_t reply_len;

static int
begin(void **state)
{
	(void)state;
	if (!reply)
		reply = malloc(REPLY_MAX);
	removed = NULL;
	config.peer_has_ipv4 = true;
	now = 1000000;
	session_init(&s, &config, &catalog, now);
	return reply &&
		hex_decode(config.self.user_hash,
		    "ca25dac4a60e5e72ca419b24d2eb6f8a", HASH_SIZE)
	    ? 0
	    : -1;
}

static const char *
say_packet(const struct packet *p)
{
	struct writer w = writer_of(reply, REPLY_MAX);
	const char *name = dispatch_packet(&s, now, p, &w);

	assert_false(w.bad);
	reply_len = w.pos;
	return name;
}

static const char *
say(const char *hex)
{
	struct packet p = packet_of(hex);

	return say_packet(&p);
}

/* Say this, and the answer must be that. */
static void
check(const char *hex, const char *expected)
{
	say(hex);
	assert_hex(reply, reply_len, expected);
}

/* An 0xE3 frame of this opcode with a hash behind it. */
static const char *
with_hash(const char *opcode, const char *hash)
{
	static char hex[64];

	snprintf(hex, sizeof hex, "e311000000%s%s", opcode, hash);
	return hex;
}

/* Ask for three ranges in the form with 64-bit offsets. */
static void
ask_of(const char *hash, struct range a, struct range b, struct range c)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct packet p = {OP_EMULEPROT, OP_REQUESTPARTS_I64, bytes, 64};

	hex_decode(put_slice(&w, HASH_SIZE), hash, HASH_SIZE);
	put_u64(&w, a.start);
	put_u64(&w, b.start);
	put_u64(&w, c.start);
	put_u64(&w, a.end);
	put_u64(&w, b.end);
	put_u64(&w, c.end);
	assert_string_equal(say_packet(&p), "REQUESTPARTS_I64");
}

static const struct range unused = {0, 0};

static struct range
range(uint64_t start, uint64_t end)
{
	return (struct range){start, end};
}

static void
ask(uint64_t start, uint64_t end)
{
	ask_of(HASH_G, range(start, end), unused, unused);
}

/* Block i of G, and a request for three; block 0 for an unused place. */
static struct range
block(uint64_t i)
{
	return i == 0 ? unused : range(i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE);
}

static void
ask_blocks(uint64_t a, uint64_t b, uint64_t c)
{
	ask_of(HASH_G, block(a), block(b), block(c));
	assert_int_equal(reply_len, 0);
}

/* The next frame must be this. */
static void
check_frame(uint64_t max, uint64_t start, uint64_t end)
{
	struct session_frame f;

	assert_true(session_next_frame(&s, max, &f));
	assert_int_equal(f.range.start, start);
	assert_int_equal(f.range.end, end);
}

static void
check_no_frame(void)
{
	struct session_frame f;

	assert_false(session_next_frame(&s, BLOCK_SIZE, &f));
}

/* The whole block i must be sent next. */
static void
check_block(uint64_t i)
{
	check_frame(BLOCK_SIZE, block(i).start, block(i).end);
}

static void
greet(void)
{
	check(FRAME_01_AMULE, FRAME_4C);
	assert_int_equal(s.state, SESSION_READY);
}

/* Greet and get a slot. */
static void
start_upload(const char *hash)
{
	greet();
	check(with_hash("54", hash), FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
check_bad_peer(const char *fault)
{
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_BAD_PEER);
	assert_string_equal(s.fault, fault);
	assert_int_equal(reply_len, 0);
	assert_false(session_wants_input(&s));
	check_no_frame();
}

/* Send what is queued in small frames and check that they make up r. */
static void
check_sent(const char *hash, struct range r)
{
	while (r.start < r.end) {
		struct session_frame f;
		uint64_t len = min_u64(r.end - r.start, 10240);

		assert_true(session_next_frame(&s, 10240, &f));
		assert_true(is_hash(f.hash, hash));
		assert_false(f.direct);
		assert_int_equal(f.range.start, r.start);
		assert_int_equal(f.range.end, r.start + len);
		r.start += len;
	}
}

/* Whole conversations. */

static void
amule_gets_a_file_of_one_part(void **state)
{
	(void)state;
	assert_int_equal(s.state, SESSION_HELLO);
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_97, FRAME_98);
	check("e31400000058" HASH_F1 "010000",
	    "e32300000059" HASH_F1 "1000 4120736d616c6c2066696c652e747874");
	check(with_hash("54", HASH_F1), FRAME_55);
	check(FRAME_47, "");
	check_sent(HASH_F1, range(0, 184320));
	check_sent(HASH_F1, range(184320, 300000));
	check_no_frame();
	check(FRAME_56, "");
	assert_int_equal(s.state, SESSION_READY);
	assert_int_equal(s.n_strikes, 0);
	assert_true(is_hash(s.file, HASH_F1));
	assert_string_equal(s.hello.name, "aMule");
}

static void
amule_gets_a_file_of_two_parts(void **state)
{
	(void)state;
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_58_V1, FRAME_59);
	check(FRAME_4F, FRAME_50);
	check(FRAME_51, FRAME_52);
	check(FRAME_54, FRAME_55);
	ask_of(HASH_F2, range(9543680, 9728000), range(9728000, 9912320),
	    range(9912320, 10000000));
	check_sent(HASH_F2, range(9543680, 9728000));
	check_sent(HASH_F2, range(9728000, 9912320));
	check_sent(HASH_F2, range(9912320, 10000000));
	check_no_frame();
	check(FRAME_56, "");
	/* and the next file on the same connection */
	check(with_hash("4f", HASH_F1), "e31300000050" HASH_F1 "0000");
	check(with_hash("51", HASH_F1), FRAME_52_F1);
	check(with_hash("54", HASH_F1), FRAME_55);
	assert_int_equal(s.n_strikes, 0);
}

static void
mldonkey_gets_a_file(void **state)
{
	(void)state;
	check(FRAME_01_MLDONKEY, FRAME_4C);
	check(FRAME_58_V1, FRAME_59);
	check(FRAME_4F, FRAME_50);
	check(FRAME_51, FRAME_52);
	check(FRAME_54, FRAME_55);
	ask_of(HASH_F2, range(0, 184320), range(184320, 368640),
	    range(368640, 552960));
	check_sent(HASH_F2, range(0, 184320));
	check_sent(HASH_F2, range(184320, 368640));
	check_sent(HASH_F2, range(368640, 552960));
	check_no_frame();
	assert_int_equal(s.n_strikes, 0);
}

static void
old_clients_introduce_themselves_twice(void **state)
{
	(void)state;
	greet();
	check(FRAME_01_INFO, FRAME_02);
	check(FRAME_01_OS_INFO, "");
	check(FRAME_02, "");
	check("c501000000 01", "");
	assert_int_equal(s.state, SESSION_READY);
}

static void
every_form_of_the_name_question_is_answered(void **state)
{
	(void)state;
	greet();
	check(FRAME_58_V0, FRAME_59);
	check(FRAME_58_V1, FRAME_59);
	check(FRAME_58_V2, FRAME_59);
	check(FRAME_58_NEW, FRAME_59);
	/* a part map that is cut */
	check("e31300000058" HASH_F2 "ffff", FRAME_59);
}

static void
browsing_is_denied(void **state)
{
	(void)state;
	greet();
	check(FRAME_4A, FRAME_61);
	check(FRAME_5D, FRAME_61);
	check(FRAME_5E, FRAME_61);
	check("e3030000005effff", FRAME_61);
}

static void
a_peer_without_ipv4_is_not_told_its_address(void **state)
{
	(void)state;
	config.peer_has_ipv4 = false;
	greet();
	check(FRAME_97, "");
	assert_int_equal(s.state, SESSION_READY);
}

/* The table of states. */

static const struct {
	uint8_t protocol, opcode;
	const char *name;
} messages[] = {
    {0xE3, 0x01, "HELLO"},
    {0xE3, 0x47, "REQUESTPARTS"},
    {0xE3, 0x49, "END_OF_DOWNLOAD"},
    {0xE3, 0x4A, "ASKSHAREDFILES"},
    {0xE3, 0x4F, "SETREQFILEID"},
    {0xE3, 0x51, "HASHSETREQUEST"},
    {0xE3, 0x54, "STARTUPLOADREQ"},
    {0xE3, 0x56, "CANCELTRANSFER"},
    {0xE3, 0x58, "REQUESTFILENAME"},
    {0xE3, 0x5D, "ASKSHAREDDIRS"},
    {0xE3, 0x5E, "ASKSHAREDFILESDIR"},
    {0xC5, 0x01, "EMULEINFO"},
    {0xC5, 0x92, "MULTIPACKET"},
    {0xC5, 0x97, "PUBLICIP_REQ"},
    {0xC5, 0x9B, "AICHREQUEST"},
    {0xC5, 0x9E, "AICHFILEHASHREQ"},
    {0xC5, 0xA3, "REQUESTPARTS_I64"},
    {0xC5, 0xA4, "MULTIPACKET_EXT"},
    {0xC5, 0xA9, "MULTIPACKET_EXT2"},
    {0xC5, 0xB1, "HASHSETREQUEST2"},
    {0xC5, 0xFE, "PORTTEST"},
};

static const char *
message_name(uint8_t protocol, uint8_t opcode)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		if (messages[i].protocol == protocol &&
		    messages[i].opcode == opcode)
			return messages[i].name;
	return NULL;
}

static size_t n_visited;

static void
visit(uint8_t protocol, uint8_t opcode, const char *name)
{
	const char *expected = message_name(protocol, opcode);

	assert_non_null(expected);
	assert_string_equal(name, expected);
	n_visited++;
}

static void
the_list_of_messages_is_complete(void **state)
{
	(void)state;
	n_visited = 0;
	dispatch_each_message(visit);
	assert_int_equal(n_visited, ARRAY_LEN(messages));
}

/* Call f with every protocol and opcode there is. */
static void
for_each_opcode(void (*f)(struct packet *p))
{
	static const uint8_t protocols[] = {0xE3, 0xC5, 0xD4};
	static const uint8_t payload[40];

	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		for (unsigned opcode = 0; opcode < 256; opcode++) {
			struct packet p = {protocols[i], (uint8_t)opcode,
			    payload, sizeof payload};

			f(&p);
		}
}

static void
check_first_frame(struct packet *p)
{
	bool port_test = p->protocol == 0xC5 && p->opcode == 0xFE;
	bool hello = p->protocol == 0xE3 && p->opcode == 0x01;

	begin(NULL);
	say_packet(p);
	if (port_test) {
		assert_hex(reply, reply_len, FRAME_FE_OURS);
		assert_int_equal(s.state, SESSION_HELLO);
	} else {
		check_bad_peer(hello ? "malformed HELLO" : "no HELLO first");
	}
}

static void
a_first_frame_that_is_no_hello_ends_the_session(void **state)
{
	(void)state;
	for_each_opcode(check_first_frame);
}

static void
port_tests_are_answered_before_and_after_hello(void **state)
{
	(void)state;
	check(FRAME_FE, FRAME_FE_OURS);
	check("c504000000fe010203", FRAME_FE_OURS);
	assert_int_equal(s.state, SESSION_HELLO);
	greet();
	check(FRAME_FE, FRAME_FE_OURS);
	check(FRAME_54, FRAME_55);
	check(FRAME_FE, FRAME_FE_OURS);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
check_unknown_opcode(struct packet *p)
{
	enum session_state before = s.state;

	if (message_name(p->protocol, p->opcode))
		return;
	assert_null(say_packet(p));
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.state, before);
	p->payload_len = 0;
	assert_null(say_packet(p));
	assert_int_equal(s.state, before);
}

static void
what_is_not_for_us_is_ignored_once_greeted(void **state)
{
	static const char *const frames[] = {FRAME_81, FRAME_83, FRAME_87,
	    FRAME_4E, FRAME_90, FRAME_4D, FRAME_5B, FRAME_D4, FRAME_4C,
	    FRAME_59, FRAME_50, FRAME_48, FRAME_52, FRAME_55, FRAME_61,
	    FRAME_98, FRAME_FE_OURS};

	(void)state;
	greet();
	for_each_opcode(check_unknown_opcode);
	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		check(frames[i], "");
	check(FRAME_54, FRAME_55);
	for_each_opcode(check_unknown_opcode);
	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		check(frames[i], "");
	assert_int_equal(s.state, SESSION_UPLOADING);
	assert_int_equal(s.n_strikes, 0);
}

static void
check_direct_opcode(struct packet *p)
{
	if (p->protocol == 0xE3 && p->opcode == 0x47)
		return;
	assert_null(say_packet(p));
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.state, SESSION_DIRECT);
}

static void
a_direct_client_is_answered_nothing_else(void **state)
{
	(void)state;
	check(FRAME_47_DIRECT, "");
	assert_int_equal(s.state, SESSION_DIRECT);
	for_each_opcode(check_direct_opcode);
	check(FRAME_01_AMULE, "");
	check(FRAME_54, "");
	check(FRAME_A3, "");
	check(FRAME_FE, "");
	assert_int_equal(s.state, SESSION_DIRECT);
	assert_int_equal(s.ranges.n_queue, 1);
}

static void
check_after_end(struct packet *p)
{
	assert_null(say_packet(p));
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_SIGNAL);
}

static void
after_the_end_nothing_is_handled(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	session_stop(&s, END_SIGNAL);
	for_each_opcode(check_after_end);
	check(FRAME_01_AMULE, "");
	check_no_frame();
	assert_false(session_wants_input(&s));
}

static void
cut_messages_end_the_session(void **state)
{
	static const char *const frames[] = {FRAME_01_AMULE, FRAME_4F, FRAME_51,
	    FRAME_58_V0, FRAME_47, FRAME_A3};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct packet whole = packet_of(frames[i]);

		for (uint32_t n = 0; n < whole.payload_len; n++) {
			uint8_t *copy = exact_copy(whole.payload, n);
			struct packet p = whole;

			begin(NULL);
			s.state = SESSION_UPLOADING;
			p.payload = copy;
			p.payload_len = n;
			assert_non_null(say_packet(&p));
			free(copy);
			assert_int_equal(s.end, END_BAD_PEER);
			assert_non_null(s.fault);
			assert_int_equal(reply_len, 0);
		}
	}
	begin(NULL);
	greet();
	check("e30200000054ff", "");
	check_bad_peer("payload shorter than a file hash");
}

static void
five_hellos_are_answered_and_the_sixth_ends(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check(FRAME_01_SHORT_TAGS, FRAME_4C);
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_01_MLDONKEY, FRAME_4C);
	/* the slot and what waits are not touched; who the peer is, is */
	assert_int_equal(s.state, SESSION_UPLOADING);
	assert_int_equal(s.ranges.n_queue, 3);
	assert_string_equal(s.hello.name, "mlnet");
	check(FRAME_01_AMULE, "");
	check_bad_peer("too many HELLOs");
}

static void
requests_without_a_slot_are_strikes(void **state)
{
	(void)state;
	greet();
	check(FRAME_47, "");
	check(FRAME_A3, "");
	assert_int_equal(s.n_strikes, 2);
	assert_int_equal(s.ranges.n_queue, 0);
	assert_int_equal(s.state, SESSION_READY);
	/* malformed ones end it all the same */
	check("e30200000047 00", "");
	check_bad_peer("malformed REQUESTPARTS");
}

/* Files. */

static void
an_unknown_file_is_refused_once(void **state)
{
	(void)state;
	greet();
	check(with_hash("58", HASH_NONE), FRAME_48);
	check(with_hash("4f", HASH_NONE), "");
	check(with_hash("51", HASH_NONE), "");
	check(with_hash("54", HASH_NONE), "");
	/* a new question gets a new answer */
	check(with_hash("58", HASH_NONE), FRAME_48);
	check(with_hash("4f", HASH_NONE), "");
	/* so does another file in between */
	check(FRAME_4F, FRAME_50);
	check(with_hash("4f", HASH_NONE), FRAME_48);
	check(with_hash("4f", HASH_BLUE), "e31100000048" HASH_BLUE);
	check(with_hash("54", HASH_NONE), FRAME_48);
	assert_int_equal(s.state, SESSION_READY);
	assert_true(is_hash(s.file, HASH_F2));
}

static void
a_request_for_an_unknown_file_is_refused_once(void **state)
{
	(void)state;
	start_upload(HASH_F1);
	for (int i = 0; i < 3; i++) {
		ask_of(HASH_NONE, range(0, 10), unused, unused);
		assert_hex(reply, reply_len, i == 0 ? FRAME_48 : "");
	}
	assert_int_equal(s.ranges.n_queue, 0);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
a_file_that_cannot_be_told_of_now_is_not_called_gone(void **state)
{
	(void)state;
	greet();
	check(with_hash("58", HASH_SILENT), "");
	check(with_hash("4f", HASH_SILENT), "");
	check(with_hash("51", HASH_SILENT), "");
	check(with_hash("54", HASH_SILENT), "");
	assert_int_equal(s.state, SESSION_READY);
	assert_false(s.has_file);
	check(FRAME_54, FRAME_55);
	ask_of(HASH_SILENT, range(0, 10), unused, unused);
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.ranges.n_queue, 0);
	assert_int_equal(s.n_strikes, 0);
}

static void
files_too_large_for_emule_are_refused_to_it(void **state)
{
	(void)state;
	greet();
	check(with_hash("4f", HASH_HUGE), "e31100000048" HASH_HUGE);
	check(with_hash("58", HASH_LARGEST),
	    "e31400000059" HASH_LARGEST "0100 6c");
}

static void
an_alias_is_no_file_to_emule(void **state)
{
	(void)state;
	greet();
	check(with_hash("58", HASH_BLUE), "e31100000048" HASH_BLUE);
	check(with_hash("58", HASH_RED), "e31600000059" HASH_RED "0300 726564");
}

static void
names_are_utf8_for_those_who_say_so_and_else_latin1(void **state)
{
	(void)state;
	check(FRAME_01_AMULE, FRAME_4C);
	check(with_hash("58", HASH_UTF8),
	    "e31c00000059" HASH_UTF8 "0900 c3bce282ac2e747874");
	check(with_hash("58", HASH_LATIN1),
	    "e31900000059" HASH_LATIN1 "0600 c3bc2e747874");
	check(FRAME_01_MLDONKEY, FRAME_4C);
	check(with_hash("58", HASH_UTF8),
	    "e31900000059" HASH_UTF8 "0600 fc3f2e747874");
	check(with_hash("58", HASH_LATIN1),
	    "e31800000059" HASH_LATIN1 "0500 fc2e747874");
}

static void
long_names_are_cut_between_characters(void **state)
{
	(void)state;
	/* 254 bytes, and then one of two bytes or of one */
	greet();
	say(with_hash("58", HASH_LONG));
	assert_int_equal(reply_len, 6 + 16 + 2 + 254);
	assert_hex(reply + 22, 2, "fe00");
	check(FRAME_01_MLDONKEY, FRAME_4C);
	say(with_hash("58", HASH_LONG));
	assert_int_equal(reply_len, 6 + 16 + 2 + 255);
	assert_int_equal(reply[reply_len - 1], 0xFC);
}

static void
hash_sets_have_the_count_that_clients_expect(void **state)
{
	static const struct {
		const char *hash;
		size_t n;
	} cases[] = {
	    {HASH_F1, 0},
	    {HASH_1_LESS, 0},
	    {HASH_PART, 2},
	    {HASH_1_MORE, 2},
	    {HASH_2_PARTS, 3},
	    {HASH_G, 514},
	    {HASH_LARGEST, 28257},
	};

	(void)state;
	greet();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t n = cases[i].n;

		say(with_hash("51", cases[i].hash));
		assert_int_equal(reply_len, 24 + 16 * n);
		assert_int_equal(reply[22] | reply[23] << 8, n);
		assert_true(is_hash(reply + 6, cases[i].hash));
		assert_int_equal(
		    reply[1] | reply[2] << 8 | reply[3] << 16 | reply[4] << 24,
		    19 + 16 * n);
		for (size_t k = 24; k < reply_len; k++)
			assert_int_equal(reply[k], 0xAA);
	}
}

static void
no_hash_set_is_sent_when_the_hashes_are_not_there(void **state)
{
	(void)state;
	greet();
	check(with_hash("51", HASH_BROKEN), "");
	assert_int_equal(s.state, SESSION_READY);
	check(FRAME_51, FRAME_52);
}

static void
a_bare_upload_request_means_the_file_named_last(void **state)
{
	(void)state;
	greet();
	check(FRAME_54_BARE, "");
	assert_int_equal(s.n_strikes, 1);
	assert_int_equal(s.state, SESSION_READY);
	check(FRAME_58_V0, FRAME_59);
	check(FRAME_54_BARE, FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
	/* 0x4F names one too; an unknown file does not */
	check(with_hash("4f", HASH_F1), "e31300000050" HASH_F1 "0000");
	check(with_hash("4f", HASH_NONE), FRAME_48);
	check(FRAME_54_BARE, FRAME_55);
	assert_true(is_hash(s.file, HASH_F1));
	removed = HASH_F1;
	check(FRAME_54_BARE, "e31100000048" HASH_F1);
}

/* Ranges. */

static void
amules_triple_listing_sends_each_range_once(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	ask_blocks(2, 3, 4);
	ask_blocks(3, 4, 5);
	assert_int_equal(s.ranges.n_queue, 5);
	for (uint64_t i = 1; i <= 5; i++)
		check_block(i);
	check_no_frame();
	assert_int_equal(s.n_strikes, 0);
}

static void
ranges_are_sent_once_also_when_some_are_under_way(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check_block(1);
	check_frame(10240, block(2).start, block(2).start + 10240);
	ask_blocks(2, 3, 4);
	check_frame(BLOCK_SIZE, block(2).start + 10240, block(2).end);
	check_block(3);
	/* 2 and 3 are done and still listed: on their way to the peer */
	ask_blocks(2, 3, 4);
	ask_blocks(3, 4, 5);
	check_block(4);
	ask_blocks(4, 5, 6);
	check_block(5);
	check_block(6);
	ask_blocks(5, 6, 0);
	ask_blocks(6, 0, 0);
	check_no_frame();
}

static void
a_range_asked_for_again_after_a_gap_is_served_again(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
	ask_blocks(4, 5, 6);
	for (uint64_t i = 4; i <= 6; i++)
		check_block(i);
	/* the part with 1 to 3 came out corrupt */
	ask_blocks(1, 2, 3);
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
	check_no_frame();
}

static void
the_same_request_again_after_all_has_arrived_is_served_again(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
	s.sending = true;
	ask_blocks(1, 2, 3);
	check_no_frame();
	s.sending = false;
	ask_blocks(1, 2, 3);
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
}

static void
a_range_listed_without_those_sent_behind_it_is_served_again(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
	s.sending = true;
	/* 3 arrived, so 1 did before it */
	ask_blocks(1, 4, 5);
	check_block(1);
	check_block(4);
	check_block(5);
	check_no_frame();
}

static void
a_new_slot_forgets_what_was_served(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
	s.sending = true; /* the last of it has not arrived yet */
	ask_blocks(1, 2, 3);
	check_no_frame();
	check(with_hash("54", HASH_G), FRAME_55);
	ask_blocks(1, 2, 3);
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
	check(FRAME_56, "");
	check(with_hash("54", HASH_G), FRAME_55);
	ask_blocks(1, 2, 3);
	assert_int_equal(s.ranges.n_queue, 3);
	/* what waits still is not asked for twice by a new slot */
	check(with_hash("54", HASH_G), FRAME_55);
	ask_blocks(1, 2, 3);
	assert_int_equal(s.ranges.n_queue, 3);
}

static void
a_range_twice_in_one_request_is_sent_once(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 1, 1);
	check_block(1);
	check_no_frame();
	assert_int_equal(s.n_strikes, 0);
}

static void
equal_ranges_of_two_files_are_both_sent(void **state)
{
	struct session_frame f;

	(void)state;
	start_upload(HASH_G);
	ask_of(HASH_G, range(0, 1000), unused, unused);
	ask_of(HASH_F1, range(0, 1000), unused, unused);
	assert_true(session_next_frame(&s, 5000, &f));
	assert_true(is_hash(f.hash, HASH_G));
	ask_of(HASH_F1, range(0, 1000), unused, unused);
	assert_true(session_next_frame(&s, 5000, &f));
	assert_true(is_hash(f.hash, HASH_F1));
	check_no_frame();
	/* a request for one file lists nothing of the other */
	ask_of(HASH_G, range(0, 1000), unused, unused);
	check_frame(5000, 0, 1000);
	ask_of(HASH_F1, range(0, 1000), unused, unused);
	check_frame(5000, 0, 1000);
}

static void
ranges_that_overlap_are_different_ranges(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_of(HASH_G, range(0, 1000), range(0, 1001), range(1, 1000));
	check_frame(5000, 0, 1000);
	check_frame(5000, 0, 1001);
	check_frame(5000, 1, 1000);
	check_no_frame();
}

static void
at_most_32_ranges_wait_and_more_are_dropped(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (uint64_t i = 1; i < 1000; i += 3)
		ask_blocks(i, i + 1, i + 2);
	assert_int_equal(s.ranges.n_queue, RANGES_MAX);
	assert_int_equal(s.n_strikes, 0);
	assert_true(session_wants_input(&s));
	check_block(1);
	ask_blocks(500, 501, 502);
	assert_int_equal(s.ranges.n_queue, RANGES_MAX);
	for (uint64_t i = 2; i <= RANGES_MAX; i++)
		check_block(i);
	check_block(500);
	check_no_frame();
	/* all 33 are remembered as long as they are listed */
	assert_true(s.ranges.n_done <= DONE_MAX);
	ask_blocks(500, 32, 31);
	check_no_frame();
}

static void
finished_ranges_are_forgotten_oldest_first(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (uint64_t i = 1; i <= 30; i += 3)
		ask_blocks(i, i + 1, i + 2);
	for (uint64_t i = 1; i <= 30; i++)
		check_block(i);
	assert_int_equal(s.ranges.n_done, 30);
	ask_blocks(30, 31, 32);
	assert_int_equal(s.ranges.n_done, 1);
	for (uint64_t i = 100; i < 130; i += 3)
		ask_of(HASH_G, block(i), block(i + 1), block(i + 2));
	assert_int_equal(s.ranges.n_queue, 32);
	while (s.ranges.n_queue > 0)
		check_frame(BLOCK_SIZE, s.ranges.queue[0].next,
		    s.ranges.queue[0].range.end);
	assert_true(s.ranges.n_done <= DONE_MAX);
}

static void
wrong_ranges_are_strikes_and_right_ones_beside_them_served(void **state)
{
	static const struct range wrong[] = {
	    {5, 5},
	    {5, 4},
	    {1, 0},
	    {UINT64_C(4999999999), UINT64_C(5000000001)},
	    {UINT64_C(5000000000), UINT64_C(5000000001)},
	    {0, RANGE_MAX + 1},
	    {0, UINT64_MAX},
	    {UINT64_MAX, 1},
	    {UINT64_MAX - 1, UINT64_MAX},
	    {UINT64_MAX, UINT64_MAX},
	    {INT64_MAX, UINT64_C(1) << 63},
	    {UINT64_MAX - RANGE_MAX, 0},
	};

	(void)state;
	start_upload(HASH_G);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		ask_of(HASH_G, wrong[i], block(1 + i), unused);
		assert_int_equal(s.n_strikes, i + 1);
		assert_int_equal(s.ranges.n_queue, i + 1);
	}
	ask_of(HASH_G, range(UINT64_C(4999999999), UINT64_C(5000000000)),
	    range(0, RANGE_MAX), range(1, 2));
	assert_int_equal(s.n_strikes, ARRAY_LEN(wrong));
	assert_int_equal(s.ranges.n_queue, ARRAY_LEN(wrong) + 3);
}

static void
the_101st_strike_ends(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (int i = 0; i < 33; i++)
		ask_of(HASH_G, range(2, 1), range(3, 3), range(0, UINT64_MAX));
	ask(2, 1);
	assert_int_equal(s.n_strikes, 100);
	assert_int_equal(s.state, SESSION_UPLOADING);
	ask(10, 20);
	check_frame(100, 10, 20);
	ask(2, 1);
	check_bad_peer("too many senseless requests");
}

static void
frames_are_cut_by_size_and_end_with_their_range(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_of(HASH_G, range(7, 184327), range(200000, 200001),
	    range(300000, 310240));
	check_frame(100000, 7, 100007);
	check_frame(50000, 100007, 150007);
	check_frame(34320, 150007, 184327);
	check_frame(BLOCK_SIZE, 200000, 200001);
	check_frame(10240, 300000, 310240);
	check_no_frame();
	ask(1, 1 + RANGE_MAX);
	check_frame(UINT64_MAX, 1, 1 + RANGE_MAX);
	check_no_frame();
	/* byte by byte */
	ask(40, 43);
	check_frame(1, 40, 41);
	check_frame(1, 41, 42);
	check_frame(1, 42, 43);
	check_no_frame();
}

static void
check_header(uint64_t max, const char *hex)
{
	uint8_t header[DATA_HEADER_MAX];
	struct session_frame f;
	size_t n;

	assert_true(session_next_frame(&s, max, &f));
	n = msg_data_header(header, f.hash, f.range);
	assert_hex(header, n, hex);
}

static void
offsets_are_wide_from_4_gib_on(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask(0xFFFFFFFF - 10240, 0xFFFFFFFF);
	check_header(10240, "e31928000046" HASH_G "ffd7ffff ffffffff");
	ask(GIB4 - 10240, GIB4);
	check_header(
	    10240, "c521280000a2" HASH_G "00d8ffff00000000 0000000001000000");
	/* a range that crosses changes its form on the way */
	ask(GIB4 - 10241, GIB4 + 1);
	check_header(10240, "e31928000046" HASH_G "ffd7ffff ffffffff");
	check_header(
	    10240, "c523000000a2" HASH_G "ffffffff00000000 0100000001000000");
	check_no_frame();
	check(FRAME_A3, "");
	check_header(10240, "e31928000046" HASH_G "0000ffff 0028ffff");
}

static void
narrow_requests_reach_up_to_4_gib(void **state)
{
	(void)state;
	start_upload(HASH_G);
	check("e32900000047" HASH_G
	      "ffd7ffff 00000000 00000000 ffffffff 00000000 00000000",
	    "");
	check_frame(BLOCK_SIZE, 0xFFFFFFFF - 10240, 0xFFFFFFFF);
	check_no_frame();
}

static void
cancel_drops_what_waits_and_the_slot(void **state)
{
	static const char *const frames[] = {
	    FRAME_56, FRAME_49, "e30100000049"};

	(void)state;
	greet();
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		check(with_hash("54", HASH_G), FRAME_55);
		ask_blocks(1, 2, 3);
		check_block(1);
		check_frame(10240, block(2).start, block(2).start + 10240);
		check(frames[i], "");
		assert_int_equal(s.state, SESSION_READY);
		check_no_frame();
		check(frames[i], "");
		assert_int_equal(s.state, SESSION_READY);
		check(with_hash("54", HASH_G), FRAME_55);
		/* from its beginning */
		ask_blocks(2, 0, 0);
		check_block(2);
		check(frames[i], "");
	}
	assert_int_equal(s.n_strikes, 0);
}

static void
a_file_that_went_takes_its_ranges_along(void **state)
{
	struct writer w;
	uint8_t hash[HASH_SIZE];

	(void)state;
	start_upload(HASH_F1);
	ask_of(HASH_F1, range(0, 10), range(20, 30), unused);
	ask_of(HASH_G, range(0, 10), unused, unused);
	ask_of(HASH_F1, range(40, 50), unused, unused);
	assert_int_equal(s.ranges.n_queue, 4);
	removed = HASH_F1;
	assert_true(hex_decode(hash, HASH_F1, HASH_SIZE));
	w = writer_of(reply, REPLY_MAX);
	session_file_gone(&s, hash, &w);
	assert_hex(reply, w.pos, "e31100000048" HASH_F1);
	assert_int_equal(s.ranges.n_queue, 1);
	check_frame(BLOCK_SIZE, 0, 10);
	/* the peer knows */
	ask_of(HASH_F1, range(0, 10), unused, unused);
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
a_file_that_went_and_came_back_is_served_again(void **state)
{
	struct writer w = writer_of(reply, REPLY_MAX);
	uint8_t hash[HASH_SIZE];

	(void)state;
	start_upload(HASH_F1);
	assert_true(hex_decode(hash, HASH_F1, HASH_SIZE));
	ask_of(HASH_F1, range(0, 10), unused, unused);
	check_frame(BLOCK_SIZE, 0, 10);
	/* the frame was cut, but could not be sent */
	session_file_gone(&s, hash, &w);
	ask_of(HASH_F1, range(0, 10), unused, unused);
	check_frame(BLOCK_SIZE, 0, 10);
}

/* The direct dialect. */

static const char *
direct(const char *hash, uint64_t start, uint64_t end)
{
	uint8_t bytes[DIRECT_REQUEST_SIZE];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct packet p = {
	    OP_EDONKEYPROT, OP_REQUESTPARTS, bytes, sizeof bytes};

	hex_decode(put_slice(&w, HASH_SIZE), hash, HASH_SIZE);
	put_u64(&w, start);
	put_u64(&w, end);
	assert_false(w.bad);
	return say_packet(&p);
}

static void
a_direct_client_gets_each_range_in_one_frame(void **state)
{
	uint8_t header[DATA_HEADER_MAX];
	struct session_frame f;
	size_t n;

	(void)state;
	check("e32100000047" HASH_F2 "0000000000000000 0000040000000000", "");
	assert_int_equal(s.state, SESSION_DIRECT);
	assert_true(is_hash(s.file, HASH_F2));
	assert_true(session_next_frame(&s, 10240, &f));
	assert_true(f.direct);
	n = msg_direct_data_header(header, f.hash, f.range);
	assert_hex(header, n,
	    "e32100040046" HASH_F2 "0000000000000000 0000040000000000");
	check_no_frame();
	/* the same again is a new request, and two are two */
	direct(HASH_F2, 0, 262144);
	direct(HASH_F2, 0, 262144);
	check_frame(1, 0, 262144);
	check_frame(1, 0, 262144);
	check_no_frame();
	/* more of them than a session remembers */
	for (uint64_t i = 0; i < 100; i++) {
		direct(HASH_F2, i, i + 10);
		check_frame(1, i, i + 10);
	}
}

static void
direct_requests_that_are_senseless_get_no_answer(void **state)
{
	static const struct {
		const char *hash;
		uint64_t start, end;
	} cases[] = {
	    {HASH_NONE, 0, 10},
	    {HASH_SILENT, 0, 10},
	    {HASH_F2, 10, 10},
	    {HASH_F2, 10, 9},
	    {HASH_F2, 0, 0},
	    {HASH_F2, UINT64_MAX, 0},
	    {HASH_F2, UINT64_MAX, 1},
	    {HASH_G, 0, 10485761},
	    {HASH_G, 0, UINT64_MAX},
	    {HASH_F2, 1, UINT64_MAX},
	    {HASH_NONE, UINT64_MAX - 1, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* as the first frame, and later */
		begin(NULL);
		for (int k = 0; k < 2; k++) {
			direct(cases[i].hash, cases[i].start, cases[i].end);
			assert_int_equal(s.state, SESSION_DIRECT);
			assert_int_equal(reply_len, 0);
			check_no_frame();
		}
		direct(HASH_F2, 0, 10);
		check_frame(10, 0, 10);
	}
}

static void
direct_requests_reach_up_to_their_bound(void **state)
{
	(void)state;
	direct(HASH_G, 1, 10485761);
	check_frame(1, 1, 10485761);
	direct(HASH_G, UINT64_C(4990000000), UINT64_C(5000000000));
	check_frame(1, UINT64_C(4990000000), UINT64_C(5000000000));
}

static void
a_direct_request_past_the_end_ends_the_session(void **state)
{
	(void)state;
	direct(HASH_F1, 299999, 300000);
	check_frame(1, 299999, 300000);
	direct(HASH_F1, 299999, 300001);
	check_bad_peer("direct request past the end of the file");
	begin(NULL);
	direct(HASH_F1, UINT64_MAX - 1, UINT64_MAX);
	check_bad_peer("direct request past the end of the file");
}

static void
a_direct_client_finds_files_by_alias_and_of_any_size(void **state)
{
	struct session_frame f;

	(void)state;
	direct(HASH_BLUE, 0, 100);
	assert_true(session_next_frame(&s, 1, &f));
	/* the answer carries the hash that was asked for */
	assert_true(is_hash(f.hash, HASH_BLUE));
	direct(HASH_RED, 0, 100);
	check_frame(1, 0, 100);
	direct(HASH_HUGE, EMULE_FILE_MAX, EMULE_FILE_MAX + 1);
	check_frame(1, EMULE_FILE_MAX, EMULE_FILE_MAX + 1);
}

static void
first_requests_of_other_lengths_are_not_direct(void **state)
{
	static const uint8_t zeros[80];

	(void)state;
	for (uint32_t n = 0; n <= sizeof zeros; n++) {
		struct packet p = {OP_EDONKEYPROT, OP_REQUESTPARTS, zeros, n};

		begin(NULL);
		say_packet(&p);
		if (n == 32)
			assert_int_equal(s.state, SESSION_DIRECT);
		else
			check_bad_peer("no HELLO first");
	}
	begin(NULL);
	check(FRAME_A3, "");
	check_bad_peer("no HELLO first");
}

static void
a_short_direct_request_ends_the_session(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 32; n++) {
		static const uint8_t zeros[32];
		struct packet p = {OP_EDONKEYPROT, OP_REQUESTPARTS, zeros, n};

		begin(NULL);
		direct(HASH_F1, 0, 10);
		say_packet(&p);
		check_bad_peer("malformed direct request");
	}
}

static void
after_hello_a_direct_request_is_malformed(void **state)
{
	(void)state;
	greet();
	check(FRAME_47_DIRECT, "");
	check_bad_peer("malformed REQUESTPARTS");
}

static void
a_direct_client_with_a_full_queue_waits_outside(void **state)
{
	(void)state;
	assert_true(session_wants_input(&s));
	for (uint64_t i = 0; i < RANGES_MAX; i++) {
		assert_true(session_wants_input(&s));
		direct(HASH_G, i, i + 10);
	}
	assert_int_equal(s.ranges.n_queue, RANGES_MAX);
	assert_false(session_wants_input(&s));
	check_frame(1, 0, 10);
	assert_true(session_wants_input(&s));
	direct(HASH_G, 100, 110);
	assert_false(session_wants_input(&s));
	for (uint64_t i = 1; i < RANGES_MAX; i++)
		check_frame(1, i, i + 10);
	check_frame(1, 100, 110);
	check_no_frame();
}

static void
a_file_that_went_is_no_answer_to_a_direct_client(void **state)
{
	struct writer w = writer_of(reply, REPLY_MAX);
	uint8_t hash[HASH_SIZE];

	(void)state;
	assert_true(hex_decode(hash, HASH_F1, HASH_SIZE));
	direct(HASH_F1, 0, 10);
	direct(HASH_G, 0, 10);
	direct(HASH_F1, 0, 10);
	session_file_gone(&s, hash, &w);
	assert_int_equal(w.pos, 0);
	assert_int_equal(s.ranges.n_queue, 1);
	assert_int_equal(s.state, SESSION_DIRECT);
}

/* Deadlines. */

static uint64_t
pulse(uint64_t at, uint64_t taken, bool sending, bool partial)
{
	struct socket_state p = {at, taken, sending, partial};

	return deadline_check(&s, &p);
}

static void
check_end(enum session_end end)
{
	assert_int_equal(s.state, end == END_NONE ? s.state : SESSION_ENDED);
	assert_int_equal(s.end, end);
}

static void
hello_has_to_come_in_time(void **state)
{
	(void)state;
	assert_int_equal(pulse(now, 0, false, false), 10000);
	assert_int_equal(pulse(now + 4000, 0, false, true), 6000);
	/* nothing else prolongs it */
	check(FRAME_FE, FRAME_FE_OURS);
	assert_int_equal(pulse(now + 9999, 7, true, true), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 10000, 14, false, true), 0);
	check_end(END_NO_HELLO);
}

static void
after_hello_its_deadline_is_over(void **state)
{
	(void)state;
	now += 9000;
	greet();
	assert_int_equal(pulse(now, 0, false, false), 60000);
	pulse(now + 59999, 0, false, false);
	check_end(END_NONE);
}

static void
a_direct_request_is_as_good_as_a_hello(void **state)
{
	(void)state;
	now += 9000;
	direct(HASH_NONE, 0, 10);
	assert_int_equal(pulse(now, 0, false, false), 60000);
	assert_int_equal(pulse(now + 60000, 0, false, false), 0);
	check_end(END_IDLE);
}

static void
a_peer_that_says_nothing_is_idle(void **state)
{
	(void)state;
	greet();
	assert_int_equal(pulse(now + 59999, 0, false, false), 1);
	check_end(END_NONE);
	/* any whole frame will do */
	now += 59999;
	check(FRAME_5B, "");
	assert_int_equal(pulse(now + 59999, 0, false, false), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 60000, 0, false, false), 0);
	check_end(END_IDLE);
}

static void
a_frame_in_drops_is_half_a_frame_in_the_end(void **state)
{
	(void)state;
	greet();
	/* begun in the last moment: that is no silence, and no way to stay */
	assert_int_equal(pulse(now + 59999, 0, false, true), 60000);
	assert_int_equal(pulse(now + 119998, 0, false, true), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 119999, 0, false, true), 0);
	check_end(END_HALF_FRAME);
}

static void
half_a_frame_does_not_wait_for_ever_while_data_flows(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (uint64_t t = 1000; t < 61000; t += 1000)
		assert_int_equal(
		    pulse(now + t, t, true, true), min_u64(30000, 61000 - t));
	check_end(END_NONE);
	assert_int_equal(pulse(now + 61000, 61000, true, true), 0);
	check_end(END_HALF_FRAME);
}

static void
a_frame_that_became_whole_is_no_half_frame(void **state)
{
	(void)state;
	start_upload(HASH_G);
	pulse(now, 0, true, true);
	pulse(now + 50000, 1, true, false);
	pulse(now + 55000, 2, true, true);
	pulse(now + 80000, 3, true, true);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 114999, 4, true, true), 1);
	check_end(END_NONE);
	pulse(now + 115000, 5, true, true);
	check_end(END_HALF_FRAME);
}

static void
parts_of_many_frames_are_no_half_frame(void **state)
{
	(void)state;
	start_upload(HASH_G);
	/* each look finds a part of the frame after the one that came whole */
	for (uint64_t t = 0; t < 300000; t += 1000, now += 1000) {
		check(FRAME_5B, "");
		pulse(now, t, true, true);
		check_end(END_NONE);
	}
}

static void
a_peer_that_takes_nothing_is_stalled(void **state)
{
	(void)state;
	start_upload(HASH_G);
	assert_int_equal(pulse(now + 1000, 0, true, false), 30000);
	assert_int_equal(pulse(now + 30999, 0, true, false), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 31000, 0, true, false), 0);
	check_end(END_STALLED);
}

static void
each_byte_taken_puts_the_stall_off(void **state)
{
	(void)state;
	start_upload(HASH_G);
	/* for hours, and without a word from the peer */
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(pulse(now + i * 29999, i, true, false), 30000);
	check_end(END_NONE);
	/* more requests do not */
	now += 999 * 29999 + 29999;
	ask_blocks(1, 2, 3);
	pulse(now + 1, 999, true, false);
	check_end(END_STALLED);
}

static void
sending_begins_and_ends_with_a_fresh_clock(void **state)
{
	(void)state;
	start_upload(HASH_G);
	pulse(now + 59000, 0, false, false);
	/* there was nothing to take for a minute */
	assert_int_equal(pulse(now + 59500, 0, true, false), 30000);
	assert_int_equal(pulse(now + 80000, 1, true, false), 30000);
	/* and nothing to ask for while data came */
	assert_int_equal(pulse(now + 100000, 1, false, false), 60000);
	assert_int_equal(pulse(now + 159999, 1, false, false), 1);
	check_end(END_NONE);
	pulse(now + 160000, 1, false, false);
	check_end(END_IDLE);
}

static void
the_first_reason_to_end_stays(void **state)
{
	(void)state;
	greet();
	session_stop(&s, END_GONE);
	session_stop(&s, END_SIGNAL);
	check_end(END_GONE);
	pulse(now + 1000000, 0, false, true);
	check_end(END_GONE);
	check("e30100000058", "");
	check_end(END_GONE);
	assert_null(s.fault);
}

static void
every_end_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = END_NONE; i <= END_SIGNAL; i++)
		for (int k = END_NONE; k <= i; k++) {
			const char *a = session_end_name((enum session_end)i);
			const char *b = session_end_name((enum session_end)k);

			assert_non_null(a);
			assert_int_equal(strcmp(a, b) == 0, i == k);
		}
}

/* Anything at all. */

static uint64_t seed;

static uint32_t
roll(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % n;
}

static const char *const pool[] = {FRAME_01_AMULE, FRAME_01_SHORT_TAGS,
    FRAME_01_MLDONKEY, FRAME_58_V0, FRAME_58_V2, FRAME_4F, FRAME_51, FRAME_54,
    FRAME_54, FRAME_54_BARE, FRAME_56, FRAME_49, FRAME_4A, FRAME_5D, FRAME_5E,
    FRAME_97, FRAME_FE, FRAME_47, FRAME_47, FRAME_A3, FRAME_A3, FRAME_47_DIRECT,
    FRAME_01_INFO, FRAME_92, FRAME_87, FRAME_4E, FRAME_D4};

/* Places in it. */
enum {
	HELLO_AMULE = 0,
	REQUEST_I64 = 19,
	REQUEST_DIRECT = 21,
};

/* Golden frames and their lengths, decoded once. */
static uint8_t pool_bytes[ARRAY_LEN(pool)][128];
static size_t pool_len[ARRAY_LEN(pool)];

/* One frame, more or less: golden, mutated or noise. Returns its length. */
static size_t
roll_frame(uint8_t out[128])
{
	uint32_t i = roll(ARRAY_LEN(pool));
	size_t n = pool_len[i];

	memcpy(out, pool_bytes[i], n);
	switch (roll(8)) {
	case 0: /* bytes */
		for (uint32_t k = 1 + roll(4); k > 0; k--)
			out[roll((uint32_t)n)] = (uint8_t)roll(256);
		break;
	case 1: /* edge values */
		memset(out + roll((uint32_t)n), roll(2) ? 0xFF : 0,
		    1 + roll((uint32_t)(127 - n) % 8 + 1) - 1);
		break;
	case 2: /* another length, told or not */
		n = 6 + roll(90);
		if (roll(4))
			out[1] = (uint8_t)(n - 5);
		break;
	case 3: /* noise behind a header that holds */
		for (size_t k = 5; k < n; k++)
			out[k] = (uint8_t)roll(256);
		break;
	case 4: /* a request for some blocks, or nearly so */
		n = 70;
		memcpy(out, pool_bytes[REQUEST_I64], n);
		for (size_t k = 0; k < 3; k++) {
			uint64_t at = BLOCK_SIZE * roll(200);
			struct writer w = writer_of(out + 22 + 8 * k, 48);

			put_u64(&w, at);
			put_slice(&w, 16);
			put_u64(&w, at + (roll(20) ? BLOCK_SIZE : roll(3)));
		}
		break;
	default:
		break;
	}
	return n;
}

static void
check_invariants(const struct writer *w)
{
	assert_false(w->bad);
	assert_true(w->pos <= REPLY_MAX);
	assert_true(w->pos == 0 || w->pos >= 6);
	assert_true(s.ranges.n_queue <= RANGES_MAX);
	assert_true(s.ranges.n_done <= DONE_MAX);
	assert_true(s.n_hellos <= HELLOS_MAX + 1);
	assert_true((s.state == SESSION_ENDED) == (s.end != END_NONE));
	assert_true((s.fault != NULL) == (s.end == END_BAD_PEER));
	assert_true(s.n_strikes <= STRIKES_MAX || s.state == SESSION_ENDED);
	for (size_t i = 0; i < s.ranges.n_queue; i++) {
		const struct asked_range *q = &s.ranges.queue[i];

		assert_true(q->range.start <= q->next);
		assert_true(q->next < q->range.end);
		assert_true(i == 0 || q->next == q->range.start);
	}
}

static void
check_some_frames(void)
{
	struct session_frame f;

	for (uint32_t n = roll(6); n > 0; n--) {
		uint64_t max = roll(2) ? BLOCK_SIZE : 10240;
		struct catalog_file file;

		if (!session_next_frame(&s, max, &f))
			return;
		assert_true(f.range.start < f.range.end);
		assert_int_equal(f.direct, s.state == SESSION_DIRECT);
		assert_true(f.range.end - f.range.start <=
		    (f.direct ? config.direct_max : max));
		assert_int_equal(
		    find(NULL, f.hash, f.direct, &file), CATALOG_FOUND);
		assert_true(f.range.end <= file.size);
	}
}

static void
nothing_a_peer_says_breaks_the_session(void **state)
{
	unsigned states_seen = 0, ends_seen = 0;
	size_t most_queued = 0;

	(void)state;
	seed = 42;
	for (size_t i = 0; i < ARRAY_LEN(pool); i++)
		pool_len[i] = unhex(pool_bytes[i], 128, pool[i]);
	begin(NULL);
	for (int i = 0; i < 200000; i++) {
		uint8_t bytes[128];
		size_t n = roll_frame(bytes);
		struct reader r = reader_of(bytes, n);
		struct writer w = writer_of(reply, REPLY_MAX);
		enum packet_result res;
		struct packet p;

		/* most sessions have to get somewhere */
		if (s.state == SESSION_HELLO && roll(8)) {
			size_t k = roll(8) ? HELLO_AMULE : REQUEST_DIRECT;

			r = reader_of(pool_bytes[k], pool_len[k]);
		}
		res = packet_next(&r, &p);
		if (!session_wants_input(&s))
			while (session_next_frame(
			    &s, BLOCK_SIZE, &(struct session_frame){0}))
				continue;
		if (res == PACKET_OK && session_wants_input(&s))
			dispatch_packet(&s, now, &p, &w);
		check_invariants(&w);
		if (roll(30) == 0)
			check_some_frames();
		now += roll(200) ? roll(1000) : roll(100000);
		pulse(now, roll(3), roll(2), roll(2));
		if (roll(200) == 0 && s.ranges.n_queue > 0) {
			uint8_t hash[HASH_SIZE];

			memcpy(hash, s.ranges.queue[0].hash, HASH_SIZE);
			w = writer_of(reply, REPLY_MAX);
			session_file_gone(&s, hash, &w);
		}
		check_invariants(&w);
		states_seen |= 1u << s.state;
		ends_seen |= 1u << s.end;
		most_queued = s.ranges.n_queue > most_queued ? s.ranges.n_queue
							     : most_queued;
		if (s.state == SESSION_ENDED ||
		    roll(s.state == SESSION_DIRECT ? 50 : 2000) == 0)
			session_init(&s, &config, &catalog, now);
	}
	/* or this would have proved little */
	/* all but WAITING: a slot is always free here */
	assert_int_equal(states_seen, 0x3F & ~(1u << SESSION_WAITING));
	assert_int_equal(most_queued, RANGES_MAX);
	assert_true(ends_seen & 1u << END_BAD_PEER);
	assert_true(ends_seen & 1u << END_NO_HELLO);
	assert_true(ends_seen & 1u << END_IDLE);
}

static int
end(void **state)
{
	(void)state;
	free(reply);
	reply = NULL;
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(amule_gets_a_file_of_one_part),
	    TEST(amule_gets_a_file_of_two_parts),
	    TEST(mldonkey_gets_a_file),
	    TEST(old_clients_introduce_themselves_twice),
	    TEST(every_form_of_the_name_question_is_answered),
	    TEST(browsing_is_denied),
	    TEST(a_peer_without_ipv4_is_not_told_its_address),
	    TEST(the_list_of_messages_is_complete),
	    TEST(a_first_frame_that_is_no_hello_ends_the_session),
	    TEST(port_tests_are_answered_before_and_after_hello),
	    TEST(what_is_not_for_us_is_ignored_once_greeted),
	    TEST(a_direct_client_is_answered_nothing_else),
	    TEST(after_the_end_nothing_is_handled),
	    TEST(cut_messages_end_the_session),
	    TEST(five_hellos_are_answered_and_the_sixth_ends),
	    TEST(requests_without_a_slot_are_strikes),
	    TEST(an_unknown_file_is_refused_once),
	    TEST(a_request_for_an_unknown_file_is_refused_once),
	    TEST(a_file_that_cannot_be_told_of_now_is_not_called_gone),
	    TEST(files_too_large_for_emule_are_refused_to_it),
	    TEST(an_alias_is_no_file_to_emule),
	    TEST(names_are_utf8_for_those_who_say_so_and_else_latin1),
	    TEST(long_names_are_cut_between_characters),
	    TEST(hash_sets_have_the_count_that_clients_expect),
	    TEST(no_hash_set_is_sent_when_the_hashes_are_not_there),
	    TEST(a_bare_upload_request_means_the_file_named_last),
	    TEST(amules_triple_listing_sends_each_range_once),
	    TEST(ranges_are_sent_once_also_when_some_are_under_way),
	    TEST(a_range_asked_for_again_after_a_gap_is_served_again),
	    TEST(the_same_request_again_after_all_has_arrived_is_served_again),
	    TEST(a_range_listed_without_those_sent_behind_it_is_served_again),
	    TEST(a_new_slot_forgets_what_was_served),
	    TEST(a_range_twice_in_one_request_is_sent_once),
	    TEST(equal_ranges_of_two_files_are_both_sent),
	    TEST(ranges_that_overlap_are_different_ranges),
	    TEST(at_most_32_ranges_wait_and_more_are_dropped),
	    TEST(finished_ranges_are_forgotten_oldest_first),
	    TEST(wrong_ranges_are_strikes_and_right_ones_beside_them_served),
	    TEST(the_101st_strike_ends),
	    TEST(frames_are_cut_by_size_and_end_with_their_range),
	    TEST(offsets_are_wide_from_4_gib_on),
	    TEST(narrow_requests_reach_up_to_4_gib),
	    TEST(cancel_drops_what_waits_and_the_slot),
	    TEST(a_file_that_went_takes_its_ranges_along),
	    TEST(a_file_that_went_and_came_back_is_served_again),
	    TEST(a_direct_client_gets_each_range_in_one_frame),
	    TEST(direct_requests_that_are_senseless_get_no_answer),
	    TEST(direct_requests_reach_up_to_their_bound),
	    TEST(a_direct_request_past_the_end_ends_the_session),
	    TEST(a_direct_client_finds_files_by_alias_and_of_any_size),
	    TEST(first_requests_of_other_lengths_are_not_direct),
	    TEST(a_short_direct_request_ends_the_session),
	    TEST(after_hello_a_direct_request_is_malformed),
	    TEST(a_direct_client_with_a_full_queue_waits_outside),
	    TEST(a_file_that_went_is_no_answer_to_a_direct_client),
	    TEST(hello_has_to_come_in_time),
	    TEST(after_hello_its_deadline_is_over),
	    TEST(a_direct_request_is_as_good_as_a_hello),
	    TEST(a_peer_that_says_nothing_is_idle),
	    TEST(a_frame_in_drops_is_half_a_frame_in_the_end),
	    TEST(half_a_frame_does_not_wait_for_ever_while_data_flows),
	    TEST(a_frame_that_became_whole_is_no_half_frame),
	    TEST(parts_of_many_frames_are_no_half_frame),
	    TEST(a_peer_that_takes_nothing_is_stalled),
	    TEST(each_byte_taken_puts_the_stall_off),
	    TEST(sending_begins_and_ends_with_a_fresh_clock),
	    TEST(the_first_reason_to_end_stays),
	    TEST(every_end_has_a_name_of_its_own),
	    TEST(nothing_a_peer_says_breaks_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
