/*
 * Kinds of files; see file_type.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/server/file_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	const char *endings; /* a space before and behind each */
} types[] = {
    [FILE_TYPE_UNKNOWN] = {"", " "},
    [FILE_TYPE_AUDIO] = {"Audio",
	" aac ac3 aif aiff ape au dts flac m4a m4b mid mka mp2 mp3 mpc ogg "
	"oga opus ra wav wma wv "},
    [FILE_TYPE_VIDEO] = {"Video",
	" 3gp asf avi divx flv m2ts m2v m4v mkv mov mp4 mpeg mpg ogm ogv qt "
	"rm rmvb ts vob webm wmv xvid "},
    [FILE_TYPE_IMAGE] = {"Image",
	" bmp gif ico jpeg jpg pcx png psd svg tga tif tiff webp xcf "},
    [FILE_TYPE_PROGRAM] = {"Pro",
	" 7z ace apk arj bat bin bz2 cab ccd com cue deb dmg exe gz img iso "
	"jar lha lzh mdf mds msi nrg rar rpm sub tar tbz2 tgz txz xz z zip "
	"zst "},
    [FILE_TYPE_DOCUMENT] = {"Doc",
	" chm css csv diz djvu doc docx epub htm html md mobi nfo ods odt pdf "
	"pps ppt pptx ps rtf text txt xls xlsx xml "},
};

static bool
has_ending(const char *endings, const char *ending)
{
	size_t len = strlen(ending);

	for (const char *at = endings + 1; *at; at = strchr(at, ' ') + 1) {
		if (strncasecmp(at, ending, len) == 0 && at[len] == ' ')
			return true;
	}
	return false;
}

enum file_type
file_type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || dot == name || !dot[1] || strchr(dot, ' '))
		return FILE_TYPE_UNKNOWN;
	for (int type = FILE_TYPE_AUDIO; type <= FILE_TYPE_DOCUMENT; type++) {
		if (has_ending(types[type].endings, dot + 1))
			return (enum file_type)type;
	}
	return FILE_TYPE_UNKNOWN;
}

const char *
file_type_name(enum file_type type)
{
	return types[type].name;
}
