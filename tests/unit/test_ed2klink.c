/* proto/ed2klink.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "proto/ed2klink.h"

#include <stdio.h>

#define HASH "a2096cf32831bc0ecc582ee00997a7ab"
#define HEAD "ed2k://|file|"

/* A link to format, and to parse into: too large for some stacks. */
static struct ed2klink link, parsed;
static char text[ED2KLINK_MAX];

static void
make(const char *name, uint64_t size, const char *source)
{
	memset(&link, 0, sizeof link);
	snprintf(link.name, sizeof link.name, "%s", name);
	link.size = size;
	assert_true(hex_decode(link.hash, HASH, HASH_SIZE));
	snprintf(link.source, sizeof link.source, "%s", source);
}

/* Parse from a block of the string's size. */
static bool
parse(const char *s)
{
	char *copy = exact_copy(s, strlen(s) + 1);
	bool good = ed2klink_parse(copy, &parsed);

	free(copy);
	return good;
}

static void
check_round_trip(void)
{
	size_t n = ed2klink_format(text, sizeof text, &link);

	assert_true(n > 0);
	assert_int_equal(n, strlen(text));
	assert_true(parse(text));
	assert_string_equal(parsed.name, link.name);
	assert_int_equal(parsed.size, link.size);
	assert_memory_equal(parsed.hash, link.hash, HASH_SIZE);
	assert_string_equal(parsed.source, link.source);
}

static void
links_are_written_in_the_form_all_clients_read(void **state)
{
	(void)state;
	make("A small file.txt", 300000, "198.51.100.9:4662");
	ed2klink_format(text, sizeof text, &link);
	assert_string_equal(text,
	    "ed2k://|file|A%20small%20file.txt|300000|" HASH
	    "|/|sources,198.51.100.9:4662|/");
	link.source[0] = '\0';
	ed2klink_format(text, sizeof text, &link);
	assert_string_equal(
	    text, "ed2k://|file|A%20small%20file.txt|300000|" HASH "|/");
}

static void
all_but_letters_digits_and_three_signs_is_encoded(void **state)
{
	(void)state;
	make("aZ09-_.|/%~ \x7F\xC3\xBC\n", 1, "");
	ed2klink_format(text, sizeof text, &link);
	assert_string_equal(
	    text, HEAD "aZ09-_.%7C%2F%25%7E%20%7F%C3%BC%0A|1|" HASH "|/");
}

static void
every_byte_of_a_name_survives(void **state)
{
	char name[256];

	(void)state;
	for (unsigned c = 1; c < 256; c++) {
		char one[] = {(char)c, '\0'}, three[] = {'4', (char)c, '1', 0};

		make(one, 1, "");
		check_round_trip();
		make(three, 1, "");
		check_round_trip();
		name[c - 1] = (char)c;
	}
	name[255] = '\0';
	make(name, 12345, "host-1.example:65535");
	check_round_trip();
}

static void
names_that_look_encoded_survive(void **state)
{
	static const char *const names[] = {"%41", "%%41", "%2541", "%", "%4",
	    "100%", "%zz", "%7C|/", "|sources,1.2.3.4:5|/", "."};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		make(names[i], 7, "");
		check_round_trip();
	}
}

static void
the_longest_link_fits_into_its_bound_and_no_less(void **state)
{
	char name[ED2KLINK_NAME_MAX + 1], source[ED2KLINK_SOURCE_MAX + 1];
	size_t n;

	(void)state;
	memset(name, '\xFF', ED2KLINK_NAME_MAX);
	name[ED2KLINK_NAME_MAX] = '\0';
	memset(source, 'h', ED2KLINK_SOURCE_MAX - 2);
	memcpy(source + ED2KLINK_SOURCE_MAX - 2, ":1", 3);
	make(name, INT64_MAX, source);
	check_round_trip();
	n = strlen(text);
	for (size_t cap = 0; cap <= n + 1; cap++) {
		char *out = malloc(cap);

		assert_int_equal(
		    ed2klink_format(out, cap, &link), cap > n ? n : 0);
		free(out);
	}
}

