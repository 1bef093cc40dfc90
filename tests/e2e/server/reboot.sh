#!/bin/sh
# The machine fails in the middle of uploads and boots again; the state directory
# is as it was. Nothing of the earlier boot holds a slot or counts as a
# connection, though its clock was far ahead of ours. Each boot is a time
# namespace, with a clock of its own.
. "$(dirname "$0")/../lib.sh"

unshare -T --monotonic 1 true 2>"$tmp/err" ||
	skip "no time namespace can be made here: $(cat "$tmp/err")"

state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 4000000
link=$("$SHARE" -d "$tmp/share.db" add "$tmp/file")
hash=$(hash_of "$link")
rank=c50d00000060010000000000000000000000

# in_boot UPTIME COMMAND...: run it on a machine that is up for so much longer
in_boot() {
	uptime=$1
	shift
	unshare -T --monotonic "$uptime" --boottime "$uptime" "$@"
}
# boot UPTIME: servers are started there from now on
given=$wrap
boot() {
	uptime=$1
	wrap="$given unshare -T --monotonic $uptime --boottime $uptime"
	serve -d "$tmp/share.db" -s "$state" --slots 1 --per-minute 3 \
		--per-address 2
}
# asks: what one is told who asks for a slot
asks() {
	(
		echo "$hello"
		echo "$(frame e3 54 "$hash")"
		echo shut
	) | timeout 60 "$PEER" raw 127.0.0.1 "$port" || true
}
shown() {
	in_boot "$uptime" "$SHARE" -s "$state" status 2>"$tmp/err" | cut -f 1
}
uploads() {
	[ "$(shown)" = uploading ]
}

# Up for eleven days, then for less than any time the board has, and so on.
for uptime in 1000000 0 259200 60 10; do
	boot $uptime
	timeout 60 "$PEER" get -rate 100000 127.0.0.1 "$port" "$link" "$tmp/got" \
		2>"$tmp/peer.err" &
	peer=$!
	track $peer
	wait_for 5 uploads
	case $(asks) in
	*"$rank") ;;
	*) fail "up $uptime s: a second slot" ;;
	esac
	case $(asks) in
	*"$rank") ;;
	*) fail "up $uptime s: not three in a minute" ;;
	esac
	[ -z "$(asks)" ] || fail "up $uptime s: four in a minute"
	# the power fails
	kill -9 $activator $(cat "/proc/$activator/task/$activator/children") ||
		true # those who asked may be gone by now
	wait $peer || true
	grep 'end=refused' "$log"
done
