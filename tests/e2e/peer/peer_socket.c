/*
 * The connection of the scripted peer, plain or obfuscated as an eMule that
 * dials makes it.
 * SPDX-License-Identifier: ISC
 */
#include "peer.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

/* The streams of an obfuscated connection; NULL on a plain one. */
static EVP_CIPHER_CTX *to_server, *from_server;

static void
apply(EVP_CIPHER_CTX *stream, uint8_t *bytes, size_t n)
{
	int len;

	if (!EVP_EncryptUpdate(stream, bytes, &len, bytes, (int)n))
		peer_die(PEER_USAGE, "RC4 fails");
}

static EVP_CIPHER_CTX *
begin_stream(
    const uint8_t server[16], uint8_t direction, const uint8_t random[4])
{
	EVP_CIPHER_CTX *stream = EVP_CIPHER_CTX_new();
	uint8_t text[21], key[16], dropped[1024];

	memcpy(text, server, 16);
	text[16] = direction;
	memcpy(text + 17, random, 4);
	if (!EVP_Digest(text, sizeof text, key, NULL, EVP_md5(), NULL) ||
	    !EVP_EncryptInit_ex(stream, EVP_rc4(), NULL, key, NULL))
		peer_die(PEER_USAGE, "no MD5 or RC4");
	apply(stream, dropped, sizeof dropped);
	return stream;
}

void
peer_send(int fd, const uint8_t *p, size_t n)
{
	static uint8_t encrypted[1 << 13];

	if (to_server) {
		memcpy(encrypted, p, n);
		apply(to_server, encrypted, n);
		p = encrypted;
	}
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			peer_die(PEER_CLOSED, "send: %s", strerror(errno));
		p += k;
		n -= (size_t)k;
	}
}

size_t
peer_receive(int fd, void *out, size_t n)
{
	ssize_t k;

	do
		k = recv(fd, out, n, 0);
	while (k < 0 && errno == EINTR);
	if (k <= 0)
		return 0;
	if (from_server)
		apply(from_server, out, (size_t)k);
	return (size_t)k;
}

/* Throw up to n bytes away. Returns their number, or 0 at the end. */
static size_t
skip(int fd, size_t n)
{
	static uint8_t bytes[1 << 18];
	ssize_t k;

	if (from_server)
		return peer_receive(fd, bytes, min_size(n, sizeof bytes));
	/* MSG_TRUNC: the kernel drops the bytes instead of copying */
	do
		k = recv(fd, NULL, n, MSG_TRUNC);
	while (k < 0 && errno == EINTR);
	return k > 0 ? (size_t)k : 0;
}

void
peer_receive_all(int fd, void *out, size_t n)
{
	uint8_t *p = out;

	while (n > 0) {
		size_t k = p ? peer_receive(fd, p, n) : skip(fd, n);

		if (k == 0)
			peer_die(
			    PEER_CLOSED, "the server closed the connection");
		if (p)
			p += k;
		n -= k;
	}
}

static struct addrinfo *
resolve(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		peer_die(PEER_USAGE, "no address %s port %s", host,
		    port ? port : "-");
	return list;
}

static void
bind_to(int fd, const char *host)
{
	struct addrinfo *own = resolve(host, NULL);

	if (bind(fd, own->ai_addr, own->ai_addrlen) != 0)
		peer_die(PEER_USAGE, "cannot dial from %s: %s", host,
		    strerror(errno));
	freeaddrinfo(own);
}

static void
shake_hands(int fd, const char *server_hex)
{
	uint8_t hello[5 + 7 + 255] = {0}, answer[6], server[16], n;
	static const uint8_t magic[4] = {0xC4, 0x6F, 0x5E, 0x83};

	if (!OSSL_PROVIDER_load(NULL, "legacy") ||
	    !OSSL_PROVIDER_load(NULL, "default"))
		peer_die(PEER_USAGE, "no legacy provider");
	if (!hex_decode(server, server_hex, sizeof server))
		peer_die(PEER_USAGE, "-crypt wants a user hash");
	do
		if (getrandom(hello, sizeof hello, 0) != sizeof hello)
			peer_die(PEER_USAGE, "no random bytes");
	while (hello[0] == OP_EDONKEYPROT || hello[0] == OP_EMULEPROT ||
	    hello[0] == OP_PACKEDPROT);
	memcpy(hello + 5, magic, sizeof magic);
	hello[9] = hello[10] = 0;
	n = hello[11];
	from_server = begin_stream(server, 0xCB, hello + 1);
	peer_send(fd, hello, 5);
	to_server = begin_stream(server, 0x22, hello + 1);
	peer_send(fd, hello + 5, 7 + (size_t)n);
	peer_receive_all(fd, answer, sizeof answer);
	if (memcmp(answer, magic, sizeof magic) != 0 || answer[4] != 0)
		peer_die(PEER_CLOSED, "the answer to the handshake is wrong");
	if (answer[5] > 16)
		peer_die(PEER_CLOSED, "%u bytes of padding", answer[5]);
	peer_receive_all(fd, hello, answer[5]);
}

int
peer_dial(const char *host, const char *port, const struct options *opt)
{
	struct addrinfo *list = resolve(host, port);
	int fd, on = 1, small = 16384;

	fd = socket(list->ai_family, SOCK_STREAM, 0);
	if (opt->small || opt->rate)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	if (opt->bind)
		bind_to(fd, opt->bind);
	if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen) != 0)
		peer_die(PEER_CLOSED, "cannot connect: %s", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	freeaddrinfo(list);
	if (opt->crypt)
		shake_hands(fd, opt->crypt);
	return fd;
}
