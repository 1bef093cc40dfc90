#!/bin/sh
# Two real clients, amuled 2.3.3, and twenty scripted peers on two slots: all
# get the file, in turn, and nobody is turned away or hangs up while it waits.
# aMule leaves a connection that is silent for 40 s and would not come back in
# time, so its wait here shows that the keep-alive works.
. "$(dirname "$0")/../clients/amule_lib.sh"

state=$tmp/state
mkdir "$state"
random_file "$files/file.bin" 10000000
serve_amules -s "$state" --slots 2 --rate 2700K
link=$("$SHARE" -d "$db" link "$files/file.bin")

status() {
	"$SHARE" -s "$state" status
}
# is_there ADDRESS: it has a slot or waits for one
is_there() {
	status | grep -q "^[uw].*	$1:"
}

# one after the other, so that it is certain who came first
jobs=
for i in $(seq 20); do
	timeout 150 ip netns exec "${net}4" "$PEER" get -when -bind "10.77.4.$i" \
		10.77.0.1 4662 "$link" "$tmp/got.$i" >"$tmp/when.$i" &
	jobs="$jobs $!"
	track $!
	wait_for 10 is_there "10.77.4.$i"
done
for client in 2 3; do
	download "$client" file.bin &
	jobs="$jobs $!"
	track $!
done

# look SECONDS PATTERN: wait until the status shows it; print that status.
shows() {
	status >"$tmp/status"
	grep -q "$1" "$tmp/status"
}
look() {
	wait_for "$1" shows "$2"
	cat "$tmp/status"
	[ "$(grep -c '^uploading' "$tmp/status")" -le 2 ] ||
		fail "more than two slots"
}
echo "the second aMule comes:"
wait_for 60 is_there 10.77.0.2
look 60 '	10\.77\.0\.3:'
echo "the first of the two has a slot:"
look 100 '^uploading	.*	10\.77\.0\.'

all_done "a peer was not served" $jobs
for i in $(seq 20); do
	cmp "$files/file.bin" "$tmp/got.$i" || fail "peer $i got other bytes"
done

# In turn: who came two later got a slot later. Of two that came one after the
# other, each may take the first when both slots are free.
cat $(seq -f "$tmp/when.%g" 20) | awk '{ when[NR] = $1 }
	NR > 2 && when[NR] <= when[NR - 2] { print "peer", NR, "was early"; bad = 1 }
	END { exit bad || NR != 20 }' || fail "not in turn: $(cat "$tmp"/when.*)"

wait_for 10 was_sent file.bin 22
all_went_well
