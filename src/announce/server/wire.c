/*
 * Messages to a server; see wire.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/server/wire.h"

#include "announce/server/file_type.h"
#include "base/text.h"
#include "proto/packet.h"
#include "proto/tag.h"

#include <string.h>

#define CT_SERVER_FLAGS 0x20
#define FT_FILETYPE     0x03

/* Our own flags: packed frames, short tags, UTF-8, large files. */
#define OUR_FLAGS       (0x0001 | 0x0008 | 0x0010 | 0x0100)
#define OUR_OBFUSCATION 0x0200 /* peers may dial us obfuscated */

void
server_put_login(struct writer *w, const struct server_login *login)
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, OP_LOGINREQUEST);

	put_bytes(w, login->user_hash, HASH_SIZE);
	put_u32(w, 0); /* our id: the server says it */
	put_u16(w, login->port);
	put_u32(w, 4);
	put_tag_string(w, CT_NAME, login->nick);
	put_tag_u32(w, CT_VERSION, OUR_EDONKEY_VERSION);
	put_tag_u32(w, CT_SERVER_FLAGS,
	    OUR_FLAGS | (login->obfuscation ? OUR_OBFUSCATION : 0));
	put_tag_u32(w, CT_EMULE_VERSION, OUR_EMULE_VERSION);
	packet_end(w, begin);
}

bool
server_takes_size(uint32_t server_flags, uint64_t size)
{
	return size <= SERVER_SMALL_FILE_MAX ||
	    (size <= EMULE_FILE_MAX && (server_flags & SERVER_LARGE_FILES));
}

/* A name as servers take it, cut at the end of a character. */
static void
clean_name(char out[SERVER_NAME_MAX + 1], const char *name, bool unicode)
{
	char text[2 * WIRE_NAME_MAX], clean[SERVER_NAME_MAX];
	size_t n = text_to_utf8(text, sizeof text, name, strlen(name));
	size_t len = 0;

	for (size_t i = 0, width; i < n; i += width) {
		uint32_t cp;

		width = text_utf8_next(text + i, n - i, &cp);
		if (len + width > sizeof clean)
			break;
		if (text_is_control(cp) || cp == '/' || cp == '\\') {
			clean[len++] = '_';
			continue;
		}
		memcpy(clean + len, text + i, width);
		len += width;
	}
	len = unicode ? text_to_utf8(out, SERVER_NAME_MAX, clean, len)
		      : text_to_latin1(out, SERVER_NAME_MAX, clean, len);
	out[len] = '\0';
}

void
server_put_file(struct writer *w, const struct server_file *file,
    uint32_t server_flags, uint32_t id, uint16_t port)
{
	bool large = file->size > SERVER_SMALL_FILE_MAX;
	enum file_type type = file_type_of(file->name);
	char name[SERVER_NAME_MAX + 1];

	if (server_flags & SERVER_COMPRESSION) {
		id = UINT32_C(0xFBFBFBFB);
		port = 0xFBFB;
	}
	put_bytes(w, file->hash, HASH_SIZE);
	put_u32(w, id);
	put_u16(w, port);
	put_u32(w, 2u + large + (type != FILE_TYPE_UNKNOWN));
	clean_name(name, file->name, server_flags & SERVER_UNICODE);
	put_tag_string(w, FT_FILENAME, name);
	put_tag_u32(w, FT_FILESIZE, (uint32_t)file->size);
	if (large)
		put_tag_u32(w, FT_FILESIZE_HI, (uint32_t)(file->size >> 32));
	if (type == FILE_TYPE_UNKNOWN)
		return;
	if (server_flags & SERVER_INTEGER_TYPES)
		put_tag_u32(w, FT_FILETYPE, type);
	else
		put_tag_string(w, FT_FILETYPE, file_type_name(type));
}
