#!/bin/sh
# ed2k-share refresh: what is new, changed, moved, deleted or offline is found,
# told, and kept as it is now; what is left out stays out; nothing is lost by a
# kill, nor by a disk that is not mounted.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3
need_command strace strace

# a sanitizer looks for leaks by ptrace, as strace does: one of them has to go
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

tmp=$(realpath "$tmp")
root=$tmp/root
other=$tmp/other
db=$tmp/share.db
mkdir "$root" "$root/sub" "$other"

# refresh WHAT EXPECTED [ARGUMENT...]: it prints just these lines, in any order
# and with @ for the root; nothing is said besides
refresh() {
	what=$1
	printf "$2" | sed "s|@|$root|g" | sort >"$tmp/expected"
	shift 2
	expect 0 "$SHARE" -d "$db" refresh "$@" >"$tmp/out"
	sort "$tmp/out" | diff - "$tmp/expected" >"$tmp/diff" ||
		fail "$what: $(cat "$tmp/diff")"
	[ ! -s "$tmp/err" ] || fail "$what: $(cat "$tmp/err")"
}
# shared: the paths below $tmp that can be served, one a line
shared() {
	"$SHARE" -d "$db" list --state ok | cut -f 4 | sed "s|^$tmp/||" | tr '\n' ' '
}
link_of() {
	"$SHARE" -d "$db" link "$1"
}
# dump: the database to the byte
dump() {
	sqlite3 -readonly "$db" .dump | sha256sum
}
# reads: does this refresh read the content of a file? (a trace of its reads
# of the size given, which no page of the database has)
reads() {
	size=$1
	shift
	strace -f -e trace=pread64,preadv,preadv2 -o "$tmp/trace" \
		"$SHARE" -d "$db" refresh "$@" \
		>"$tmp/out" 2>"$tmp/err" || fail "refresh: $(cat "$tmp/err")"
	grep -q "pread.* = $size\$" "$tmp/trace"
}

random_file "$root/a" 1001
random_file "$root/b" 1002
random_file "$root/sub/c" 1003
random_file "$root/sub/d" 1004
random_file "$root/.hidden" 1005
random_file "$root/e.part" 1006
random_file "$root/f.txt" 1007
random_file "$other/o" 1008
mkdir "$root/skip" "$root/.git"
random_file "$root/skip/g" 1009
random_file "$root/.git/h" 1010
sleep 1.1 # files are known again by number only if older than the share
expect 0 "$SHARE" -d "$db" add -r --exclude '*.txt' --exclude skip "$root" >"$tmp/out"
[ ! -s "$tmp/err" ] || fail "add: $(cat "$tmp/err")"
expect 0 "$SHARE" -d "$db" add -r --all "$other" >/dev/null
equal "shared at first" "$(shared)" "other/o root/a root/b root/sub/c root/sub/d "
refresh "nothing to do" ''

# of each kind one; the dry run says the same and writes nothing
a=$(link_of "$root/a")
d=$(link_of "$root/sub/d")
"$SHARE" -d "$db" comment -r 4 "$root/a" 'a comment'
random_file "$root/new" 1011
random_file "$root/new.txt" 1012
random_file "$root/new.crdownload" 1013
random_file "$root/skip/new" 1014
random_file "$other/.new" 1015
mv "$root/a" "$root/sub/a moved"
mv "$root/sub/d" "$other/d"
rm "$root/b"
echo more >>"$root/sub/c"
touch "$other/o"
all="new\t@/new\nnew\t$other/.new\nmoved\t@/sub/a moved\t@/a\n\
moved\t$other/d\t@/sub/d\nremoved\t@/b\nchanged\t@/sub/c\n"
before=$(dump)
refresh "dry run" "${all}changed\t$other/o\n" -n
equal "a dry run wrote" "$(dump)" "$before"
expect 64 "$SHARE" -d "$db" refresh --aich --dry-run
reads 1001 && fail "a file that was renamed was hashed again"
printf "${all}touched\t$other/o\n" | sed "s|@|$root|g" | sort >"$tmp/expected"
sort "$tmp/out" | diff - "$tmp/expected" >"$tmp/diff" || fail "of all kinds: $(cat "$tmp/diff")"
grep -q 'pread.* = 1011$' "$tmp/trace" || fail "the trace shows no file"
equal "shared then" "$(shared)" \
	"other/.new other/d other/o root/new root/sub/a moved root/sub/c "
