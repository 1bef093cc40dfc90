#!/bin/sh
# No server process outlives its time, whatever becomes of it: here it is stopped
# while it holds the only slot, and is killed an eighth after --session-timeout.
. "$(dirname "$0")/../lib.sh"
[ "${ED2K_SANDBOX:-}" != off ] || skip "the sandbox is off"

state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 20000000
link=$("$SHARE" -d "$tmp/share.db" add "$tmp/file")
serve -d "$tmp/share.db" -s "$state" --slots 1 --session-timeout 4s

uploads() {
	"$SHARE" -s "$state" status | grep -q "^uploading	"
}
timeout 60 "$PEER" get -rate 100000 127.0.0.1 "$port" "$link" "$tmp/got" >/dev/null 2>&1 &
peer=$!
track $peer
wait_for 5 uploads
owned=$(server_pid)
grep -q '^Max cpu time  *3600  *3600 ' "/proc/$owned/limits" ||
	fail "limits: $(grep cpu "/proc/$owned/limits")"
kill -STOP "$owned"

is_gone() {
	! kill -0 "$owned" 2>/dev/null
}
wait_for 15 is_gone
kill $peer 2>/dev/null || :

# and its slot is free
timeout 60 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got"
cmp "$tmp/file" "$tmp/got" || fail "another file"
