/*
 * proto/tag.h: tags lie within the bytes they are read from, and those of the
 * kinds that we write are written the same.
 *
 * Input: tags, one behind another.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "proto/tag.h"

/* The old form with a name of one byte. */
#define HEAD_SIZE 4

/* Of the two types that we write; n bytes. */
static bool
is_ours(const uint8_t *bytes, size_t n, const struct tag *t)
{
	if (n < HEAD_SIZE || bytes[1] != 1 || bytes[2] != 0)
		return false;
	return bytes[0] == 0x03 ||
	    (bytes[0] == 0x02 && !memchr(t->string, '\0', t->string_len));
}

static void
check_written(const uint8_t *bytes, size_t n, const struct tag *t)
{
	uint8_t *made = malloc(n);
	struct writer w = writer_of(made, n);
	char *string;

	must(made);
	if (t->kind == TAG_NUMBER) {
		put_tag_u32(&w, t->id, (uint32_t)t->number);
	} else {
		string = malloc(t->string_len + 1);
		must(string);
		memcpy(string, t->string, t->string_len);
		string[t->string_len] = '\0';
		put_tag_string(&w, t->id, string);
		free(string);
	}
	must(!w.bad && w.pos == n && memcmp(made, bytes, n) == 0);
	free(made);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = exact_copy(data, size);
	struct reader r = reader_of(bytes, size);
	enum tag_result res = TAG_OK;

	while (res == TAG_OK && reader_left(&r) > 0) {
		size_t begin = r.pos;
		struct tag t;

		res = tag_next(&r, &t);
		must((res == TAG_BAD) == r.bad && r.pos <= size);
		if (res != TAG_OK)
			break;
		must(r.pos > begin);
		must(t.kind != TAG_STRING ||
		    (t.string >= bytes + begin &&
			t.string + t.string_len == bytes + r.pos));
		must(t.kind == TAG_STRING || !t.string);
		if (is_ours(bytes + begin, r.pos - begin, &t))
			check_written(bytes + begin, r.pos - begin, &t);
	}
	free(bytes);
	return 0;
}
