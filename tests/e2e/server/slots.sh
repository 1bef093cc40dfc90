#!/bin/sh
# Few slots and many peers: all are served in turn, nobody is turned away, each
# waits by the rules, and the books agree to the byte.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 20000000
link=$("$SHARE" -d "$db" add "$tmp/file")
hash=$(hash_of "$link")
many='--per-minute 100000 --per-address 100 --address-slots 100'


# in the background until the end: one who waits and never says a word hears
# that we are here, after 20 s, and is let go all the same
mkdir "$tmp/silent"
log=$tmp/silent.log
serve -d "$db" -s "$tmp/silent" --slots 1 --wait-timeout 23
timeout 60 "$PEER" get -rate 300000 127.0.0.1 "$port" "$link" "$tmp/held" &
track $!
held() {
	"$SHARE" -s "$tmp/silent" status | grep -q '^uploading'
}
wait_for 5 held
(echo "$hello"; echo "e31100000054$hash") |
	timeout 40 "$PEER" raw 127.0.0.1 "$port" >"$tmp/heard" &
silent=$!
track $silent

# in the background, too: one who takes what it is sent in drops, 12 KB/s where
# 16 are the least, does not keep the only slot from a slow but honest peer
mkdir "$tmp/drops"
random_file "$tmp/small" 300000
small=$("$SHARE" -d "$db" add "$tmp/small")
log=$tmp/drops.log
serve -d "$db" -s "$tmp/drops" --slots 1 --send-timeout 4
(frame e3 47 "$hash$(le 8 0)$(le 8 10000000)"; echo; for i in $(seq 150); do
	echo read 6000
	echo sleep 500
done) | timeout 90 "$PEER" raw -small 127.0.0.1 "$port" >"$tmp/drops.out" &
track $!
in_drops() {
	"$SHARE" -s "$tmp/drops" status | grep -q '^uploading.*(direct)'
}
wait_for 5 in_drops
timeout 40 "$PEER" get -rate 30000 127.0.0.1 "$port" "$small" "$tmp/honest" &
honest=$!
track $honest
log=$tmp/log

# twelve on two slots; a slot ends after a part while others wait
serve -d "$db" -s "$state" --slots 2 $many
jobs=
for i in $(seq 12); do
	timeout 60 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got.$i" &
	jobs="$jobs $!"
	track $!
done
all_done "a peer was not served" $jobs
for i in $(seq 12); do
	cmp "$tmp/file" "$tmp/got.$i" || fail "peer $i got other bytes"
done
wait_for 5 sh -c "[ \$(grep -c ' end=hung-up' '$tmp/log') -eq 12 ]"
recorded() {
	[ "$(sqlite3 "$state/activity.db" 'SELECT count(*), sum(bytes) FROM transfer')" = "$1" ]
}
wait_for 5 recorded '12|240000000'

# one slot, taken by a slow peer: the next gets one rank of 12 bytes, then is
# kept by silence that means nothing, and has its turn when the slot is free
serve -d "$db" -s "$state" --slots 1 $many
timeout 60 "$PEER" get -rate 2500000 127.0.0.1 "$port" "$link" "$tmp/slow" &
slow=$!
track $slow
uploading() {
	"$SHARE" -s "$state" status | grep -q "^uploading	.*	aMule	$hash	"
}
wait_for 5 uploading
answer=$( (
	echo "$hello"
	echo "e31100000054$hash"
	echo "e31100000054$hash"
	echo sleep 500
	echo shut
) | timeout 20 "$PEER" raw 127.0.0.1 "$port")
rank=c50d00000060010000000000000000000000
case $answer in
*"$rank$rank") ;;
*) fail "ranks: $answer" ;;
esac
# a direct client knows no rank: it waits
timeout 60 "$PEER" direct 127.0.0.1 "$port" "$link" "$tmp/direct" &
direct=$!
track $direct
wait_for 5 sh -c "'$SHARE' -s '$state' status | grep -q '^waiting	.*(direct)'"
"$SHARE" -s "$state" status --json | grep -q '"state":"waiting".*"client":"(direct)"' ||
	fail "status --json: $("$SHARE" -s "$state" status --json)"