equal "the link of d" "$(link_of "$other/d")" "$d"
equal "the hash of a" "$(hash_of "$(link_of "$root/sub/a moved")")" "$(hash_of "$a")"
equal "the comment" "$(sqlite3 -readonly "$db" 'SELECT rating FROM comment')" 4
refresh "again nothing" ''

# moved by a copy to another inode: the content tells
cp "$root/new" "$root/copied"
rm "$root/new"
refresh "copied" 'moved\t@/copied\t@/new\n'
# moved away, and another file in its place: both are found, the link stays
mv "$root/copied" "$root/rotated"
random_file "$root/copied" 1020
refresh "rotated" 'moved\t@/rotated\t@/copied\nnew\t@/copied\n'
# the same with a file that is not hashed
mv "$root/sub/a moved" "$root/sub/a again"
random_file "$root/sub/a moved" 1019
refresh "rotated unread" 'moved\t@/sub/a again\t@/sub/a moved\nnew\t@/sub/a moved\n'
mv "$root/sub/a again" "$root/sub/zed" # which the walk meets later
random_file "$root/sub/a again" 1018
refresh "rotated behind" 'moved\t@/sub/zed\t@/sub/a again\nnew\t@/sub/a again\n'
# an inode number, size and time that another file has got: hashed, not believed
random_file "$root/x" 1021
refresh "x" 'new\t@/x\n'
x=$(hash_of "$(link_of "$root/x")")
inode=$(stat -c %i "$root/x")
touch -r "$root/x" "$tmp/time"
rm "$root/x"
random_file "$root/y" 1021
touch -r "$tmp/time" "$root/y"
sqlite3 "$db" "UPDATE copy SET inode = $(stat -c %i "$root/y") WHERE path = CAST('$root/x' AS BLOB)"
refresh "an inode given twice" 'removed\t@/x\nnew\t@/y\n'
[ "$(hash_of "$(link_of "$root/y")")" != "$x" ] || fail "inode $inode was believed"
# a hard link is a file of its own, and stays when the other name goes
ln "$root/y" "$root/z"
refresh "hard link" 'new\t@/z\n'
rm "$root/y"
refresh "hard link alone" 'removed\t@/y\n'
# odd names, escaped as by list
nasty=$(printf 'n\n\351')
random_file "$root/$nasty" 1022
expect 0 "$SHARE" -d "$db" refresh >"$tmp/out"
equal "escapes" "$(cat "$tmp/out")" "$(printf 'new\t%s' "$root/n\\n\\xe9")"
# a place that something else took: a link, a directory, an empty file
for taker in 'ln -s rotated' mkdir touch; do
	random_file "$root/taken" 1023
	refresh "taken" 'new\t@/taken\n'
	rm "$root/taken"
	$taker "$root/taken"
	refresh "taken by $taker" 'removed\t@/taken\n'
	rm -r "$root/taken"
done

# symbolic links: inside, outside and in a loop; add says how many lead out
ln -s rotated "$root/inside"
ln -s ../root "$root/loop"
ln -s "$other" "$root/outside"
ln -s "$other/o" "$root/sub/outside"
refresh "links" ''
expect 0 "$SHARE" -d "$db" add -r --exclude '*.txt' --exclude skip "$root" >/dev/null
said "2 symbolic links out of \"$root\" are left out"
# a directory that a link took: nothing is shared through it, the file moved on
random_file "$root/sub/deep" 1024
refresh "deep" 'new\t@/sub/deep\n'
mv "$root/sub" "$root/sub2"
ln -s sub2 "$root/sub"
expect 0 "$SHARE" -d "$db" refresh >"$tmp/out"
[ "$(grep -c '^moved' "$tmp/out")" -eq 5 ] && [ "$(wc -l <"$tmp/out")" -eq 5 ] ||
	fail "a link took a directory: $(cat "$tmp/out")"
refresh "after that" ''

