/*
 * base/outside.h: what holds has all that a peer would be told, and what is
 * refused has a reason.
 *
 * Input: the file.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "base/outside.h"

#define NOW 1795370000

static void
check_ports(const struct outside *out)
{
	must(out->n_ports <= OUTSIDE_PORTS_MAX);
	for (size_t i = 0; i < out->n_ports; i++) {
		must(out->ports[i].inside != 0 && out->ports[i].outside != 0);
		/* of two for the same port neither would be right */
		must(outside_port_of(out, out->ports[i].inside) ==
		    out->ports[i].outside);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = exact_copy(data, size);
	struct outside out;

	outside_parse(&out, text, size, NOW);
	must(memchr(out.error, '\0', sizeof out.error));
	switch (out.state) {
	case OUTSIDE_HOLDS:
	case OUTSIDE_ENDED:
		must(size <= OUTSIDE_SIZE_MAX && text[size - 1] == '\n');
		must(address_is_ipv4(out.address) && !out.error[0]);
		must((out.expires > NOW) == (out.state == OUTSIDE_HOLDS));
		must(out.n_ports > 0);
		check_ports(&out);
		break;
	case OUTSIDE_REFUSED:
		must(out.error[0] && !address_is_known(out.address));
		must(!address_is_known(out.refused) ||
		    address_is_ipv4(out.refused));
		check_ports(&out);
		break;
	default:
		must(out.state == OUTSIDE_STRANGE);
	}
	free(text);
	return 0;
}
