/*
 * Protocol bytes, opcodes, tag ids and sizes of the eD2k client protocol, under
 * the names that all eD2k sources use; and our own bounds, each with its
 * reason. ed2k-wire(5) describes the messages.
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_OPCODES_H
#define PROTO_OPCODES_H

#include <stdint.h>

/* The first byte of a frame. It decides what an opcode means. */
#define OP_EDONKEYPROT 0xE3
#define OP_EMULEPROT   0xC5
#define OP_PACKEDPROT  0xD4

/* OP_EDONKEYPROT */
#define OP_HELLO                0x01
#define OP_SENDINGPART          0x46
#define OP_REQUESTPARTS         0x47
#define OP_FILEREQANSNOFIL      0x48
#define OP_END_OF_DOWNLOAD      0x49
#define OP_ASKSHAREDFILES       0x4A
#define OP_ASKSHAREDFILESANSWER 0x4B
#define OP_HELLOANSWER          0x4C
#define OP_SETREQFILEID         0x4F
#define OP_FILESTATUS           0x50
#define OP_HASHSETREQUEST       0x51
#define OP_HASHSETANSWER        0x52
#define OP_STARTUPLOADREQ       0x54
#define OP_ACCEPTUPLOADREQ      0x55
#define OP_CANCELTRANSFER       0x56
#define OP_OUTOFPARTREQS        0x57
#define OP_REQUESTFILENAME      0x58
#define OP_REQFILENAMEANSWER    0x59
#define OP_CHANGE_SLOT          0x5B
#define OP_ASKSHAREDDIRS        0x5D
#define OP_ASKSHAREDFILESDIR    0x5E
#define OP_ASKSHAREDDIRSANS     0x5F
#define OP_ASKSHAREDFILESDIRANS 0x60
#define OP_ASKSHAREDDENIEDANS   0x61

/* OP_EMULEPROT */
#define OP_EMULEINFO              0x01
#define OP_EMULEINFOANSWER        0x02
#define OP_FILEDESC               0x61
#define OP_QUEUERANKING           0x60
#define OP_REQUESTSOURCES         0x81
#define OP_REQUESTSOURCES2        0x83
#define OP_MULTIPACKET            0x92
#define OP_MULTIPACKETANSWER      0x93
#define OP_PUBLICIP_REQ           0x97
#define OP_PUBLICIP_ANSWER        0x98
#define OP_AICHREQUEST            0x9B
#define OP_AICHANSWER             0x9C
#define OP_AICHFILEHASHANS        0x9D
#define OP_AICHFILEHASHREQ        0x9E
#define OP_SENDINGPART_I64        0xA2
#define OP_REQUESTPARTS_I64       0xA3
#define OP_MULTIPACKET_EXT        0xA4
#define OP_MULTIPACKET_EXT2       0xA9
#define OP_MULTIPACKETANSWER_EXT2 0xB0
#define OP_HASHSETREQUEST2        0xB1
#define OP_HASHSETANSWER2         0xB2
#define OP_PORTTEST               0xFE /* asked as 0xC5, answered as 0xE3 */

/* Tags of HELLO and HELLOANSWER. */
#define CT_NAME               0x01
#define CT_PORT               0x0F
#define CT_VERSION            0x11
#define CT_MOD_VERSION        0x55
#define CT_EMULE_UDPPORTS     0xF9
#define CT_EMULE_MISCOPTIONS1 0xFA
#define CT_EMULE_VERSION      0xFB
#define CT_EMULE_MISCOPTIONS2 0xFE

/* Tags of EMULEINFO and EMULEINFOANSWER. */
#define ET_COMPRESSION      0x20
#define ET_UDPPORT          0x21
#define ET_UDPVER           0x22
#define ET_SOURCEEXCHANGE   0x23
#define ET_COMMENTS         0x24
#define ET_EXTENDEDREQUEST  0x25
#define ET_COMPATIBLECLIENT 0x26
#define ET_FEATURES         0x27

/* Tags of an entry in a list of shared files. */
#define FT_FILENAME    0x01
#define FT_FILESIZE    0x02 /* low 32 bits */
#define FT_FILESIZE_HI 0x3A /* high 32 bits, 6 used, from 4 GiB on */

