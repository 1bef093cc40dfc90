/*
 * A database that is made once, and damaged anew for each input, so that the
 * inputs outlive changes of its layout.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_FUZZ_DB_H
#define TESTS_FUZZ_DB_H

#include "fuzz_temp.h"

#include "base/util.h"
#include "proto/cursor.h"

#define DB_PAGE      4096
#define DB_PAGES_MAX 32
#define DB_BYTES_MAX (DB_PAGES_MAX * DB_PAGE)

struct db_image {
	size_t size;
	uint8_t bytes[DB_BYTES_MAX];
};

static inline void
db_image_read(struct db_image *image, const char *path)
{
	FILE *f = fopen(path, "rb");

	must(f);
	memset(image->bytes, 0, sizeof image->bytes);
	image->size = fread(image->bytes, 1, sizeof image->bytes, f);
	must(!ferror(f) && getc(f) == EOF);
	fclose(f);
}

static inline void
db_image_write(const struct db_image *image, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0);
	must(write(fd, image->bytes, image->size) == (ssize_t)image->size);
	close(fd);
}

/*
 * Apply a change: u8 page, u16 offset, u8 n, n bytes; at page 255 the file is
 * cut there instead.
 */
static inline void
db_image_damage(struct db_image *image, struct reader *r)
{
	uint8_t page = get_u8(r);
	size_t at = get_u16(r) % DB_PAGE, n;

	if (page == 255) {
		image->size = min_size(image->size, at * 16);
		return;
	}
	at += (size_t)page % DB_PAGES_MAX * DB_PAGE;
	n = min_size(get_u8(r), reader_left(r));
	n = min_size(n, DB_BYTES_MAX - at);
	get_bytes(r, image->bytes + at, n);
	if (n > 0 && at + n > image->size) /* whole pages, as SQLite has it */
		image->size = (at + n + DB_PAGE - 1) / DB_PAGE * DB_PAGE;
}

static inline bool
db_image_is_same(const struct db_image *a, const struct db_image *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

#endif
