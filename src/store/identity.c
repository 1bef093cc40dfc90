/*
 * Our user hash; see identity.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/identity.h"

#include "base/crypto.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define MACHINE_ID      "/etc/machine-id"
#define MACHINE_ID_SIZE 32 /* hexadecimal digits */

bool
identity_mode_parse(const char *text, enum identity_mode *out)
{
	*out = strcmp(text, "own") == 0 ? IDENTITY_OWN : IDENTITY_SHARED;
	return *out == IDENTITY_OWN || strcmp(text, "shared") == 0;
}

enum identity_mode
identity_default(const struct store *store, bool is_balanced)
{
	return store->db.is_snapshot && !is_balanced ? IDENTITY_OWN
						     : IDENTITY_SHARED;
}

/* False after a log line. */
static bool
read_machine_id(char id[MACHINE_ID_SIZE])
{
	int fd = open(MACHINE_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, id, MACHINE_ID_SIZE) : -1;

	if (fd >= 0)
		close(fd);
	if (n == MACHINE_ID_SIZE)
		return true;
	log_error("this machine has no id in " MACHINE_ID
		  "; make one with systemd-machine-id-setup, or use "
		  "\"--identity shared\" if peers reach all machines that have "
		  "this snapshot at one address");
	return false;
}

/* Any bytes, but for the two marks that a user hash of a client has. */
static void
mix(uint8_t hash[HASH_SIZE], const char id[MACHINE_ID_SIZE])
{
	uint8_t both[HASH_SIZE + MACHINE_ID_SIZE], digest[SHA1_SIZE];

	memcpy(both, hash, HASH_SIZE);
	memcpy(both + HASH_SIZE, id, MACHINE_ID_SIZE);
	crypto_sha1(digest, both, sizeof both);
	memcpy(hash, digest, HASH_SIZE);
	hash[5] = USER_HASH_MARK_5;
	hash[14] = USER_HASH_MARK_14;
}

int
identity_user_hash(
    struct store *store, enum identity_mode mode, uint8_t out[HASH_SIZE])
{
	char id[MACHINE_ID_SIZE];

	switch (store_user_hash(store, out)) {
	case STORE_FOUND:
		break;
	case STORE_UNKNOWN:
		log_error("the share database has no user hash; restore it "
			  "from a backup");
		return EX_CONFIG;
	default:
		return store->db.fault;
	}
	if (mode == IDENTITY_SHARED)
		return 0;
	if (!read_machine_id(id))
		return EX_CONFIG;
	mix(out, id);
	return 0;
}
