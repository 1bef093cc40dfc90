/*
 * The file of ed2k-map-ports: as it is written, and as nobody should believe it.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"
#include "temp.h"

#include "base/outside.h"

#define NOW 1795370000

/* What ed2k-map-ports(8) shows. */
#define MAPPED                                                                 \
	"method=nat-pmp\naddress=203.0.113.7\ninside=192.168.77.2\n"           \
	"port.4662=4662\n"

static enum outside_state
state_of(const char *text, struct outside *out)
{
	char *copy = exact_copy(text, strlen(text));

	outside_parse(out, copy, strlen(text), NOW);
	free(copy);
	return out->state;
}

static void
a_mapping_holds_until_it_expires(void **state)
{
	struct outside out;
	char text[ADDRESS_TEXT];

	(void)state;
	assert_int_equal(
	    state_of(MAPPED "port.4661=5000\nexpires=1795370001\n", &out),
	    OUTSIDE_HOLDS);
	assert_string_equal(address_format(text, out.address), "203.0.113.7");
	assert_string_equal(out.method, "nat-pmp");
	assert_int_equal(out.expires, NOW + 1);
	assert_int_equal(outside_port_of(&out, 4662), 4662);
	assert_int_equal(outside_port_of(&out, 4661), 5000);
	assert_int_equal(outside_port_of(&out, 5000), 0);
	assert_int_equal(
	    state_of(MAPPED "expires=1795370000\n", &out), OUTSIDE_ENDED);
}

static void
lines_come_in_any_order_and_new_names_are_skipped(void **state)
{
	struct outside out;

	(void)state;
	assert_int_equal(
	    state_of("new=thing=other\nexpires=1795370009\nempty=\n"
		     "port.1=65535\naddress=1.2.3.4\n",
		&out),
	    OUTSIDE_HOLDS);
	assert_int_equal(outside_port_of(&out, 1), 65535);
}

static void
a_refusal_says_why_and_which_address_is_of_no_use(void **state)
{
	struct outside out;
	char text[ADDRESS_TEXT];

	(void)state;
	assert_int_equal(
	    state_of("error=NAT-PMP: the router's own address, 100.64.1.2, is "
		     "not public; UPnP: no answer\nmethod=upnp\n"
		     "port.4662=4662\n",
		&out),
	    OUTSIDE_REFUSED);
	assert_string_equal(address_format(text, out.refused), "100.64.1.2");
	assert_false(address_is_known(out.address));
	assert_int_equal(
	    state_of("error=NAT-PMP: no answer\n", &out), OUTSIDE_REFUSED);
	assert_string_equal(out.error, "NAT-PMP: no answer");
	assert_false(address_is_known(out.refused));
	assert_int_equal(state_of("error=own address, 1.2.3.400, is\n", &out),
	    OUTSIDE_REFUSED);
	assert_false(address_is_known(out.refused));
}

static void
anything_else_is_strange(void **state)
{
	static const char *const texts[] = {
	    "",
	    "\n",
	    "address\n",
	    MAPPED,                                    /* no end */
	    MAPPED "expires=1795370009",               /* cut */
	    MAPPED "expires=1795370009\nport.4661=46", /* cut */
	    MAPPED "expires=0\n",
	    MAPPED "expires=-1\n",
	    MAPPED "expires= 1795370009\n",
	    MAPPED "expires=1795370009 \n",
	    MAPPED "expires=99999999999999999999\n",
	    MAPPED "expires=1795370009\nexpires=1795370010\n",
	    MAPPED "expires=1795370009\naddress=1.2.3.4\n",
	    MAPPED "expires=1795370009\nport.4662=4663\n",
	    MAPPED "expires=1795370009\nerror=both\n",
	    "address=1.2.3.4\nerror=both\n",
	    "expires=1795370009\nerror=both\n",
	    "error=one\nerror=two\n",
	    "error=\n",
	    "address=1.2.3.4\nexpires=1795370009\n", /* no port */
	    "port.4662=4662\nexpires=1795370009\n",  /* no address */
	    "address=::1\nport.4662=4662\nexpires=1795370009\n",
	    "address=1.2.3\nport.4662=4662\nexpires=1795370009\n",
	    "address=1.2.3.4;x\nport.4662=4662\nexpires=1795370009\n",
	    "address=1.2.3.4\nport.0=4662\nexpires=1795370009\n",
	    "address=1.2.3.4\nport.4662=65536\nexpires=1795370009\n",
	    "address=1.2.3.4\nport.4662=0\nexpires=1795370009\n",
	    "address=1.2.3.4\nport.=1\nexpires=1795370009\n",
	    "address=1.2.3.4\nport.4662=4662\nexpires=1795370009\n\n",
	};
	static const char with_nul[] = MAPPED "expires=1795370009\n\0x=y\n";
	struct outside out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (state_of(texts[i], &out) != OUTSIDE_STRANGE)
			fail_msg("believed \"%s\"", texts[i]);
	assert_int_equal(
	    state_of(MAPPED "expires=1795370009\n", &out), OUTSIDE_HOLDS);
	outside_parse(&out, with_nul, sizeof with_nul - 1, NOW);
	assert_int_equal(out.state, OUTSIDE_STRANGE);
}

static void
more_than_there_is_room_for_is_strange(void **state)
{
	struct outside out;
	char text[OUTSIDE_SIZE_MAX + 64];
	size_t n;

	(void)state;
	n = (size_t)sprintf(text, "address=1.2.3.4\nexpires=1795370009\n");
	for (int i = 1; i <= OUTSIDE_PORTS_MAX; i++)
		n += (size_t)sprintf(text + n, "port.%d=%d\n", i, i);
	assert_int_equal(state_of(text, &out), OUTSIDE_HOLDS);
	assert_int_equal(out.n_ports, OUTSIDE_PORTS_MAX);
	sprintf(text + n, "port.99=99\n");
	assert_int_equal(state_of(text, &out), OUTSIDE_STRANGE);

	n = (size_t)sprintf(text, MAPPED "expires=1795370009\nnew=");
	memset(text + n, 'x', sizeof text - n);
	strcpy(text + OUTSIDE_SIZE_MAX - 1, "\n");
	assert_int_equal(state_of(text, &out), OUTSIDE_HOLDS);
	strcpy(text + OUTSIDE_SIZE_MAX - 1, "x\n");
	assert_int_equal(state_of(text, &out), OUTSIDE_STRANGE);
}

static void
what_is_no_file_is_told_apart(void **state)
{
	struct outside out;

	(void)state;
	outside_read(&out, temp_path("none"));
	assert_int_equal(out.state, OUTSIDE_NONE);
	outside_read(&out, temp_path("."));
	assert_int_equal(out.state, OUTSIDE_STRANGE);
	assert_int_equal(mkfifo(temp_path("fifo"), 0600), 0);
	outside_read(&out, temp_path("fifo"));
	assert_int_equal(out.state, OUTSIDE_STRANGE);
	outside_read(&out, temp_file("large", OUTSIDE_SIZE_MAX + 9, 'x'));
	assert_int_equal(out.state, OUTSIDE_STRANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_mapping_holds_until_it_expires),
	    cmocka_unit_test(lines_come_in_any_order_and_new_names_are_skipped),
	    cmocka_unit_test(a_refusal_says_why_and_which_address_is_of_no_use),
	    cmocka_unit_test(anything_else_is_strange),
	    cmocka_unit_test(more_than_there_is_room_for_is_strange),
	    cmocka_unit_test(what_is_no_file_is_told_apart),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