# removed by hand: not shared again by refresh, but by add
expect 0 "$SHARE" -d "$db" remove "$root/z"
expect 0 "$SHARE" -d "$db" remove -r "$root/sub2"
refresh "removed by hand" ''
! shared | grep -q 'sub2\|/z' || fail "removed: $(shared)"
random_file "$root/sub2/later" 1025
refresh "later" ''
expect 0 "$SHARE" -d "$db" add "$root/z" >/dev/null
expect 0 "$SHARE" -d "$db" add -r --exclude '*.txt' "$root/sub2" >/dev/null
shared | grep -q 'root/sub2/later .*root/z ' || fail "added again: $(shared)"
# only what is asked for
random_file "$root/sub2/one" 1026
random_file "$other/two" 1027
random_file "$root/sub2/no.txt" 1028
refresh "one directory" 'new\t@/sub2/one\n' "$root/sub2"
refresh "the rest" "new\t$other/two\n"
expect 66 "$SHARE" -d "$db" refresh "$here"
said 'nothing in .* is shared'
expect 66 "$SHARE" -d "$db" refresh "$tmp/nowhere"
expect 66 "$SHARE" -d "$db" refresh "$other/two"
said 'cannot refresh .*: Not a directory'
# who watches gets a line that sums up
if has_terminal; then
	touch "$other/two"
	script -qec "'$SHARE' -d '$db' refresh -n >/dev/null" /dev/null >"$tmp/out"
	grep -q '0 new, 0 moved, 1 changed, .*; nothing was changed' "$tmp/out" ||
		fail "summary: $(cat "$tmp/out")"
	refresh "touched" "touched\t$other/two\n"
fi
expect 64 "$SHARE" -d "$db" add --exclude x "$other/two"
said 'they need -r'

# the root is gone, or a directory like it is in its place: all is kept, and
# comes back without hashing
kept=$(shared)
n=$("$SHARE" -d "$db" list | grep -c "$root")
mv "$root" "$tmp/away"
refresh "gone" 'offline\t@\noffline\t@/sub2\n'
mkdir "$root" "$root/sub2"
refresh "empty" 'offline\t@\noffline\t@/sub2\n'
random_file "$root/stray" 1030
refresh "another one" 'offline\t@\noffline\t@/sub2\n'
equal "offline" "$("$SHARE" -d "$db" list --state offline | wc -l)" "$n"
rm -r "$root"
mv "$tmp/away" "$root"
! reads 1001 || fail "what came back was hashed"
[ ! -s "$tmp/out" ] || fail "back: $(cat "$tmp/out")"
equal "back" "$(shared)" "$kept"
# a root with another inode that has its files is the same
inode=$(stat -c %i "$root")
sqlite3 "$db" "UPDATE root SET inode = 1 WHERE path = CAST('$root' AS BLOB)"
random_file "$root/still" 1031
refresh "another inode" 'new\t@/still\n'
equal "the inode" "$(sqlite3 -readonly "$db" \
	"SELECT inode FROM root WHERE path = CAST('$root' AS BLOB)")" "$inode"

# forgotten
expect 0 "$SHARE" -d "$db" remove -r "$root"
refresh "forgotten" ''
equal "forgotten" "$(shared)" "other/.new other/d other/o other/two "
equal "unused" "$(sqlite3 -readonly "$db" 'SELECT count(*) FROM file')" 4
expect 66 "$SHARE" -d "$db" remove -r "$root"
said 'nothing in .* is shared'

# an old database, dry: read as it is
sqlite3 "$tmp/old.db" <"$top/tests/e2e/share/version_1.sql"
sqlite3 "$tmp/old.db" "PRAGMA journal_mode = WAL; ATTACH '$db' AS new;
	INSERT INTO root SELECT root_id, path, walk FROM new.root;
	INSERT INTO file SELECT hash, size, added_s FROM new.file;
	INSERT INTO copy SELECT copy_id, hash, root_id, path, mtime_ns, inode
		FROM new.copy" >/dev/null
rm "$other/two"
db2=$db db=$tmp/old.db
refresh "old, dry" "removed\t$other/two\n" --dry-run
equal "old" "$(sqlite3 -readonly "$db" 'PRAGMA user_version')" 1
expect 0 "$SHARE" -d "$db" refresh >"$tmp/out"
said 'now has version 4'
equal "old" "$(cat "$tmp/out")" "$(printf 'removed\t%s' "$other/two")"
db=$db2

