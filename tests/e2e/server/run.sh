#!/bin/sh
# What "make run" starts serves a file and logs each connection. Started by root,
# it serves as the user nobody, also from a directory that is closed to others,
# and says so of a file that nobody may read.
. "$(dirname "$0")/../lib.sh"

random_file "$tmp/file" 3000000
mkdir "$tmp/build"
cp "$B/ed2k-serve" "$SHARE" "$tmp/build"
export B="$tmp/build"

# run PATH: share it, listen, load what is called "file"
run() {
	port=$(free_port)
	PORT=$port "$top/inetd/run" "$1" >"$tmp/links" 2>"$log" </dev/null &
	server=$!
	track "$server"
	wait_for 10 is_listening "$port"
	link=$(grep '|file|file|' "$tmp/links")
	case $link in
	*"|sources,"*":$port|/") ;;
	*) fail "the link: $link" ;;
	esac
	rm -f "$tmp/got"
	"$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" || fail "$1"
	cmp "$tmp/file" "$tmp/got" || fail "$1: other bytes"
	wait_for 5 grep -q 'bytes=3000000 .*end=hung-up' "$log"
	wait_for 5 test -s "$B/run/state/activity.db"
	"$SHARE" -s "$B/run/state" status >"$tmp/status" || fail "no scoreboard"
}
# The server has no rights but those of nobody; its listener is another's.
is_nobody() {
	grep -q "^Uid:	65534	65534	65534	65534\$" "/proc/$server/status" &&
		grep -q '^CapEff:	0*$' "/proc/$server/status"
}
end_server() {
	kill "$server"
	wait "$server" 2>/dev/null || true
	rm -rf "$B/run"
}

can_be_nobody || {
	run "$tmp/file"
	end_server
	skip "to serve as nobody: only root can become that; all else was tested"
}

chmod 755 "$tmp"
run "$tmp/file"
is_nobody || fail "not nobody: $(cat "/proc/$server/status")"
end_server

chmod 600 "$tmp/file"
expect 77 "$top/inetd/run" "$tmp/file"
said "nobody, who may not read $tmp/file; \"chmod -R o+rX $tmp/file\" mends it\$"
chmod 644 "$tmp/file"

chmod 700 "$tmp"
if can_mount; then
	run "$tmp/file"
	is_nobody || fail "not nobody: $(cat "/proc/$server/status")"
	end_server
else
	expect 77 "$top/inetd/run" "$tmp/file"
	said "may not search $tmp; \"chmod o+x $tmp\" mends it\$"
fi

# of a directory, what can be served is
chmod 755 "$tmp"
mkdir "$tmp/dir"
cp "$tmp/file" "$tmp/dir"
random_file "$tmp/dir/secret" 1000
chmod 600 "$tmp/dir/secret"
run "$tmp/dir"
grep -q "^run: not served.*nobody may not read it: $tmp/dir/secret " "$log" ||
	fail "nothing said of a file that cannot be served: $(cat "$log")"
end_server
