#!/bin/sh
# --rate: answers count, too. Those without a slot have an eighth of it in
# common, however many they are and whatever they ask, and an honest peer beside
# them is greeted and served without delay. (How well the rate itself is kept:
# tests/bench/rate.)
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
mkdir "$tmp/state"
random_file "$tmp/file" 10000000
random_file "$tmp/small" 60000
link=$("$SHARE" -d "$db" add "$tmp/file")
small=$("$SHARE" -d "$db" add "$tmp/small")
hash=$(hash_of "$link")

# ms: on the clock
ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}
# flood: hash sets of 57 bytes to eight connections, 160 KB in all; how long
# that takes is in $took
flood() {
	begun=$(ms)
	jobs=
	for i in $(seq 8); do
		timeout 60 "$TOOLS/rogue" "$port" "$tmp/file" flood 350 \
			<"$tmp/talk" >"$tmp/said.$i" 2>&1 &
		jobs="$jobs $!"
		track $!
	done
}
flood_ends() {
	all_done "a flood: $(cat "$tmp"/said.*)" $jobs
	took=$(($(ms) - begun))
	[ "$(cat "$tmp"/said.* | grep -c '^1 connections, 351 frames')" -eq 8 ] ||
		fail "not all answers: $(cat "$tmp"/said.*)"
}
printf '%s\n' "$hello" "$(frame e3 51 "$hash")" >"$tmp/talk"

serve -d "$db" -s "$tmp/state" --rate 160K
flood
sleep 1
begun_get=$(ms)
timeout 60 "$PEER" get -when 127.0.0.1 "$port" "$small" "$tmp/got" >"$tmp/when" ||
	fail "the honest peer"
got=$(($(ms) - begun_get))
cmp "$tmp/small" "$tmp/got" || fail "other bytes"
greeted=$(($(cat "$tmp/when") - begun_get))
[ "$greeted" -lt 1500 ] || fail "a slot after $greeted ms"
[ "$got" -lt 4000 ] || fail "60 KB took $got ms"
flood_ends
# 160 KB at 20 KiB a second; what a bucket holds at first is a little
[ "$took" -gt 5000 ] || fail "160 KB of answers took $took ms"
echo "a flood took $took ms, a slot beside it $greeted ms, 60 KB $got ms"

# without a rate nothing is held back
serve -d "$db" -s "$tmp/state"
flood
flood_ends
[ "$took" -lt 3000 ] || fail "without a rate: $took ms"