static void
links_with_more_fields_are_read(void **state)
{
	(void)state;
	assert_true(parse(HEAD "Bigger.bin|10000000|" HASH
			       "|p=C5509C52727B05A73C703FA30492E0B7:"
			       "46713945D49C8D2B13E05CB10A222688"
			       "|h=JOXAOY63DNZHBAZNJFNCGVZODAVOUY6W"
			       "|/|sources,198.51.100.9:4662|/"));
	assert_string_equal(parsed.name, "Bigger.bin");
	assert_int_equal(parsed.size, 10000000);
	assert_string_equal(parsed.source, "198.51.100.9:4662");
}

static void
of_a_source_with_a_hint_host_and_port_are_read(void **state)
{
	static const char *const sources[] = {
	    "198.51.100.9:4662:129:CA25DAC4A60E5E72CA419B24D2EB6F8A",
	    "198.51.100.9:4662:3",
	    "198.51.100.9:4662:",
	    "198.51.100.9:4662:::::,b:2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		snprintf(text, sizeof text,
		    HEAD "Bigger.bin|10000000|" HASH "|h=x|/|sources,%s|/",
		    sources[i]);
		assert_true(parse(text));
		assert_string_equal(parsed.source, "198.51.100.9:4662");
	}
	assert_true(parse(HEAD "a|1|" HASH "|/|sources,a|:1|/"));
	assert_string_equal(parsed.source, "");
	assert_true(parse(HEAD "a|1|" HASH "|/|sources,a:|1:2|/"));
	assert_string_equal(parsed.source, "");
	assert_true(parse(HEAD "a|1|" HASH "|/|sources,::1|/"));
	assert_string_equal(parsed.source, "");
}

static void
a_hint_is_written_behind_any_source(void **state)
{
	uint8_t user_hash[HASH_SIZE];
	char source[ED2KLINK_SOURCE_MAX + 1];

	(void)state;
	assert_true(hex_decode(
	    user_hash, "CA25DAC4A60E5E72CA419B24D2EB6F8A", HASH_SIZE));
	make("a", 1, "");
	ed2klink_put_hint(link.source, "198.51.100.9:4662", user_hash);
	assert_true(ed2klink_format(text, sizeof text, &link) > 0);
	assert_string_equal(text,
	    HEAD "a|1|" HASH "|/|sources,198.51.100.9:4662:129:"
		 "ca25dac4a60e5e72ca419b24d2eb6f8a|/");
	assert_true(parse(text));
	assert_string_equal(parsed.source, "198.51.100.9:4662");

	/* the longest of all */
	memset(source, 'h', ED2KLINK_SOURCE_MAX - 2);
	memcpy(source + ED2KLINK_SOURCE_MAX - 2, ":1", 3);
	memset(link.name, '\xFF', ED2KLINK_NAME_MAX);
	link.size = INT64_MAX;
	ed2klink_put_hint(link.source, source, user_hash);
	assert_true(ed2klink_format(text, sizeof text, &link) > 0);
	assert_true(parse(text));
	assert_string_equal(parsed.source, source);
}

static void
of_several_sources_the_first_is_kept(void **state)
{
	(void)state;
	assert_true(parse(HEAD "a|1|" HASH "|/|sources,a:1,b:2,c:3|/"));
	assert_string_equal(parsed.source, "a:1");
	assert_true(parse(HEAD "a|1|" HASH "|/|sources,a:1|sources,b:2|/"));
	assert_string_equal(parsed.source, "a:1");
	assert_true(parse(HEAD "a|1|" HASH "|/|sources,|/"));
	assert_string_equal(parsed.source, "");
	assert_true(parse(HEAD "a|1|" HASH "|/|sources|/"));
	assert_string_equal(parsed.source, "");
	assert_true(parse(HEAD "a|1|" HASH "|/|sources,,a:1|/"));
	assert_string_equal(parsed.source, "");
}

