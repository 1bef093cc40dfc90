/* serve/talk/dispatch.h. SPDX-License-Identifier: ISC */
#include "session_rig.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_list_of_messages_is_complete),
	    TEST(a_first_frame_that_is_no_hello_ends_the_session),
	    TEST(port_tests_are_answered_before_and_after_hello),
	    TEST(what_is_not_for_us_is_ignored_once_greeted),
	    TEST(a_direct_client_is_answered_nothing_else),
	    TEST(after_the_end_nothing_is_handled),
	    TEST(cut_messages_end_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
