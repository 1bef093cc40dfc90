#!/bin/sh
# refresh, also --aich, and verify interrupted at a file that takes hours: what was
# done before it is kept and told; on a terminal they show how far they are.
. "$(dirname "$0")/../lib.sh"
. "$here/terminal_lib.sh"

db=$tmp/share.db
mkdir "$tmp/dir"
for i in 1 2 3; do echo "file $i" >"$tmp/dir/$i"; done
"$SHARE" -d "$db" add -r "$tmp/dir" >"$tmp/out"
for i in 4 5; do echo "file $i" >"$tmp/dir/$i"; done
truncate -s 4T "$tmp/dir/6" 2>/dev/null || skip "no sparse files in $tmp"
echo "file 7" >"$tmp/dir/7"

# interrupt LINES VERB...: end it when it has printed so many; its output in
# $tmp/out. What lies behind and is hashed may come besides.
interrupt() {
	lines=$1
	shift
	: >"$tmp/out"
	"$SHARE" -d "$db" "$@" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	track $pid
	has_lines() {
		[ "$(wc -l <"$tmp/out")" -ge "$lines" ]
	}
	wait_for 60 has_lines
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ $status -eq 143 ] || fail "$1: ended with $status"
}

interrupt 2 refresh
said 'interrupted; the changes that are listed were made; run the same command again to go on$'
[ "$(head -2 "$tmp/out" | cut -f 1 | tr '\n' ' ')" = 'new new ' ] ||
	fail "refresh: $(cat "$tmp/out")"
told=$(wc -l <"$tmp/out")
[ "$("$SHARE" -d "$db" link | wc -l)" -eq $((3 + told)) ] ||
	fail 'refresh: not what was told'

# a shared file that takes hours, and one that is damaged
facts=$(stat -c '%.9Y %i' "$tmp/dir/6")
mtime=$(echo "${facts% *}" | tr -d .)
sqlite3 "$db" "INSERT INTO file (hash, size, added_s)
	VALUES (zeroblob(16), 4398046511104, 0);
	INSERT INTO copy (hash, root_id, path, mtime_ns, inode)
	SELECT zeroblob(16), root_id, CAST('$tmp/dir/6' AS BLOB), $mtime,
		${facts#* } FROM root"
touch -r "$tmp/dir/3" "$tmp/time"
printf 'FILE 3\n' | dd of="$tmp/dir/3" conv=notrunc status=none
touch -r "$tmp/time" "$tmp/dir/3"
interrupt 6 verify # a line for the damaged part, too
said 'interrupted; files that are not listed were not verified$'
[ "$(head -6 "$tmp/out" | cut -f 1 | tr '\n' ' ')" = 'ok ok part damaged ok ok ' ] ||
	fail "verify: $(cat "$tmp/out")"
[ "$("$SHARE" -d "$db" list --state damaged | wc -l)" -eq 1 ] ||
	fail 'verify: the mark is not kept'

part='[0-9.]* [KMGi]*B of 4.0 TiB, [0-9.]* [KMGi]*B/s, .* left: 6'
if has_terminal; then
	interrupt_shown 100 "^file 6 of [67], $part" verify
	grep -q '^.\[Ked2k-share: interrupted' "$tmp/lines" ||
		fail "not cleared before a line: $(cat -v "$tmp/lines")"
fi

# none has AICH hashes, and that file is the last in the order of hashes
last=$(printf 'ff%.0s' $(seq 16))
sqlite3 "$db" "UPDATE file SET aich_root = NULL; DELETE FROM aich_parts;
	UPDATE file SET hash = x'$last' WHERE hash = zeroblob(16);
	UPDATE copy SET hash = x'$last' WHERE hash = zeroblob(16)"
interrupt 4 refresh --aich # and one is damaged
grep -q 'interrupted; the changes that are listed were made; run the same command again to go on$' \
	"$tmp/err" || fail "refresh --aich: $(cat "$tmp/err")"
[ "$(sqlite3 "$db" 'SELECT count(aich_root) FROM file')" -eq "$(wc -l <"$tmp/out")" ] ||
	fail "refresh --aich: not what was told: $(cat "$tmp/out")"
has_terminal || skip "no terminal can be made here; all else was tested"
interrupt_shown 100 "^file 2 of 2, $part" refresh --aich
"$SHARE" -d "$db" remove "$tmp/dir/6"
"$SHARE" -d "$db" add -r --exclude 6 "$tmp/dir" >"$tmp/out"
"$SHARE" -d "$db" add -r --exclude '[1-57]' "$tmp/dir" >"$tmp/out" 2>&1 &
pid=$! # (it remembers the root, and then hashes)
track $pid
is_walked() {
	[ -n "$(sqlite3 "$db" "SELECT 1 FROM exclude WHERE pattern = x'5b312d35375d'")" ]
}
wait_for 60 is_walked
kill -TERM $pid
wait $pid 2>/dev/null || :
interrupt_shown 100 '^file 1, [0-9.]* [KMGi]*B, [0-9.]* [KMGi]*B/s: 6' refresh
