/*
 * What kind of file a name is of, by its ending, in the words and numbers of
 * eD2k servers. Source: eMule OtherFunctions.cpp (GetED2KFileTypeSearchID).
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_SERVER_FILE_TYPE_H
#define ANNOUNCE_SERVER_FILE_TYPE_H

enum file_type {
	FILE_TYPE_UNKNOWN,
	FILE_TYPE_AUDIO,
	FILE_TYPE_VIDEO,
	FILE_TYPE_IMAGE,
	FILE_TYPE_PROGRAM, /* also archives and images of disks */
	FILE_TYPE_DOCUMENT,
};

enum file_type file_type_of(const char *name);

/* "Audio", "Video", "Image", "Pro", "Doc". */
const char *file_type_name(enum file_type type);

#endif
