/*
 * ports/trust.h: whatever a router, or anybody in its place, says, the library
 * asks only the gateway or a host of a private network, at the address that was
 * checked; nothing that can break a request gets into one; and a port is ours
 * only if the router says so in every field.
 *
 * Input: u8 kind; what the router says.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "base/scope.h"
#include "base/util.h"
#include "ports/trust.h"

#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/miniwget.h>
#include <miniupnpc/upnpreplyparse.h>
#include <sys/param.h>

enum kind {
	KIND_REPLY,       /* of NAT-PMP: u8 opcode, then its bytes */
	KIND_URL,         /* of UPnP, where a device is described */
	KIND_DESCRIPTION, /* an XML document */
	KIND_ANSWER,      /* the same, of an entry in the list of ports */
	N_KINDS
};

static const char gateway_text[] = "198.51.100.1";
static const char inside_text[] = "10.0.0.2";
#define PORT 4662

static uint8_t gateway[ADDRESS_SIZE], inside[ADDRESS_SIZE];

static void
check_reply(const uint8_t *bytes, size_t n, enum trust_opcode opcode)
{
	uint8_t *copy = exact_copy(bytes, n);

	if (trust_nat_pmp(copy, n, opcode)) {
		bool is_error = copy[2] != 0 || copy[3] != 0;

		must(is_error || n >= (opcode == TRUST_ADDRESS ? 12 : 16));
		must(is_error || copy[1] == 128 + opcode);
	}
	free(copy);
}

static bool
is_near(const char *host)
{
	uint8_t address[ADDRESS_SIZE];
	char again[ADDRESS_TEXT];
	enum scope scope;

	if (!address_parse(host, address) ||
	    strcmp(address_format(again, address), host) != 0)
		return false;
	scope = scope_of(address);
	return memcmp(address, gateway, ADDRESS_SIZE) == 0 ||
	    scope == SCOPE_PRIVATE || scope == SCOPE_SHARED ||
	    scope == SCOPE_LINK;
}

/* The host that the library takes out of a trusted URL is a trusted one. */
static void
check_url(const char *url)
{
	char host[MAXHOSTNAMELEN + 1], *path;
	unsigned scope = 0;
	uint16_t port;

	if (!trust_url(url, gateway))
		return;
	for (const char *p = url; *p; p++)
		must(*p > ' ' && *p < 0x7F);
	if (parseURL(url, host, &port, &path, &scope))
		must(is_near(host) && scope == 0);
}

static void
check_service(const char *name)
{
	if (trust_service(name))
		must(name[0] && !strpbrk(name, "<>&\"'/\\#?% \t\r\n"));
}

/* As UPNP_GetIGDFromUrl reads it, and ports/upnp.c then takes out of it. */
static void
check_description(const char *text, size_t n)
{
	struct IGDdatas *data = calloc(1, sizeof *data);
	struct UPNPUrls urls = {0};

	must(data);
	parserootdesc(text, (int)n, data);
	check_service(data->first.servicetype);
	check_service(data->second.servicetype);
	GetUPNPUrls(&urls, data, "http://198.51.100.1:5000/root.xml", 0);
	if (urls.controlURL)
		check_url(urls.controlURL);
	FreeUPNPUrls(&urls);
	free(data);
}

/* Copy what the library cuts for us: at most size - 1 bytes. */
static void
copy_value(
    char *out, size_t size, struct NameValueParserData *data, const char *name)
{
	const char *value = GetValueFromNameValueList(data, name);

	snprintf(out, size, "%s", value ? value : "");
}

/* Is it this number, in digits? Zeros may stand before it. */
static bool
is_number(const char *text, uint32_t number)
{
	char digits[16];

	snprintf(digits, sizeof digits, "%u", number);
	must(*text);
	text += strspn(text, "0");
	return strcmp(*text ? text : "0", digits) == 0;
}

static void
check_answer(const char *text, size_t n)
{
	struct NameValueParserData data;
	struct trust_entry e;
	uint32_t seconds = 7;

	ParseNameValue(text, (int)n, &data);
	copy_value(e.client, sizeof e.client, &data, "NewInternalClient");
	copy_value(e.port, sizeof e.port, &data, "NewInternalPort");
	copy_value(e.seconds, sizeof e.seconds, &data, "NewLeaseDuration");
	ClearNameValueList(&data);
	if (!trust_entry_leads_to(&e, inside, PORT, &seconds)) {
		must(seconds == 7);
		return;
	}
	must(strcmp(e.client, inside_text) == 0);
	must(is_number(e.port, PORT) && is_number(e.seconds, seconds));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum kind kind;
	size_t n;
	char *text;

	if (size == 0)
		return 0;
	must(address_parse(gateway_text, gateway));
	must(address_parse(inside_text, inside));
	kind = (enum kind)(data[0] % N_KINDS);
	n = size - 1;
	text = calloc(1, n + 1);
	must(text);
	memcpy(text, data + 1, n);
	if (kind == KIND_REPLY && n > 0)
		check_reply(data + 2, n - 1,
		    data[1] & 1 ? TRUST_MAP_TCP : TRUST_ADDRESS);
	if (kind == KIND_URL)
		check_url(text);
	if (kind == KIND_DESCRIPTION)
		check_description(text, n);
	if (kind == KIND_ANSWER)
		check_answer(text, n);
	free(text);
	return 0;
}
