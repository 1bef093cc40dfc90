#!/bin/sh
# Files that are rewritten while they are sent: what a peer gets is what was
# hashed, to the last byte, or nothing.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
size=60000000
random_file "$tmp/file" $size
random_file "$tmp/other" $size
cp -p "$tmp/file" "$tmp/original"
link=$("$SHARE" -d "$db" add "$tmp/file")
user=$("$SHARE" -d "$db" link --source 127.0.0.1:4662 --crypt "$tmp/file" |
	sed 's/.*:129:\([0-9a-f]*\).*/\1/')
serve -d "$db"

# rewrite: all other bytes, in place
rewrite() {
	dd if="$tmp/other" of="$tmp/file" bs=1M conv=notrunc status=none
}
restore() {
	cp -p "$tmp/original" "$tmp/file"
	"$SHARE" -d "$db" add "$tmp/file" >/dev/null
}
# new_bytes: how many of those that came are not of the file that was shared
new_bytes() {
	cmp -l "$tmp/original" "$tmp/got" 2>/dev/null | wc -l
}

# In mid-transfer, to peers of several kinds and rates
total=0
for how in 'get -rate 2000000' 'get -rate 20000000' 'get -small -rate 5000000' \
	"get -crypt $user -rate 20000000" 'direct -block 10485760 -rate 20000000'; do
	rm -f "$tmp/got"
	"$PEER" $how 127.0.0.1 "$port" "$link" "$tmp/got" 2>"$tmp/peer.err" &
	peer=$!
	wait_for 10 has_begun
	rewrite
	status=0
	wait $peer || status=$?
	[ $status -ne 0 ] || fail "$how: all came, too early to tell"
	n=$(new_bytes)
	echo "$how: $n new bytes of $(stat -c %s "$tmp/got")"
	total=$((total + n))
	restore
done
equal 'bytes of a file that was rewritten in mid-transfer' $total 0
