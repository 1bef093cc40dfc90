#!/bin/sh
# A server that accepts connections itself: where it listens, who it becomes, what
# it refuses, and that neither its renewals nor kill -9 lose a connection.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
mkdir "$tmp/state"
random_file "$tmp/file" 3000000
link=$("$SHARE" -d "$db" add "$tmp/file")
user=$(id -un)

get() {
	rm -f "$tmp/got"
	"$PEER" get "$@" "$link" "$tmp/got" || fail "get $*: $(cat "$log")"
	cmp "$tmp/file" "$tmp/got" || fail "get $*: other bytes"
}
# AddressSanitizer would make an exit code of what is a crash for the parent
crashes=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_sigbus=0

# start OPTION...: a server with these; its process is $server
start() {
	ASAN_OPTIONS=$crashes "$SERVE" -d "$db" --user "$user" "$@" >"$log" 2>&1 </dev/null &
	server=$!
	track "$server"
}

# stop: end it, so that the next one can have its port
stop() {
	kill $server
	wait $server || fail "SIGTERM: ended with $?"
}

# mistakes
for place in 0 70000 :4662 ::1:4662 '[::1' '[::1]' host:4662 127.0.0.1: ''; do
	expect 64 "$SERVE" --listen "$place" --user "$user" </dev/null
	said 'is no \[ADDRESS:\]PORT'
done
expect 67 "$SERVE" --listen "127.0.0.1:$(free_port)" --user nobody-at-all </dev/null
said 'there is no "nobody-at-all"'
LISTEN_FDS=1 expect 64 sh -c 'LISTEN_PID=$$ exec "$@" 3</dev/null' sh "$SERVE" -d "$db" </dev/null
said 'descriptor 3, which LISTEN_FDS passes, does not listen'
if is_root; then
	expect 64 "$SERVE" --listen "127.0.0.1:$(free_port)" </dev/null
	said 'started by root, it needs a user'
fi

# several places, both families
port=$(free_port)
second=$(free_port)
third=$(free_port)
start --listen "127.0.0.1:$port" --listen "$second" --listen "[::1]:$third"
wait_for 5 is_listening "$third"
expect 69 "$SERVE" --listen "127.0.0.1:$port" --user "$user" </dev/null
said 'cannot listen on .*Address already in use'
get 127.0.0.1 "$port"
get 127.0.0.1 "$second"
if [ -e /proc/net/if_inet6 ] && grep -q '^0*1 ' /proc/net/if_inet6; then
	get ::1 "$third"
	get ::1 "$second"
fi

# what is shared meanwhile, in a new directory too, the next connection has: while
# the database is new, and when it has been read for all
sleep 2.1
get 127.0.0.1 "$port"
mkdir "$tmp/later"
random_file "$tmp/later/file" 200000
later=$("$SHARE" -d "$db" add "$tmp/later/file")
for i in 1 2; do
	rm -f "$tmp/got"
	"$PEER" get 127.0.0.1 "$port" "$later" "$tmp/got" ||
		fail "shared meanwhile, $i: $(cat "$log")"
	cmp "$tmp/later/file" "$tmp/got" || fail "other bytes"
	[ $i -eq 2 ] || sleep 2.1
done
"$SHARE" -d "$db" remove "$tmp/later/file"
expect 3 "$PEER" get 127.0.0.1 "$port" "$later" "$tmp/got"

# where stack and heap of the server are; other places each time it starts
layout() {
	awk '{ print $28, $45, $47 }' "/proc/$server/stat"
}
is_renewed() {
	[ "$(layout)" != "$as_it_was" ]
}

# anew on a signal, with the sockets, while an upload goes on
as_it_was=$(layout)
"$PEER" get -rate 3000000 127.0.0.1 "$port" "$link" "$tmp/slow" &
peer=$!
wait_for 10 [ -s "$tmp/slow" ]
kill -HUP $server
wait_for 5 is_renewed
get 127.0.0.1 "$port"
get 127.0.0.1 "$second"
wait $peer || fail "an upload ended with a renewal"

