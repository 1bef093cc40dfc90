/* announce/server/file_type.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "announce/server/file_type.h"

static void
the_ending_of_a_name_says_what_it_is(void **state)
{
	static const struct {
		const char *name;
		enum file_type type;
	} examples[] = {
	    {"a.mp3", FILE_TYPE_AUDIO},
	    {"a.wv", FILE_TYPE_AUDIO},
	    {"a.b.MKV", FILE_TYPE_VIDEO},
	    {"a.3gp", FILE_TYPE_VIDEO},
	    {"a.Jpeg", FILE_TYPE_IMAGE},
	    {"a.tar.gz", FILE_TYPE_PROGRAM},
	    {"a.iso", FILE_TYPE_PROGRAM},
	    {"a.z", FILE_TYPE_PROGRAM},
	    {"a.pdf", FILE_TYPE_DOCUMENT},
	    {"", FILE_TYPE_UNKNOWN},
	    {"mp3", FILE_TYPE_UNKNOWN},
	    {".mp3", FILE_TYPE_UNKNOWN},
	    {"a.", FILE_TYPE_UNKNOWN},
	    {"a.mp", FILE_TYPE_UNKNOWN},
	    {"a.mp33", FILE_TYPE_UNKNOWN},
	    {"a.mp3 ogg", FILE_TYPE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++)
		assert_int_equal(
		    file_type_of(examples[i].name), examples[i].type);
	assert_string_equal(file_type_name(FILE_TYPE_PROGRAM), "Pro");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_ending_of_a_name_says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