/* Sizes of the file format, which cannot change. */
#define HASH_SIZE  16 /* MD4, user hash */
#define AICH_SIZE  20 /* SHA-1 */
#define PART_SIZE  UINT64_C(9728000)
#define BLOCK_SIZE UINT64_C(184320) /* what a downloader asks for at once */

/* Bytes 5 and 14 of each user hash of eMule and aMule. */
#define USER_HASH_MARK_5  0x0E
#define USER_HASH_MARK_14 0x6F

/*
 * eMule and aMule refuse links and hash sets of files above this size; we share
 * such files with direct clients only.
 */
#define EMULE_FILE_MAX ((UINT64_C(1) << 38) - 1)

/* Hash set entries of the largest such file: size / PART_SIZE + 1. */
#define PART_HASHES_MAX (EMULE_FILE_MAX / PART_SIZE + 1)

/* A frame: u8 protocol, u32 length that counts the opcode, u8 opcode. */
#define PACKET_HEADER_SIZE 6

/*
 * The largest payload we accept. The largest honest one is a part map of a
 * 256 GiB file (3.6 KB), so 64 KiB leaves room and keeps a process small.
 */
#define PACKET_PAYLOAD_MAX (UINT32_C(64) * 1024)

/*
 * The largest frame we build in memory: OP_HASHSETANSWER2 with both hash sets
 * of the largest file, about 1 MB. File data never passes through such a
 * buffer.
 */
#define REPLY_MAX                                                              \
	(PACKET_HEADER_SIZE + FILE_ID_MAX + 1 + HASH_SIZE + 2 +                \
	    PART_HASHES_MAX * HASH_SIZE + AICH_SIZE + 2 +                      \
	    PART_HASHES_MAX * AICH_SIZE)

/* What the descriptor byte of a file identifier says is there. */
#define FILE_ID_MD4       0x01
#define FILE_ID_SIZE      0x02
#define FILE_ID_AICH      0x04
#define FILE_ID_MANDATORY 0x18 /* options that must be understood */

/* A file identifier: u8 what is in it, MD4, u64 size, AICH root. */
#define FILE_ID_MAX (1 + HASH_SIZE + 8 + AICH_SIZE)

/* eMule shows this many bytes of a comment, aMule the first 50 characters. */
#define COMMENT_MAX 128

/* The longest range of a request: eMule drops a peer that asks for more. */
#define RANGE_MAX (3 * BLOCK_SIZE)

/* A file name on the wire, in bytes; no file system allows more. */
#define WIRE_NAME_MAX 255

/* How many bytes we keep of the name and the mod text in a hello. */
#define PEER_NAME_MAX 100

/* A hello with more tags is refused; real ones have 6 to 9. */
#define TAGS_MAX 256

/*
 * What we advertise. MISCOPTIONS1: AICH 1 (bits 29-31), unicode (28), extended
 * requests 2 (8-11; with 0 MLDonkey leaves the hash out of OP_STARTUPLOADREQ),
 * comments 1 (4-7), multipacket (1); no browsing (2) is added when it is off.
 * MISCOPTIONS2: file identifiers (13), extended multipacket (5), large files
 * (4). No secure identification: it proves who earns credits, and we keep none.
 */
#define OUR_MISCOPTIONS1 UINT32_C(0x30000212)
#define OUR_MISCOPTIONS2 UINT32_C(0x00002030)
#define MISC1_NO_BROWSE  (UINT32_C(1) << 2)
#define MISC1_UNICODE    (UINT32_C(1) << 28)

/*
 * "Supports obfuscation", in MISCOPTIONS2. We do not set "requests" (bit 8):
 * plain file data is cheaper to send, so the peer decides.
 */
#define MISC2_OBFUSCATION (UINT32_C(1) << 7)

/*
 * CT_EMULE_VERSION is compatible-client id << 24 | major << 17 | minor << 10 |
 * update << 7. Nobody else uses this id: to eMule's own, 0, eMule asks for one
 * block at a time, and the id of another program would bring its workarounds.
 */
#define OUR_COMPAT_ID     UINT32_C(0x7E)
#define OUR_EMULE_VERSION (OUR_COMPAT_ID << 24 | UINT32_C(1) << 17)

/* The compatible-client id of MLDonkey 3.2.1. */
#define MLDONKEY_COMPAT_ID UINT32_C(0x0A)

/* CT_VERSION: the eDonkey protocol version all eMules claim. */
#define OUR_EDONKEY_VERSION UINT32_C(0x3C)

#endif
