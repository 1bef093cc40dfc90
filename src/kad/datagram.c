/*
 * Datagrams; see datagram.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/datagram.h"

#include "base/crypto.h"

#include <string.h>

#define MAGIC      UINT32_C(0x395F2EC1)
#define CLEAR_SIZE 3 /* marker and random */

uint32_t
kad_verify_key(const uint8_t secret[KAD_SECRET_SIZE], uint32_t ip)
{
	uint8_t bytes[KAD_SECRET_SIZE + 4], digest[MD5_SIZE];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct reader r = reader_of(digest, sizeof digest);
	uint32_t key;

	put_bytes(&w, secret, KAD_SECRET_SIZE);
	put_u32(&w, ip);
	crypto_md5(digest, bytes, sizeof bytes);
	key = get_u32(&r);
	return key != 0 ? key : 1;
}

/* A marker says by its lowest bits which key was used: 00 the receiver's id. */
static uint8_t
marker(uint8_t random)
{
	uint8_t m = random & 0xFC;

	return kad_is_obfuscated(m) ? m : m ^ 0x08;
}

void
kad_obfuscate(uint8_t *datagram, size_t len, struct kad_id receiver,
    uint32_t receiver_key, uint32_t sender_key, uint32_t random)
{
	uint8_t bytes[KAD_ID_SIZE + 2], key[MD5_SIZE];
	struct writer w = writer_of(datagram, KAD_OBFUSCATION_SIZE);
	struct writer k = writer_of(bytes, sizeof bytes);
	struct rc4 rc4;

	put_u8(&w, marker((uint8_t)(random >> 16)));
	put_u16(&w, (uint16_t)random);
	put_u32(&w, MAGIC);
	put_u8(&w, 0);
	put_u32(&w, receiver_key);
	put_u32(&w, sender_key);
	kad_put_id(&k, receiver);
	put_u16(&k, (uint16_t)random);
	crypto_md5(key, bytes, sizeof bytes);
	rc4_init(&rc4, key);
	rc4_apply(&rc4, datagram + CLEAR_SIZE,
	    KAD_OBFUSCATION_SIZE - CLEAR_SIZE + len);
}

bool
kad_is_obfuscated(uint8_t first)
{
	/* those of eD2k by UDP, of Kad, and of programs that share the port */
	static const uint8_t plain[] = {0xC5, 0xE4, 0xE5, 0xA3, 0xB2, 0xD4};

	return memchr(plain, first, sizeof plain) == NULL;
}

bool
kad_deobfuscate(
    uint8_t *datagram, size_t len, uint32_t our_key, struct kad_clear *out)
{
	uint8_t bytes[4 + 2], key[MD5_SIZE];
	struct writer k = writer_of(bytes, sizeof bytes);
	struct reader r;
	struct rc4 rc4;

	if (len <= KAD_OBFUSCATION_SIZE || !kad_is_obfuscated(datagram[0]))
		return false;
	put_u32(&k, our_key);
	put_bytes(&k, datagram + 1, 2);
	crypto_md5(key, bytes, sizeof bytes);
	rc4_init(&rc4, key);
	rc4_apply(&rc4, datagram + CLEAR_SIZE, 4);
	r = reader_of(datagram + CLEAR_SIZE, len - CLEAR_SIZE);
	if (get_u32(&r) != MAGIC)
		return false;
	rc4_apply(&rc4, datagram + CLEAR_SIZE + 4, len - CLEAR_SIZE - 4);
	get_slice(&r, get_u8(&r));
	if (get_u32(&r) != our_key)
		return false;
	out->sender_key = get_u32(&r);
	out->len = reader_left(&r);
	out->datagram = datagram + len - out->len;
	return !r.bad;
}

bool
kad_get_message(const uint8_t *datagram, size_t len,
    uint8_t buffer[KAD_INFLATED_MAX], struct kad_message *out)
{
	if (len < 2)
		return false;
	*out = (struct kad_message){datagram[1], datagram + 2, len - 2};
	if (datagram[0] == KAD_PROTOCOL)
		return true;
	if (datagram[0] != KAD_PROTOCOL_PACKED)
		return false;
	out->payload = buffer;
	out->len = kad_inflate(datagram + 2, len - 2, buffer);
	return out->len > 0;
}
