#!/bin/sh
# Files that are rewritten while they are sent: what a peer gets is what was
# hashed, to the last byte, or nothing.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

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

# refused WHAT: the file is not served, and the log says why
refused() {
	rm -f "$tmp/got"
	status=0
	"$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" 2>"$tmp/peer.err" || status=$?
	[ ! -s "$tmp/got" ] || fail "$1: $(new_bytes) new bytes came"
	[ $status -eq 3 ] || fail "$1: peer ended with $status: $(cat "$tmp/peer.err")"
}

# With its time set back: before a transfer, and in it
has_said() {
	grep -q "$1" "$log"
}
flip "$tmp/file" 30000000
rm -f "$tmp/got"
! "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" 2>/dev/null || fail "set back: all came"
equal "a byte in part 3, set back" "$(new_bytes)" 0
[ "$(stat -c %s "$tmp/got")" -eq $((3 * 9728000)) ] ||
	fail "set back: $(stat -c %s "$tmp/got") bytes came"
wait_for 5 has_said '"file" is damaged in part 3: its bytes have changed, its size and time have not; .*touch'
flip "$tmp/file" 30000000
total=0
for how in 'get -rate 20000000' "get -crypt $user -rate 20000000" \
	'direct -block 10485760 -rate 20000000'; do
	rm -f "$tmp/got"
	"$PEER" $how 127.0.0.1 "$port" "$link" "$tmp/got" 2>"$tmp/peer.err" &
	peer=$!
	wait_for 10 has_begun
	touch -r "$tmp/file" "$tmp/time"
	rewrite
	touch -r "$tmp/time" "$tmp/file"
	! wait $peer || fail "$how, set back: all came, too early to tell"
	n=$(new_bytes)
	echo "$how, set back: $n new bytes of $(stat -c %s "$tmp/got")"
	total=$((total + n))
	cp -p "$tmp/original" "$tmp/file"
done
equal 'bytes of a file that was rewritten and set back in mid-transfer' $total 0

# What changes the ctime and no byte: all is served, before and after refresh,
# which hashes nothing; verify ends the doubt
served() {
	rm -f "$tmp/got"
	"$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" || fail "$1: not served"
	cmp "$tmp/original" "$tmp/got" || fail "$1: other bytes"
}
# in_doubt: is the ctime that is recorded another one than that of the file?
in_doubt() {
	[ "$(sqlite3 -readonly "$db" "SELECT ctime_ns FROM copy
		WHERE path = CAST('$tmp/file' AS BLOB)")" != \
		"$(stat -c %.9Z "$tmp/file" | tr -d .)" ]
}
touch "$tmp/file"
touch -r "$tmp/file" "$tmp/original"
"$SHARE" -d "$db" add "$tmp/file" >/dev/null
! in_doubt || fail "just shared and in doubt"
chmod 600 "$tmp/file"
served chmod
ln "$tmp/file" "$tmp/link"
rm -f "$tmp/got"
"$PEER" get -rate 20000000 127.0.0.1 "$port" "$link" "$tmp/got" &
peer=$!
wait_for 10 has_begun
chmod 644 "$tmp/file"
rm "$tmp/link"
wait $peer || fail "chmod in mid-transfer"
cmp "$tmp/original" "$tmp/got" || fail "chmod in mid-transfer: other bytes"
mv "$tmp/file" "$tmp/moved"
mv "$tmp/moved" "$tmp/file"
served mv
expect 0 "$SHARE" -d "$db" refresh >"$tmp/out"
equal 'refresh in doubt' "$(cat "$tmp/out" "$tmp/err")" ''
in_doubt || fail "refresh believes in the bytes"
served refresh
expect 0 "$SHARE" -d "$db" verify "$tmp/file" >"$tmp/out"
! in_doubt || fail "verify leaves it in doubt"
served verify
# a good copy is served, not the one in doubt
cp "$tmp/file" "$tmp/twin"
"$SHARE" -d "$db" add "$tmp/twin" >/dev/null
flip "$tmp/file" 0
served 'a twin of one in doubt'
rm "$tmp/twin"
"$SHARE" -d "$db" remove "$tmp/twin"
cp -p "$tmp/original" "$tmp/file"

# By a memory map: a page that was written to just before it was hashed, and is
# written to again
case $(stat -f -c %T "$tmp") in
tmpfs | ramfs) skip_part "a map that was dirty: $tmp is in memory, where no page is ever clean" ;;
*)
	mkfifo "$tmp/lines"
	"$TOOLS/mapper" "$tmp/file" 5000000 <"$tmp/lines" >"$tmp/changes" &
	track $!
	exec 9>"$tmp/lines"
	wait_for 5 test -s "$tmp/changes"
	link=$("$SHARE" -d "$db" add "$tmp/file")
	cp "$tmp/file" "$tmp/original"
	sleep 0.1
	echo >&9
	has_changed_again() {
		[ "$(wc -l <"$tmp/changes")" -eq 2 ]
	}
	wait_for 5 has_changed_again
	refused 'a map that was dirty'
	exec 9>&-
	;;
esac

# Where a file system keeps whole seconds, or every second one: rewritten just
# after it was hashed, and in the same second as before, if that were quick
# on_coarse WHAT MKFS...
on_coarse() {
	what=$1
	shift
	truncate -s 8M "$tmp/disk.img"
	mkdir -p "$tmp/disk"
	if ! "$@" "$tmp/disk.img" >/dev/null 2>&1 ||
		! mount -o loop "$tmp/disk.img" "$tmp/disk" 2>/dev/null; then
		skip_part "times on $what: it cannot be made or mounted here"
		return
	fi
	at_exit "umount '$tmp/disk' 2>/dev/null"
	head -c 1000000 "$tmp/other" >"$tmp/disk/file"
	link=$("$SHARE" -d "$db" add "$tmp/disk/file")
	head -c 1000000 "$tmp/file" | dd of="$tmp/disk/file" conv=notrunc status=none
	cp "$tmp/other" "$tmp/original"
	refused "$what"
	umount "$tmp/disk"
}
on_coarse 'ext4 with inodes of 128 bytes' mke2fs -q -t ext4 -I 128 -F
on_coarse vfat mkfs.vfat
