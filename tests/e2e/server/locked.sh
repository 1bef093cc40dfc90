#!/bin/sh
# Locks on the scoreboard: who may only read it cannot make anybody wait, nor
# switch the limits off; a server that stops while it holds the lock delays the
# others by a bounded time, and none of them gets a slot of its own.
. "$(dirname "$0")/../lib.sh"

state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 20000000
link=$("$SHARE" -d "$tmp/share.db" add "$tmp/file")
hash=$(hash_of "$link")
rank=c50d00000060010000000000000000000000
accepted=e30100000055
serve -d "$tmp/share.db" -s "$state" --slots 1 --per-minute 1000

# asks: say hello, ask for a slot, and leave; sets $answer and $took (ms)
asks() {
	began=$(date +%s%3N)
	answer=$( (
		echo "$hello"
		echo "$(frame e3 54 "$hash")"
		echo shut
	) | timeout 60 "$PEER" raw 127.0.0.1 "$port")
	took=$(($(date +%s%3N) - began))
}
uploads() {
	"$SHARE" -s "$state" status | grep -q "^uploading	"
}

# one has the slot for longer than a lock is waited for
timeout 60 "$PEER" get -rate 800000 127.0.0.1 "$port" "$link" "$tmp/got" &
slow=$!
track $slow
wait_for 5 uploads

# a reader locks what it can
"$TOOLS/hold" "$state/scoreboard" >"$tmp/held" &
holder=$!
track $holder
wait_for 5 grep -q held "$tmp/held"
asks
echo "with a reader's lock: $answer after $took ms"
case $answer in
*"$rank") ;;
*) fail "with a reader's lock: not rank 1, but $answer" ;;
esac
[ "$took" -lt 5000 ] || fail "with a reader's lock: $took ms"
[ "$("$SHARE" -s "$state" status | wc -l)" -eq 1 ] ||
	fail "status: $("$SHARE" -s "$state" status)"
kill $holder

# the file with the locks is for the server alone
[ "$(stat -c %a "$state/scoreboard.lock")" = 600 ] ||
	fail "scoreboard.lock: mode $(stat -c %a "$state/scoreboard.lock")"
if [ "$(id -u)" -eq 0 ]; then
	need_command setpriv util-linux
	chmod 755 "$tmp"
	cp "$TOOLS/hold" "$tmp/hold" # where that user may run it
	chgrp nogroup "$state" "$state/scoreboard"
	chmod 750 "$state"
	nobody='setpriv --reuid=nobody --regid=nogroup --clear-groups'
	expect 1 $nobody "$tmp/hold" "$state/scoreboard.lock"
	said 'Permission denied'
	cp "$SHARE" "$tmp/ed2k-share"
	# and who may not ask the locks believes the records
	[ "$($nobody "$tmp/ed2k-share" -s "$state" status | cut -f 1)" = uploading ] ||
		fail "status as a member of the group: $($nobody "$tmp/ed2k-share" -s "$state" status)"
fi

# a server stops for good while it holds the lock; here it is one of us
"$TOOLS/hold" "$state/scoreboard.lock" >"$tmp/held" &
holder=$!
track $holder
wait_for 5 grep -q held "$tmp/held"
asks
echo "with a server's lock: $answer after $took ms"
case $answer in
*"$accepted"*) fail "a slot without the lock" ;;
*c50d00000060*) ;;
*) fail "with a server's lock: $answer" ;;
esac
[ "$took" -lt 25000 ] || fail "with a server's lock: $took ms"
grep -q 'the scoreboard is locked by a process that does not release it' "$log" ||
	fail "the log does not tell: $(cat "$log")"
kill $holder

wait $slow || fail "the upload ended with $?"
cmp "$tmp/file" "$tmp/got" || fail "other bytes"
