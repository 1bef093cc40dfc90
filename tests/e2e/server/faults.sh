#!/bin/sh
# What goes wrong below and beside a server that is serving: files that change,
# shrink or vanish, databases that are missing, peers and servers that are
# killed. Never a wrong byte, always a line that says why.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
random_file "$tmp/file" 60000000
random_file "$tmp/other" 500000
"$SHARE" -d "$db" add "$tmp/file" "$tmp/other" >"$tmp/links"
file=$(sed -n 1p "$tmp/links")
other=$(sed -n 2p "$tmp/links")
serve -d "$db"

# What has come so far is a beginning of the file.
same_so_far() {
	size=$(stat -c %s "$tmp/got")
	[ "$size" -gt 0 ] || fail "$1: nothing came"
	[ "$size" -lt 60000000 ] || fail "$1: all came, too early to tell"
	head -c "$size" "$tmp/original" | cmp - "$tmp/got" || fail "$1: other bytes"
}

# slowly: a download at 10 MB/s in the background, in its middle
slowly() {
	rm -f "$tmp/got"
	"$PEER" get -rate 10000000 127.0.0.1 "$port" "$file" "$tmp/got" \
		2>"$tmp/peer.err" &
	peer=$!
	wait_for 10 has_begun
}

# end STATUS: how the download ended
ended() {
	status=0
	wait $peer || status=$?
	[ "$status" -eq "$1" ] || fail "$2: peer ended with $status: $(cat "$tmp/peer.err")"
}

cp -p "$tmp/file" "$tmp/original"

# gives_up WHAT: with the download ends what is right so far, and a line says why
n_said=0
has_said_more() {
	[ "$(grep -c '"[^"]*file" has changed since it was shared; run "ed2k-share add"\|cannot go on sending "file"' "$tmp/log")" -gt $n_said ]
}
gives_up() {
	status=0
	wait $peer || status=$?
	case $status in
	1 | 3) ;; # in mid-frame the connection closes, at a border 0x48 is said
	*) fail "$1: peer ended with $status" ;;
	esac
	same_so_far "$1"
	wait_for 5 has_said_more
	n_said=$((n_said + 1))
}

# one byte some way ahead is another in the middle of a transfer: it never gets there
slowly
printf x | dd of="$tmp/file" bs=1 seek=50000000 conv=notrunc status=none
gives_up changed
cp -p "$tmp/original" "$tmp/file"

# truncated in the middle of a transfer
slowly
truncate -s 2000000 "$tmp/file"
gives_up truncated

# a changed file is refused, and the same connection goes on with another
expect 3 "$PEER" get 127.0.0.1 "$port" "$file" "$tmp/got"
name() {
	printf 'e31100000058%s' "$1"
}
answer=$( (
	echo "$hello"
	name "$(hash_of "$file")"; echo
	name "$(hash_of "$other")"; echo
	echo shut
) | "$PEER" raw 127.0.0.1 "$port")
case $answer in
*e31100000048$(hash_of "$file")e31800000059$(hash_of "$other")0500*) ;;
*) fail "after a refused file: $answer" ;;
esac
[ "$(grep -c 'file" has changed since it was shared' "$tmp/log")" -ge 2 ] ||
	fail "the log does not name the changed file"

# sharing it again mends it
cp "$tmp/original" "$tmp/file"
"$SHARE" -d "$db" add "$tmp/file" >/dev/null
rm -f "$tmp/got"
expect 0 "$PEER" get 127.0.0.1 "$port" "$file" "$tmp/got"
cmp "$tmp/original" "$tmp/got" || fail "shared again: other bytes"

# removed from the share in the middle: the upload ends within a second or so
slowly
"$SHARE" -d "$db" remove "$tmp/file"
ended 3 removed
same_so_far removed
"$SHARE" -d "$db" add "$tmp/file" >/dev/null

# the server is killed: the peer resumes with another, and all is right
slowly
kill -9 "$(server_pid)"
ended 1 "kill -9"
same_so_far "kill -9"
expect 0 "$PEER" get -from "$(stat -c %s "$tmp/got")" 127.0.0.1 "$port" "$file" "$tmp/got"
cmp "$tmp/original" "$tmp/got" || fail "after kill -9: other bytes"

# SIGTERM in the middle: one line, exit by itself
slowly
kill "$(server_pid)"
ended 1 SIGTERM
wait_for 5 grep -q 'end=signal' "$tmp/log"

# the peer is killed: the server notices at once
slowly
kill -9 $peer
wait $peer 2>/dev/null || true
wait_for 5 grep -q 'bytes=[0-9]* seconds=[0-9.]* end=gone' "$tmp/log"

# a symbolic link in the place of the file, then nothing in it
mv "$tmp/other" "$tmp/elsewhere"
ln -s elsewhere "$tmp/other"
expect 3 "$PEER" get 127.0.0.1 "$port" "$other" "$tmp/got"
rm "$tmp/other"
expect 3 "$PEER" get 127.0.0.1 "$port" "$other" "$tmp/got"
grep -q 'other" is gone; bring it back, or run "ed2k-share remove"' "$tmp/log" ||
	fail "the log does not name the missing file"

# a direct client gets no answer for what is gone, and the connection stays
direct() {
	printf 'e32100000047%s%s\n' "$1" "00000000000000000400000000000000"
}
answer=$( (direct "$(hash_of "$other")"; direct "$(hash_of "$file")"; echo shut) |
	"$PEER" raw 127.0.0.1 "$port")
[ "$answer" = "e32500000046$(hash_of "$file")00000000000000000400000000000000$(head -c 4 "$tmp/original" | od -An -tx1 | tr -d ' ')" ] ||
	fail "direct client: $answer"

# broken frames, and a first frame that is no hello: closed, exit 76
for bytes in e300000000 e3ffffffff 000102030405060708 e30100000056 d4020000008278; do
	status=0
	env printf "$(echo "$bytes" | sed 's/../\\x&/g')" >"$tmp/in"
	"$SERVE" -d "$db" <"$tmp/in" >"$tmp/out" 2>"$tmp/err" || status=$?
	[ "$status" -eq 76 ] || fail "$bytes: ended with $status"
	[ ! -s "$tmp/out" ] || fail "$bytes: was answered"
	said 'end=bad-peer fault='
done

# mistakes of the operator
expect 64 "$SERVE" --frobnicate </dev/null
said 'bad option .*--frobnicate"; see --help'
expect 64 "$SERVE" --idle-timeout 1x </dev/null
said 'idle-timeout: "1x" is no number from 1 to 86400 seconds'
expect 64 env ED2K_PORT=70000 "$SERVE" </dev/null
said 'ED2K_PORT: "70000" is no number from 1 to 65535'
expect 64 "$SERVE" -d "$db" extra </dev/null
said 'unexpected argument'
expect 78 "$SERVE" -d "$tmp/none.db" </dev/null
said 'no share database .*none.db"; make one with "ed2k-share add'
expect 78 "$SERVE" -d "$db" -s "$tmp/none" </dev/null
said 'no state directory .*none"; make it with mkdir'
expect 0 "$SERVE" --help >"$tmp/out" </dev/null
grep -q '^usage: ed2k-serve' "$tmp/out" || fail "--help"
expect 0 "$SERVE" -Q >"$tmp/out" </dev/null
grep -q '^0xE3 0x01 HELLO$' "$tmp/out" || fail "-Q"

# no connection waits for a loader, but where a sanitizer needs one
case $(ldd "$B/ed2k-serve") in
*'statically linked'* | *libasan*) ;;
*) fail "the server needs libraries: $(ldd "$B/ed2k-serve")" ;;
esac
