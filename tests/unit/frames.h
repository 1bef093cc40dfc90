/*
 * Golden frames, as real clients send them and as ours have to look:
 * ed2k-wire(5). Names begin with the opcode.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include "harness.h"

#include "proto/packet.h"

/* 300,000 bytes; 10,000,000 bytes; 5,000,000,000 bytes; nothing we have. */
#define HASH_F1   "a2096cf32831bc0ecc582ee00997a7ab"
#define HASH_F2   "849c68a9fa74b2935d64d0920661584a"
#define HASH_G    "000102030405060708090a0b0c0d0e0f"
#define HASH_NONE "ffeeddccbbaa99887766554433221100"

#define F2_PART_HASHES                                                         \
	"c5509c52727b05a73c703fa30492e0b7"                                     \
	"46713945d49c8d2b13e05cb10a222688"

/* From the downloader. */
/* Name, version, UDP ports, eMule version, options 1 and 2, one more. */
#define FRAME_01_AMULE                                                         \
	"e35d0000000110 3eb1b958ce0e6cb26abecc97a4a76f1a"                      \
	"cb007107 3612 07000000 02010001 0500614d756c65"                       \
	"03010011 3c000000 030100f9 40124012 030100fb 800d0403"                \
	"030100fa 12321334 030100fe b80d0000 030100ef 01000000"                \
	"00000000 0000"
/* The same in the short form. */
#define FRAME_01_SHORT_TAGS                                                    \
	"e3450000000110 3eb1b958ce0e6cb26abecc97a4a76f1a"                      \
	"cb007107 3612 07000000"                                               \
	"9501614d756c65 89113c 83f940124012 83fb800d0403"                      \
	"83fa12321334 88feb80d 89ef01 00000000 0000"
/* MLDonkey's seven tags: a port of its own, options without unicode. */
#define FRAME_01_MLDONKEY                                                      \
	"e35d0000000110 00112233440e6677889900112233 6f44"                     \
	"00000000 3612 07000000 02010001 05006d6c6e6574"                       \
	"0301000f 37120000 03010011 3e000000 030100f9 00000000"                \
	"030100fb 0000000a 030100fa 12040000 030100fe 10000000"                \
	"00000000 0000"
#define FRAME_58_V0   "e31100000058" HASH_F2
#define FRAME_58_V1   "e31400000058" HASH_F2 "020001"
#define FRAME_58_V2   "e31600000058" HASH_F2 "0200000700"
#define FRAME_58_NEW  "e31500000058" HASH_F2 "00000700"
#define FRAME_4F      "e3110000004f" HASH_F2
#define FRAME_51      "e31100000051" HASH_F2
#define FRAME_54      "e31100000054" HASH_F2
#define FRAME_54_BARE "e30100000054"
#define FRAME_56      "e30100000056"
#define FRAME_49      "e31100000049" HASH_F2
#define FRAME_4A      "e3010000004a"
#define FRAME_5D      "e3010000005d"
#define FRAME_5E      "e3040000005e010078"
#define FRAME_97      "c50100000097"
#define FRAME_FE      "c501000000fe"
#define FRAME_47                                                               \
	"e32900000047" HASH_F1 "00000000 00d00200 00000000"                    \
	"00d00200 e0930400 00000000"
#define FRAME_A3                                                               \
	"c541000000a3" HASH_G "0000ffff00000000 0000000000000000 00000000"     \
	"00000000 00d0010001000000 0000000000000000 0000000000000000"
#define FRAME_47_DIRECT                                                        \
	"e32100000047" HASH_F1 "0000000000000000 0000040000000000"
#define FRAME_01_INFO                                                          \
	"c5470000000147010800000003010020010000000301002204000000"             \
	"0301002140120000030100230300000003010024010000000301002502000000"     \
	"03010027030000000301002603000000"
#define FRAME_01_OS_INFO "c51200000001 47ff01000000 020100940500 4c696e7578"

/* From the downloader, and not for us. */
#define FRAME_81 "c51100000081" HASH_F2
#define FRAME_83 "c51400000083 040000" HASH_F2
#define FRAME_92 "c51900000092" HASH_F2 "5802000007004f9e"
#define FRAME_A4                                                               \
	"c524000000a4" HASH_F2 "8096980000000000 58020000 07004f83040000"
#define FRAME_A9 "c521000000a9 03" HASH_F2 "8096980000000000 58020000 07004f"
#define FRAME_9E "c5110000009e" HASH_F2
#define FRAME_9B                                                               \
	"c5270000009b" HASH_F2 "0100 4bae0763db1b7270832d495a23572e182aea63d6"
#define FRAME_87 "c5060000008702 78563412"
#define FRAME_4E "e3050000004e02006869"
#define FRAME_90 "c51100000090" HASH_F1
#define FRAME_4D "e3090000004dcb00710700000000"
#define FRAME_5B "e3110000005b" HASH_F2
#define FRAME_D4 "d40f0000008278da63601805830900000190 0001"

/* From us. */
#define FRAME_4C                                                               \
	"e3630000004c ca25dac4a60e5e72ca419b24d2eb6f8a"                        \
	"00000000 3612 07000000 02010001 05007570656572"                       \
	"03010011 3c000000 030100f9 00000000 030100fb 0000027e"                \
	"030100fa 04010010 030100fe 10000000"                                  \
	"02010055 0900757065657220312e30 00000000 0000"
#define FRAME_02                                                               \
	"c5470000000244010800000003010020000000000301002100000000"             \
	"0301002200000000030100230000000003010024010000000301002502000000"     \
	"0301002700000000030100267e000000"
#define FRAME_59      "e31d00000059" HASH_F2 "0a00 4269676765722e62696e"
#define FRAME_50      "e31300000050" HASH_F2 "0000"
#define FRAME_48      "e31100000048" HASH_NONE
#define FRAME_52      "e33300000052" HASH_F2 "0200" F2_PART_HASHES
#define FRAME_52_F1   "e31300000052" HASH_F1 "0000"
#define FRAME_55      "e30100000055"
#define FRAME_61      "e30100000061"
#define FRAME_98      "c50500000098cb007107"
#define FRAME_FE_OURS "e302000000fe12"
/*
 * Without the data: F1 [0,10240) and [0,184320), G [2^32,2^32+10240), F1
 * [0,262144).
 */
#define HEAD_46       "e31928000046" HASH_F1 "00000000 00280000"
#define HEAD_46_BLOCK "e319d0020046" HASH_F1 "00000000 00d00200"
#define HEAD_A2       "c521280000a2" HASH_G "0000000001000000 0028000001000000"
#define HEAD_46_DIRECT                                                         \
	"e32100040046" HASH_F1 "0000000000000000 0000040000000000"

/* The one frame in hex, in a block of its size that lives until the next. */
static inline struct packet
packet_of(const char *hex)
{
	static uint8_t bytes[1 << 17];
	static uint8_t *last;
	size_t n = unhex(bytes, sizeof bytes, hex);
	struct packet p;
	struct reader r;

	free(last);
	last = exact_copy(bytes, n);
	r = reader_of(last, n);
	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	assert_int_equal(reader_left(&r), 0);
	return p;
}

#endif
