/*
 * proto/proxy_header.h: whoever reads as far as he is told, takes the header and
 * no byte more, and is told the same as one who has all at once; what it names
 * is read the same when it is written out.
 *
 * Input: a stream.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "proto/proxy_header.h"

static enum proxy_header_result
parse(const uint8_t *bytes, size_t n, struct proxy_header *header, size_t *len)
{
	uint8_t *copy = exact_copy(bytes, n);
	enum proxy_header_result res = proxy_header_parse(copy, n, header, len);

	free(copy);
	return res;
}

/* The same source and port, as version 2 of IPv6 writes them. */
static void
check_written(const struct proxy_header *header)
{
	static const uint8_t begin[] = "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24";
	uint8_t bytes[16 + 36] = {0};
	struct proxy_header again;
	size_t len;

	memcpy(bytes, begin, 16);
	memcpy(bytes + 16, header->source, ADDRESS_SIZE);
	bytes[48] = (uint8_t)(header->source_port >> 8);
	bytes[49] = (uint8_t)header->source_port;
	bytes[50] = (uint8_t)(header->destination_port >> 8);
	bytes[51] = (uint8_t)header->destination_port;
	must(parse(bytes, sizeof bytes, &again, &len) == PROXY_HEADER_PEER);
	must(len == sizeof bytes);
	must(memcmp(again.source, header->source, ADDRESS_SIZE) == 0);
	must(again.source_port == header->source_port);
	must(again.destination_port == header->destination_port);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum proxy_header_result whole, res;
	struct proxy_header header;
	size_t len, whole_len, n = 0;

	whole = parse(data, size, &header, &whole_len);
	if (whole == PROXY_HEADER_PEER)
		check_written(&header);
	if (whole == PROXY_HEADER_PEER || whole == PROXY_HEADER_LOCAL)
		must(whole_len <= size && whole_len <= PROXY_HEADER_MAX);
	while ((res = parse(data, n, &header, &len)) == PROXY_HEADER_MORE) {
		must(len > n && len <= PROXY_HEADER_MAX);
		if (n == size)
			break;
		n = len < size ? len : size;
	}
	must(res == whole);
	if (whole == PROXY_HEADER_PEER || whole == PROXY_HEADER_LOCAL)
		must(n == whole_len);
	if (res != PROXY_HEADER_MORE && res != PROXY_HEADER_NONE)
		must(proxy_header_begins(data, size));
	return 0;
}
