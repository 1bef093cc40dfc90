#!/bin/sh
# ed2k-announce without a server: what it says of options, files and a server that
# is not there, its exit codes, and that it waits after a restart, too.
. "$(dirname "$0")/../lib.sh"

ANNOUNCE=$B/ed2k-announce
db=$tmp/share.db
state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 1000

# announce STATUS OPTION...
announce() {
	wanted=$1
	shift
	expect "$wanted" timeout 20 "$ANNOUNCE" -d "$db" -s "$state" "$@"
}

announce 64
said 'announce where'
announce 64 --server nowhere
said '"nowhere" is not HOST:PORT'
announce 64 --server a:1 --bind ::1
said 'is no IPv4 address'
announce 78 --once --server 127.0.0.1:1
said 'no share database'
announce 0 --help >"$tmp/out"
"$SHARE" -d "$db" add "$tmp/file" >/dev/null

# nobody listens there; the status says what is the matter
announce 69 --once --server 127.0.0.1:1 --server 127.0.0.1:2
for n in 1 2; do
	grep -q "server \"127.0.0.1:$n\": Connection refused" "$tmp/err" ||
		fail "not refused: $(cat "$tmp/err")"
done
announce 69 --once --server 127.0.0.1:1 --server 127.0.0.1:2
said 'no server may be dialled for [123][0-9] s'
grep -qx phase=stopped "$state/status" || fail "status: $(cat "$state/status")"

# after a restart none of them is dialled before its time
ED2K_ANNOUNCE_SERVER='127.0.0.1:1 127.0.0.1:2' \
	"$ANNOUNCE" -d "$db" -s "$state" 2>"$tmp/err" &
announcer=$!
track $announcer
sleep 1
[ ! -s "$tmp/err" ] || fail "dialled: $(cat "$tmp/err")"
"$SHARE" -d "$db" -s "$tmp" check --announcer "$state" 2>/dev/null |
	grep -q '^warning	announcer	' || fail "check says nothing"
kill $announcer
wait $announcer || fail "ended with $? by a signal"

# there is nothing to announce
"$SHARE" -d "$db" announce "$tmp/file" no
rm -r "$state"
mkdir "$state"
announce 0 --once --server 127.0.0.1:1
said 'there are no files to announce'