wait $slow || fail "the slow peer"
wait $direct || fail "the direct client"
cmp "$tmp/file" "$tmp/slow" || fail "slow: other bytes"
cmp "$tmp/file" "$tmp/direct" || fail "direct: other bytes"

# a server that is killed in mid-upload: its slot is free at once, and the next
# one writes down what it had sent
before=$(sqlite3 -cmd '.timeout 5000' "$state/activity.db" 'SELECT count(*) FROM transfer')
timeout 60 "$PEER" get -rate 2000000 127.0.0.1 "$port" "$link" "$tmp/lost" 2>/dev/null &
lost=$!
track $lost
wait_for 5 uploading
sleep 1
kill -9 $(servers)
wait $lost 2>/dev/null || true
rm -f "$tmp/got"
timeout 20 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" ||
	fail "no slot after a server was killed"
cmp "$tmp/file" "$tmp/got" || fail "after a kill: other bytes"
killed() {
	[ "$(sqlite3 "$state/activity.db" "SELECT count(*) FROM transfer WHERE outcome = 'killed' AND bytes > 0")" -eq 1 ]
}
wait_for 5 killed
[ "$(sqlite3 -cmd '.timeout 5000' "$state/activity.db" 'SELECT count(*) FROM transfer')" -eq $((before + 2)) ] ||
	fail "rows: $(sqlite3 "$state/activity.db" 'SELECT outcome, bytes FROM transfer')"

nobody_is_left() {
	[ -z "$(cat "/proc/$activator/task/$activator/children")" ]
}

# limits of one address: abuse is turned away, and said in the log
rm -rf "$state"
mkdir "$state"
serve -d "$db" -s "$state" --per-address 2 --per-minute 4
(echo "$hello"; echo sleep 30000) | "$PEER" raw 127.0.0.1 "$port" >/dev/null &
track $!
(echo "$hello"; echo sleep 30000) | "$PEER" raw 127.0.0.1 "$port" >/dev/null &
track $!
two() {
	[ "$("$SHARE" -s "$state" status | wc -l)" -eq 2 ]
}
wait_for 5 two
[ -z "$( (echo "$hello"; echo shut) | "$PEER" raw 127.0.0.1 "$port" || true)" ] ||
	fail "a third connection was answered"
wait_for 5 grep -q 'peer=127.0.0.1:[0-9]* end=refused fault="too many connections"' "$tmp/log"
# (the log has one such line a minute of an address, so this is another minute)
kill $(servers) 2>/dev/null || true
wait_for 10 nobody_is_left
rm -rf "$state"
mkdir "$state"
serve -d "$db" -s "$state" --per-minute 1
(echo "$hello"; echo shut) | "$PEER" raw 127.0.0.1 "$port" >/dev/null || true
(echo "$hello"; echo shut) | "$PEER" raw 127.0.0.1 "$port" >/dev/null || true
wait_for 5 grep -q 'end=refused fault="too many new connections a minute"' "$tmp/log"

# a damaged scoreboard is begun anew, by the next process
kill $(cat "/proc/$activator/task/$activator/children") 2>/dev/null || true
wait_for 10 nobody_is_left
echo nonsense >"$state/scoreboard"
serve -d "$db" -s "$state" $many
rm -f "$tmp/got"
"$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" || fail "after damage"
grep -q 'scoreboard" is damaged or of another version; it is begun anew' "$tmp/log" ||
	fail "a damaged scoreboard: $(cat "$tmp/log")"

wait $honest || fail "who takes drops kept the slot: $(cat "$tmp/drops.log")"
cmp "$tmp/small" "$tmp/honest" || fail "the honest one got other bytes"
grep -q 'client="" .* end=stalled$' "$tmp/drops.log" ||
	fail "who takes drops: $(cat "$tmp/drops.log")"

wait $silent || fail "the silent one: $(cat "$tmp/heard")"
case $(cat "$tmp/heard") in
*"$rank$(frame e3 5b "$hash")") ;;
*) fail "the silent one heard $(cat "$tmp/heard")" ;;
esac
wait_for 5 grep -q ' end=idle$' "$tmp/silent.log"