static void
hashes_are_read_in_either_case_and_ends_leniently(void **state)
{
	uint8_t hash[HASH_SIZE];

	(void)state;
	assert_true(hex_decode(hash, HASH, HASH_SIZE));
	assert_true(parse(HEAD "a|1|A2096CF32831BC0ECC582EE00997A7AB|/"));
	assert_memory_equal(parsed.hash, hash, HASH_SIZE);
	assert_true(parse(HEAD "a|1|" HASH "|"));
	assert_true(parse(HEAD "a|1|" HASH));
}

static void
broken_percents_stand_for_themselves(void **state)
{
	(void)state;
	assert_true(parse(HEAD "%zz%4|1|" HASH "|/"));
	assert_string_equal(parsed.name, "%zz%4");
	assert_true(parse(HEAD "%c3%Bc%|1|" HASH "|/"));
	assert_string_equal(parsed.name, "\xC3\xBC%");
	/* two digits that are not both in the field */
	assert_true(parse(HEAD "%4|1|" HASH "|/"));
	assert_string_equal(parsed.name, "%4");
}

static void
what_is_no_file_link_is_refused(void **state)
{
	static const char *const links[] = {
	    "",
	    "e",
	    "ed2k://",
	    "ed2k://|",
	    "ed2k://|file",
	    "ed2k://|file|",
	    "ed2k://|file|a",
	    "ed2k://|file|a|",
	    "ed2k://|file|a|1",
	    "ed2k://|file|a|1|",
	    "ed2k://|file|a|1|/",
	    "ed2k://|server|198.51.100.9|4661|/",
	    "ed2k://|serverlist|http://example.com/server.met|/",
	    "http://|file|a|1|" HASH "|/",
	    " ed2k://|file|a|1|" HASH "|/",
	    /* names */
	    HEAD "|1|" HASH "|/",
	    HEAD "a%00b|1|" HASH "|/",
	    HEAD "%00|1|" HASH "|/",
	    /* sizes */
	    HEAD "a||" HASH "|/",
	    HEAD "a|0|" HASH "|/",
	    HEAD "a|-1|" HASH "|/",
	    HEAD "a|+1|" HASH "|/",
	    HEAD "a| 1|" HASH "|/",
	    HEAD "a|1 |" HASH "|/",
	    HEAD "a|0x10|" HASH "|/",
	    HEAD "a|1K|" HASH "|/",
	    HEAD "a|9223372036854775808|" HASH "|/",
	    HEAD "a|18446744073709551616|" HASH "|/",
	    HEAD "a|18446744073709551617|" HASH "|/",
	    HEAD "a|184467440737095516160|" HASH "|/",
	    HEAD "a|99999999999999999999999999999999999999|" HASH "|/",
	    /* hashes */
	    HEAD "a|1||/",
	    HEAD "a|1|a2096cf32831bc0ecc582ee00997a7a|/",
	    HEAD "a|1|" HASH "0|/",
	    HEAD "a|1|g2096cf32831bc0ecc582ee00997a7ab|/",
	    HEAD "a|1|a2096cf32831bc0ecc582ee00997a7a |/",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (parse(links[i]))
			fail_msg("taken: %s", links[i]);
}

static void
sizes_up_to_2_63_less_1_are_read(void **state)
{
	(void)state;
	assert_true(parse(HEAD "a|9223372036854775807|" HASH "|/"));
	assert_int_equal(parsed.size, INT64_MAX);
	assert_true(parse(HEAD "a|274877906944|" HASH "|/"));
	assert_int_equal(parsed.size, UINT64_C(1) << 38);
	assert_true(parse(HEAD "a|0001|" HASH "|/"));
	assert_int_equal(parsed.size, 1);
}

static void
every_prefix_is_read_within_its_bounds(void **state)
{
	static const char whole[] =
	    HEAD "A%20b|300000|" HASH "|h=JOXA|/|sources,a.b:4662|/";
	/* up to the end of the hash it is no link yet */
	size_t n_least = strlen(HEAD "A%20b|300000|" HASH);

	(void)state;
	for (size_t n = 0; n < sizeof whole; n++) {
		char *copy = malloc(n + 1);

		memcpy(copy, whole, n);
		copy[n] = '\0';
		assert_int_equal(ed2klink_parse(copy, &parsed), n >= n_least);
		free(copy);
	}
}

static void
names_up_to_the_bound_are_read_and_longer_ones_refused(void **state)
{
	static char s[4 * ED2KLINK_NAME_MAX];
	char name[ED2KLINK_NAME_MAX + 2];

	(void)state;
	memset(name, 'n', sizeof name);
	name[ED2KLINK_NAME_MAX] = '\0';
	snprintf(s, sizeof s, HEAD "%s|1|" HASH "|/", name);
	assert_true(parse(s));
	assert_string_equal(parsed.name, name);
	name[ED2KLINK_NAME_MAX] = 'n';
	name[ED2KLINK_NAME_MAX + 1] = '\0';
	snprintf(s, sizeof s, HEAD "%s|1|" HASH "|/", name);
	assert_false(parse(s));
	/* three characters of an escape are one byte */
	name[ED2KLINK_NAME_MAX - 1] = '\0';
	snprintf(s, sizeof s, HEAD "%s%%41|1|" HASH "|/", name);
	assert_true(parse(s));
	snprintf(s, sizeof s, HEAD "%s%%41%%41|1|" HASH "|/", name);
	assert_false(parse(s));
}

static void
sources_over_the_bound_are_dropped(void **state)
{
	static char s[1000];
	char host[ED2KLINK_SOURCE_MAX + 1];

	(void)state;
	memset(host, 'h', sizeof host);
	host[ED2KLINK_SOURCE_MAX - 2] = '\0';
	snprintf(s, sizeof s, HEAD "a|1|" HASH "|/|sources,%s:1|/", host);
	assert_true(parse(s));
	assert_int_equal(strlen(parsed.source), ED2KLINK_SOURCE_MAX);
	snprintf(s, sizeof s, HEAD "a|1|" HASH "|/|sources,%s:12|/", host);
	assert_true(parse(s));
	assert_string_equal(parsed.source, "");
}

static void
host_and_port_make_a_source(void **state)
{
	static const char *const good[] = {"198.51.100.9:4662", "a:1",
	    "a-b.example.org:65535", "localhost:00080"};
	static const char *const bad[] = {"", ":", "a", "a:", ":1", "a:0",
	    "a:65536", "a:99999999999999999999", "a:-1", "a:1x", "a:1 ", " a:1",
	    "a b:1", "a:1:2", "::1:4662", "[::1]:4662", "a|b:1", "a,b:1",
	    "a/b:1", "a%20:1", "\xC3\xBC:1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!ed2klink_is_source(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (ed2klink_is_source(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(links_are_written_in_the_form_all_clients_read),
	    cmocka_unit_test(all_but_letters_digits_and_three_signs_is_encoded),
	    cmocka_unit_test(every_byte_of_a_name_survives),
	    cmocka_unit_test(names_that_look_encoded_survive),
	    cmocka_unit_test(the_longest_link_fits_into_its_bound_and_no_less),
	    cmocka_unit_test(links_with_more_fields_are_read),
	    cmocka_unit_test(of_a_source_with_a_hint_host_and_port_are_read),
	    cmocka_unit_test(a_hint_is_written_behind_any_source),
	    cmocka_unit_test(of_several_sources_the_first_is_kept),
	    cmocka_unit_test(hashes_are_read_in_either_case_and_ends_leniently),
	    cmocka_unit_test(broken_percents_stand_for_themselves),
	    cmocka_unit_test(what_is_no_file_link_is_refused),
	    cmocka_unit_test(sizes_up_to_2_63_less_1_are_read),
	    cmocka_unit_test(every_prefix_is_read_within_its_bounds),
	    cmocka_unit_test(
		names_up_to_the_bound_are_read_and_longer_ones_refused),
	    cmocka_unit_test(sources_over_the_bound_are_dropped),
	    cmocka_unit_test(host_and_port_make_a_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
