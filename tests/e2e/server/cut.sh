#!/bin/sh
# Somebody cuts the scoreboard under servers that have it mapped. No upload breaks;
# one who waits is served in its turn; the processes find each other again on a new
# board, so that nobody gets a slot that there is not.
. "$(dirname "$0")/../lib.sh"

state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 9000000
link=$("$SHARE" -d "$tmp/share.db" add "$tmp/file")
hash=$(hash_of "$link")
serve -d "$tmp/share.db" -s "$state" --slots 2 --address-slots 3 \
	--per-minute 1000

shows() {
	[ "$("$SHARE" -s "$state" status 2>"$tmp/err" | cut -f 1 | sort |
		uniq -c | awk '{ printf "%s %s;", $1, $2 }')" = "$1" ]
}
get() {
	timeout 60 "$PEER" get -rate "$1" 127.0.0.1 "$port" "$link" \
		"$tmp/got.$2" 2>"$tmp/err.$2" &
	peers="$peers $!"
	track $!
}

for size in 0 4096 300000; do
	rm -f "$tmp"/got.*
	peers=
	get 1500000 1
	get 1500000 2
	wait_for 5 shows '2 uploading;'
	get 9000000 3
	wait_for 5 shows '2 uploading;1 waiting;'
	truncate -s "$size" "$state/scoreboard"
	# one who comes now waits as well
	get 9000000 4
	wait_for 5 [ -e "$tmp/got.4" ]
	sleep 1
	[ ! -s "$tmp/got.4" ] || fail "cut to $size: a third slot"
	for peer in $peers; do
		wait $peer || fail "cut to $size: a peer ended with $?: $(cat "$tmp"/err.* "$log")"
	done
	for i in 1 2 3 4; do
		cmp "$tmp/file" "$tmp/got.$i" || fail "cut to $size: other bytes"
	done
	wait_for 5 shows '' # a server ends a little after its peer
	grep -q 'another program changed the scoreboard' "$log" ||
		fail "cut to $size: the log does not tell: $(cat "$log")"
	: >"$log"
done