# anew after a crash, which is said
children() {
	cat "/proc/$server/task/$server/children"
}
has_child() {
	[ -n "$(children)" ]
}
has_no_child() {
	[ -z "$(children)" ]
}
for signal in SEGV ABRT SYS BUS; do
	as_it_was=$(layout)
	wait_for 10 has_no_child # that of the last download
	echo sleep 60000 | "$PEER" raw 127.0.0.1 "$port" >/dev/null &
	track $!
	wait_for 5 has_child
	kill -$signal $(children)
	wait_for 5 is_renewed
	grep -q 'process .* of a connection was ended by signal' "$log" ||
		fail "a crash is not said"
	get 127.0.0.1 "$port"
done

# the end leaves what runs alone
wait_for 10 has_no_child
echo sleep 60000 | "$PEER" raw 127.0.0.1 "$port" >/dev/null &
track $!
wait_for 5 has_child
child=$(children)
stop
kill -0 $child || fail "a child ended with its parent"
! is_listening "$port" || fail "a child has the socket that listens"
kill $child

# a new program: the next connection but those of two seconds has it
cp "$SERVE" "$tmp/serve"
was=$SERVE
SERVE=$tmp/serve
start --listen "127.0.0.1:$port"
wait_for 5 is_listening "$port"
get 127.0.0.1 "$port"
as_it_was=$(layout)
cp "$was" "$tmp/serve.new"
mv "$tmp/serve.new" "$tmp/serve"
sleep 2.1
get 127.0.0.1 "$port"
is_renewed || fail "a new program is not taken"
# and none: it goes on
as_it_was=$(layout)
rm "$tmp/serve"
kill -HUP $server
wait_for 5 is_renewed
get 127.0.0.1 "$port"
stop
SERVE=$was

# a refused connection starts no process, and is said once a minute
start --listen "127.0.0.1:$port" -s "$tmp/state" --per-minute 3
wait_for 5 is_listening "$port"
for i in 1 2 3; do
	get 127.0.0.1 "$port"
done
for i in 1 2 3 4 5; do
	[ -z "$(echo "$hello" | "$PEER" raw 127.0.0.1 "$port" || true)" ] ||
		fail "a fourth connection was answered"
done
equal "refused" "$(grep -c 'end=refused fault="too many new connections a minute"' "$log")" 1
echo shut | "$PEER" raw -bind 127.0.0.2 127.0.0.1 "$port" >/dev/null ||
	fail "another address was refused"
stop

# who is connected counts when it has started anew
start --listen "127.0.0.1:$port" -s "$tmp/state" --connections 2
wait_for 5 is_listening "$port"
has_two_children() {
	[ "$(children | wc -w)" -eq 2 ]
}
mkfifo "$tmp/silence"
"$PEER" raw 127.0.0.1 "$port" <"$tmp/silence" >/dev/null &
track $!
"$PEER" raw 127.0.0.1 "$port" <"$tmp/silence" >/dev/null &
track $!
exec 3>"$tmp/silence"
wait_for 5 has_two_children
as_it_was=$(layout)
kill -HUP $server
wait_for 5 is_renewed
[ -z "$(echo "$hello" | "$PEER" raw 127.0.0.1 "$port" || true)" ] ||
	fail "a third connection was answered"
equal "refused" "$(grep -c 'end=refused fault="too many connections in all"' "$log")" 1
exec 3>&-
stop

# privileges are dropped, groups too
can_be_nobody || skip "to become nobody: only root can; all else was tested"
chmod 755 "$tmp"
chown nobody "$tmp/state"
user=nobody
start --listen "127.0.0.1:$port" -s "$tmp/state"
wait_for 5 is_listening "$port"
has_dropped() {
	grep -q "^Uid:	65534	65534	65534	65534\$" "/proc/$server/status" &&
		grep -q '^CapEff:	0*$' "/proc/$server/status" &&
		grep -q '^Groups:	\(65534 \)\?$' "/proc/$server/status"
}
wait_for 5 has_dropped
get 127.0.0.1 "$port"
as_it_was=$(layout)
kill -HUP $server
wait_for 5 is_renewed
has_dropped || fail "not nobody any more"
get 127.0.0.1 "$port"
