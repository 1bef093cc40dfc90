#!/bin/sh
# Obfuscated downloads by a real client, amuled 2.3.3, over a link with a hint:
# its first connection is obfuscated if it requires or prefers that, and plain
# if it merely can.
. "$(dirname "$0")/../clients/amule_lib.sh"

required='IsClientCryptLayerSupported=1
IsCryptLayerRequested=1
IsClientCryptLayerRequired=1'
supported='IsClientCryptLayerSupported=1
IsCryptLayerRequested=0
IsClientCryptLayerRequired=0'

random_file "$files/large.bin" 31457280
random_file "$files/default.bin" 100000
random_file "$files/plain.bin" 100000
serve_amules
link_options=--crypt

# came NAME TRANSPORT: was it all sent over connections of this kind?
came() {
	wait_for 5 was_sent "$1" 1
	hash=$(hash_of "$("$SHARE" -d "$db" link "$files/$1")")
	! grep " file=$hash " "$log" | grep -v "transport=$2" ||
		fail "$1 did not come over $2 connections"
}

obfuscation=$required
downloads 2 large.bin
came large.bin obfuscated

obfuscation=
download 2 default.bin & default=$!
track $default
obfuscation=$supported
download 3 plain.bin & plain=$!
track $plain
wait $default
wait $plain
came default.bin obfuscated
came plain.bin plain

all_went_well