# killed again and again: what was printed is so, and at last all is done
mkdir "$tmp/many"
db=$tmp/many.db
expect 0 "$SHARE" -d "$db" add -r "$tmp/many" >/dev/null
for i in $(seq 60); do random_file "$tmp/many/$i" $((2000 + i)); done
killed=0
for i in $(seq 200); do
	status=0
	strace -f -o "$tmp/trace" -e trace=pwrite64 \
		-e inject=pwrite64:signal=SIGKILL:when=$((i * 7)) \
		"$SHARE" -d "$db" refresh >"$tmp/out" 2>/dev/null || status=$?
	"$SHARE" -d "$db" list --state ok | cut -f 4 | sort >"$tmp/kept"
	grep '^new' "$tmp/out" | cut -f 2 | sort | comm -23 - "$tmp/kept" >"$tmp/lost"
	[ ! -s "$tmp/lost" ] || fail "lost by a kill: $(cat "$tmp/lost")"
	[ "$status" -ne 0 ] || break
	killed=$((killed + 1))
done
[ "$killed" -gt 2 ] || fail "only $killed kills"
[ "$(wc -l <"$tmp/kept")" -eq 60 ] || fail "after $killed kills: $(wc -l <"$tmp/kept")"
[ "$(sqlite3 "$db" 'PRAGMA integrity_check')" = ok ] || fail "integrity"
# and while many move: each is at its old or its new path, with its hash
"$SHARE" -d "$db" list | cut -f 1 | sort >"$tmp/hashes"
mkdir "$tmp/many/sub"
mv "$tmp/many"/?* "$tmp/many/sub" 2>/dev/null || true
for i in $(seq 200); do
	status=0
	strace -f -o "$tmp/trace" -e trace=pwrite64 \
		-e inject=pwrite64:signal=SIGKILL:when=$((i * 9)) \
		"$SHARE" -d "$db" refresh >"$tmp/out" 2>/dev/null || status=$?
	"$SHARE" -d "$db" list | cut -f 1 | sort | cmp - "$tmp/hashes" ||
		fail "a move was half done"
	[ "$status" -ne 0 ] || break
done
[ "$("$SHARE" -d "$db" list --state ok | grep -c '/sub/')" -eq 60 ] || fail "moves"
db=$db2

# unmounted for real, in a mount namespace of our own
can_mount || skip "no mounts can be made here; all else was tested"
cat >"$tmp/mounted.sh" <<-'EOF'
	set -eu
	mkdir "$tmp/mnt" "$tmp/mnt/disk"
	mount -t tmpfs none "$tmp/mnt/disk"
	for f in 1 2 3; do echo "disk $f" >"$tmp/mnt/disk/$f"; done
	for f in 4 5; do echo "plain $f" >"$tmp/mnt/$f"; done
	"$SHARE" -d "$tmp/mnt.db" add -r "$tmp/mnt" >/dev/null
	mkdir "$tmp/aside"
	mount --move "$tmp/mnt/disk" "$tmp/aside"
	rm "$tmp/mnt/4"
	echo "# unmounted, and something put there"
	echo stray >"$tmp/mnt/disk/stray"
	"$SHARE" -d "$tmp/mnt.db" refresh
	"$SHARE" -d "$tmp/mnt.db" list --state offline | wc -l
	rm "$tmp/mnt/disk/stray"
	echo "# another disk"
	mount -t tmpfs none "$tmp/mnt/disk"
	"$SHARE" -d "$tmp/mnt.db" refresh
	umount "$tmp/mnt/disk"
	echo "# mounted again, with one file less"
	mount --move "$tmp/aside" "$tmp/mnt/disk"
	rm "$tmp/mnt/disk/1"
	"$SHARE" -d "$tmp/mnt.db" refresh
	"$SHARE" -d "$tmp/mnt.db" list --state ok | wc -l
	echo "# shared as it is"
	umount "$tmp/mnt/disk"
	"$SHARE" -d "$tmp/mnt.db" add -r "$tmp/mnt" >/dev/null
	"$SHARE" -d "$tmp/mnt.db" refresh
EOF
tmp=$tmp SHARE=$SHARE unshare -m --propagation private \
	sh "$tmp/mounted.sh" >"$tmp/out" 2>&1 || status=$?
# --move needs a parent that is private; all mounts are gone with the namespace
equal "mounts" "$(cat "$tmp/out")" "# unmounted, and something put there
offline	$tmp/mnt/disk
removed	$tmp/mnt/4
3
# another disk
offline	$tmp/mnt/disk
# mounted again, with one file less
removed	$tmp/mnt/disk/1
3
# shared as it is
removed	$tmp/mnt/disk/2
removed	$tmp/mnt/disk/3"
