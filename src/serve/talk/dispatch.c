/*
 * The table of messages; see dispatch.h.
 *
 *   state      0x01    0x58 4F 51  0x54        0x47/A3    0x56 49    other
 *   HELLO      READY   end         end         DIRECT (*) end        end
 *   READY      answer  answer      (+)         strike     -          answer
 *   WAITING    answer  answer      rank        strike     READY      answer
 *   UPLOADING  answer  answer      answer      queue      READY      answer
 *   DIRECT     ignore  ignore      ignore      queue (*)  ignore     ignore
 *
 *   (*) A first frame 0x47 with a payload of 32 bytes makes a direct client;
 *       with another length it ends the session. In DIRECT a shorter one does.
 *   (+) UPLOADING if a slot is free, else WAITING until this peer's turn. When
 *       the slot ends, UPLOADING goes back to WAITING. A direct client stays in
 *       DIRECT while it waits.
 *   0xC5/0xFE (port test) is also answered in HELLO. Unknown messages are
 *   ignored, except in HELLO.
 *
 * The messages are described in ed2k-wire(5).
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/dispatch.h"

#include "base/util.h"
#include "serve/talk/answer.h"
#include "serve/talk/request.h"
#include "serve/talk/slot.h"

#define IN_HELLO  (1u << SESSION_HELLO)
#define IN_DIRECT (1u << SESSION_DIRECT)
#define GREETED                                                                \
	(1u << SESSION_READY | 1u << SESSION_WAITING | 1u << SESSION_UPLOADING)

/* The name is that of the opcode without its "OP_". */
#define ROW(protocol, opcode, states, handler)                                 \
	{                                                                      \
		protocol, opcode, states, handler, &#opcode[3]                 \
	}

static const struct message {
	uint8_t protocol, opcode;
	unsigned states; /* in which it is handled */
	session_handler *handle;
	const char *name;
} messages[] = {
    ROW(OP_EDONKEYPROT, OP_HELLO, IN_HELLO | GREETED, answer_hello),
    ROW(OP_EDONKEYPROT, OP_REQUESTPARTS, IN_HELLO | GREETED | IN_DIRECT,
	request_data),
    ROW(OP_EDONKEYPROT, OP_END_OF_DOWNLOAD, GREETED, slot_cancel),
    ROW(OP_EDONKEYPROT, OP_ASKSHAREDFILES, GREETED, answer_browse),
    ROW(OP_EDONKEYPROT, OP_SETREQFILEID, GREETED, answer_file_status),
    ROW(OP_EDONKEYPROT, OP_HASHSETREQUEST, GREETED, answer_hash_set),
    ROW(OP_EDONKEYPROT, OP_STARTUPLOADREQ, GREETED, slot_start_upload),
    ROW(OP_EDONKEYPROT, OP_CANCELTRANSFER, GREETED, slot_cancel),
    ROW(OP_EDONKEYPROT, OP_REQUESTFILENAME, GREETED, answer_file_name),
    ROW(OP_EDONKEYPROT, OP_ASKSHAREDDIRS, GREETED, answer_browse_dirs),
    ROW(OP_EDONKEYPROT, OP_ASKSHAREDFILESDIR, GREETED, answer_browse_dir),
    ROW(OP_EMULEPROT, OP_EMULEINFO, GREETED, answer_emule_info),
    ROW(OP_EMULEPROT, OP_MULTIPACKET, GREETED, answer_bundle),
    ROW(OP_EMULEPROT, OP_MULTIPACKET_EXT, GREETED, answer_bundle),
    ROW(OP_EMULEPROT, OP_MULTIPACKET_EXT2, GREETED, answer_bundle),
    ROW(OP_EMULEPROT, OP_HASHSETREQUEST2, GREETED, answer_hash_set2),
    ROW(OP_EMULEPROT, OP_PUBLICIP_REQ, GREETED, answer_public_ip),
    ROW(OP_EMULEPROT, OP_AICHREQUEST, GREETED, answer_aich_request),
    ROW(OP_EMULEPROT, OP_AICHFILEHASHREQ, GREETED, answer_aich_root),
    ROW(OP_EMULEPROT, OP_REQUESTPARTS_I64, GREETED, request_parts),
    ROW(OP_EMULEPROT, OP_PORTTEST, IN_HELLO | GREETED, answer_port_test),
};

static const struct message *
find_message(const struct session *s, const struct packet *p)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		const struct message *m = &messages[i];

		if (m->protocol == p->protocol && m->opcode == p->opcode &&
		    m->states & (1u << s->state))
			return m;
	}
	return NULL;
}

const char *
dispatch_packet(struct session *s, uint64_t now_ms, const struct packet *p,
    struct writer *out)
{
	const struct message *m = find_message(s, p);

	s->partial = false; /* what follows is another frame */
	if (m) {
		s->last_frame_ms = now_ms;
		m->handle(s, p, out);
		return m->name;
	}
	if (s->state == SESSION_HELLO)
		session_bad_peer(s, "no HELLO first");
	return NULL;
}

void
dispatch_each_message(
    void (*visit)(uint8_t protocol, uint8_t opcode, const char *name))
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		visit(
		    messages[i].protocol, messages[i].opcode, messages[i].name);
}
