#!/bin/sh
# A board that is full of peers that want nothing: sixteen connections of eight
# addresses. A newcomer gets in and is served; the one who uploads slowly and
# the one who waits beside them are left alone.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 6000000
link=$("$SHARE" -d "$db" add "$tmp/file")
serve -d "$db" -s "$state" --connections 16 --per-address 4 --slots 1 \
	--idle-timeout 10m

# get NAME ADDRESS [OPTION...]: in the background; its process is in $NAME
get() {
	name=$1 address=$2
	shift 2
	timeout 120 "$PEER" get "$@" -bind "$address" 127.0.0.1 "$port" "$link" \
		"$tmp/got.$name" &
	eval "$name=$!"
	track $!
}
# shows NUMBER STATE: so many are, as status has it
shows() {
	[ "$("$SHARE" -s "$state" status | grep -c "^$2")" -eq "$1" ]
}
# one who says hello and then nothing that needs an answer
idle_from() {
	(echo "$hello"; for i in $(seq 100); do echo e302000000fe00; echo sleep 1000; done) |
		"$PEER" raw -bind "$1" 127.0.0.1 "$port" >/dev/null 2>&1 &
	track $!
}

get slow 127.0.0.2 -rate 150000
wait_for 5 shows 1 uploading
get waiter 127.0.0.3
wait_for 5 shows 1 waiting
for i in 11 12 13 14 15 16; do
	idle_from 127.0.0.$i
	idle_from 127.0.0.$i
done
wait_for 10 shows 12 connected
idle_from 127.0.0.17
idle_from 127.0.0.18
wait_for 10 shows 14 connected
# it is full, and no place for those who have some already
idle_from 127.0.0.11
wait_for 5 grep -q 'peer=127.0.0.11:[0-9]* end=refused fault="too many connections"' "$log"

# the newcomer waits for its turn like any other as soon as two have left
get newcomer 127.0.0.4
wait_for 60 shows 2 waiting
wait_for 30 shows 12 connected

for name in slow waiter newcomer; do
	eval "wait \$$name" || fail "$name was not served"
	cmp "$tmp/file" "$tmp/got.$name" || fail "$name got other bytes"
done
[ "$(grep -c 'end=crowded$' "$log")" -ge 2 ] || fail "nobody left"
! grep 'peer=127.0.0.[234]:.*end=crowded$' "$log" || fail "the wrong one left"
