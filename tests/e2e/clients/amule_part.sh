#!/bin/sh
# A real client, amuled 2.3.3, and a file of exactly one part, which it never
# accepts and loads again for ever: it is sent three times, then told to wait,
# and stays connected.
. "$(dirname "$0")/../clients/amule_lib.sh"

state=$tmp/state
mkdir "$state"
random_file "$files/part.bin" 9728000
serve_amules -s "$state"

download 2 part.bin &
track $!

# sent: bytes of the upload
sent() {
	"$SHARE" -s "$state" status --json | sed -n 's/.*"bytes":\([0-9]*\).*/\1/p'
}
has_it_thrice() {
	[ "$(sent)" -gt 29184000 ]
}
wait_for 60 has_it_thrice
sleep 5
sent=$(sent)
[ -n "$sent" ] || fail "it is not connected any more"
[ "$sent" -lt 30000000 ] || fail "$sent bytes were sent"
echo "$sent bytes were sent"
