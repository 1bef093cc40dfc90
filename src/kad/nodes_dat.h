/*
 * nodes.dat: the file in which Kad programs keep contacts. Pure: bytes in and
 * out; the file is the caller's. All little-endian:
 *
 *   version 0   u32 count, count times (contact without a version, u8 type)
 *   version 1   u32 0, u32 1, u32 count, count times a contact
 *   version 2   u32 0, u32 2, u32 count, count times
 *               (contact, u32 verify key, u32 our address then, u8 verified)
 *   version 3   u32 0, u32 3, u32 edition; 1: as version 1; others: as 2
 *
 * A contact is id 16, u32 ip, u16 UDP port, u16 TCP port, u8 version.
 * Source: aMule RoutingZone.cpp (ReadFile, WriteFile).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_NODES_DAT_H
#define KAD_NODES_DAT_H

#include "kad/contacts.h"

#include <stddef.h>
#include <stdint.h>

#define KAD_NODES_WRITTEN 200
#define KAD_NODES_SIZE    (12 + KAD_NODES_WRITTEN * 34)

/*
 * Add the contacts of a file, as many as there are whole ones. Returns how many
 * were taken; -1 when it is of no version that we know.
 */
int kad_nodes_read(
    struct kad_contacts *c, const void *bytes, size_t len, uint64_t now);

/*
 * Write contacts that answered at or after since_ms, as version 2. Returns how
 * many bytes.
 */
size_t kad_nodes_write(const struct kad_contacts *c, uint64_t since_ms,
    uint8_t out[KAD_NODES_SIZE]);

#endif
