/*
 * The hello of aMule 2.3.3, for peers that are scripted: the payload, in hex,
 * with a user hash of our own.
 * SPDX-License-Identifier: ISC
 */
#ifndef E2E_HELLO_H
#define E2E_HELLO_H

#define AMULE_HELLO                                                            \
	"10ca25dac4a60e5e72ca419b24d2eb6f8acb007107361207000000"               \
	"020100010500614d756c65030100113c000000030100f940124012"               \
	"030100fb800d0403030100fa12321334030100feb80d0000"                     \
	"030100ef01000000000000000000"
#define AMULE_HELLO_SIZE ((sizeof AMULE_HELLO - 1) / 2)

#endif
