#!/bin/sh
# A server that forks, under load: a thousand connections within a second are all
# answered. It is renewed, its program and its database are replaced, and not one
# transfer fails. Then it and its children are killed at random: whose process lives
# notices nothing. SECONDS_OF_TURMOIL makes it longer.
# alone: it keeps both processors busy
. "$(dirname "$0")/../lib.sh"
seconds=${SECONDS_OF_TURMOIL:-4}

db=$tmp/share.db
mkdir "$tmp/state"
random_file "$tmp/file" 400000
link=$("$SHARE" -d "$db" add "$tmp/file")
many='--connections 4000 --per-address 4000 --per-minute 1000000 --address-slots 64'
cp "$SERVE" "$tmp/serve"

# worker NUMBER: load the file over and over; a line for each time that failed
worker() {
	until [ -e "$tmp/stop" ]; do
		echo x >>"$tmp/loads.$1"
		rm -f "$tmp/got.$1"
		timeout 60 "$PEER" get -rate 2000000 127.0.0.1 "$port" "$link" "$tmp/got.$1" \
			2>"$tmp/err.$1" && cmp "$tmp/file" "$tmp/got.$1" && continue
		tail -n 1 "$tmp/err.$1" >>"$tmp/failed"
	done
}
begin() {
	: >"$tmp/failed"
	rm -f "$tmp/stop" "$tmp"/loads.*
	workers=
	for number in 1 2 3 4; do
		worker $number &
		workers="$workers $!"
	done
}
# end WHAT: how many loads failed is in $failed
end() {
	touch "$tmp/stop"
	wait $workers || fail "$1"
	failed=$(wc -l <"$tmp/failed")
	loads=$(cat "$tmp"/loads.* | wc -l)
	echo "$1: $loads loads, $failed failed"
	[ "$loads" -ge 10 ] || fail "$1: only $loads loads"
}
nobody_is_connected() {
	[ -z "$("$SHARE" -s "$tmp/state" status)" ]
}
children_of() {
	[ $# -eq 0 ] || cat "/proc/$1/task/$1/children" 2>/dev/null
}
until_over() {
	[ "$(date +%s)" -lt "$over" ]
}
for_a_while() {
	over=$(($(date +%s) + seconds))
}

# a thousand
port=$(free_port)
"$tmp/serve" --listen "127.0.0.1:$port" --user "$(id -un)" -d "$db" \
	-s "$tmp/state" $many >"$log" 2>&1 </dev/null &
server=$!
track $server
wait_for 5 is_listening "$port"
said=$(timeout 100 "$B/tests/systemd/dial" hold 1000 1000 1 "$port") ||
	fail "dial ended with $?"
equal "a thousand" "$said" "1000 answered, 0 closed"
wait_for 20 nobody_is_connected

# renewals, other programs, other databases
begin
for_a_while
while until_over; do
	kill -HUP $server
	cp "$SERVE" "$tmp/serve.new"
	mv "$tmp/serve.new" "$tmp/serve"
	random_file "$tmp/other" 1000
	"$SHARE" -d "$db" add "$tmp/other" >/dev/null 2>&1
	"$SHARE" -d "$db" remove "$tmp/other" >/dev/null
	sleep 0.2
done
end renewed
[ "$failed" -eq 0 ] || fail "renewed: $(sort "$tmp/failed" | uniq -c)"
! grep -E '(error|warning):' "$log" || fail "in the log"
kill $server
wait_for 20 nobody_is_connected

command -v inetd >/dev/null ||
	skip "to kill it: inetd is missing (package openbsd-inetd); all else was tested"
port=$(free_port)
echo "$port stream tcp wait.100000 $(id -un) $tmp/serve ed2k-serve -d $db" \
	"-s $tmp/state $many --linger 5" >"$tmp/inetd.conf"
inetd -i "$tmp/inetd.conf" 2>"$tmp/inetd.err" &
inetd=$!
track $inetd
wait_for 5 is_listening "$port"

# the parent: a connection that it had accepted and not yet forked for may end
begin
for_a_while
kills=0
while until_over; do
	sleep 0.1
	parent=$(children_of $inetd)
	[ -z "$parent" ] || ! kill -9 $parent 2>/dev/null || kills=$((kills + 1))
done
end "parent killed $kills times"
[ "$kills" -ge 3 ] || fail "only $kills kills"
[ "$failed" -le "$kills" ] || fail "$(sort "$tmp/failed" | uniq -c)"
wait_for 20 nobody_is_connected

# children
begin
for_a_while
kills=0
while until_over; do
	sleep 0.02
	child=$(children_of $(children_of $inetd) | awk '{ print $1 }')
	[ -z "$child" ] || ! kill -9 $child 2>/dev/null || kills=$((kills + 1))
done
end "children killed $kills times"
[ "$kills" -ge 3 ] || fail "only $kills kills"
[ "$failed" -le "$kills" ] || fail "$(sort "$tmp/failed" | uniq -c)"
wait_for 20 nobody_is_connected
parent=$(children_of $inetd)
! ps -o stat= --ppid $parent 2>/dev/null | grep -q Z || fail "a zombie is left"
no_server() {
	[ -z "$(children_of $inetd)" ]
}
wait_for 20 no_server
