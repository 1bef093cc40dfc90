#!/bin/sh
# ed2k-share as a user meets it: what it prints, and that every mistake gets one
# line that names the thing and the remedy, its exit code, and loses nothing.
. "$(dirname "$0")/../lib.sh"

db=$tmp/data/share.db
mkdir "$tmp/dir" "$tmp/dir/sub"
random_file "$tmp/dir/one" 1000
random_file "$tmp/dir/sub/two" 2000
random_file "$tmp/three" 3000
: >"$tmp/empty"
nasty="$tmp/dir/ a|b%20\"\\
$(printf '\351\033[31m')"
random_file "$nasty" 4000

# add creates the database and its directory, and prints a link a file
expect 0 "$SHARE" -d "$db" add -r "$tmp/dir" >"$tmp/out"
[ "$(wc -l <"$tmp/out")" -eq 3 ] || fail "not three links: $(cat "$tmp/out")"
grep -q '^ed2k://|file|%20a%7Cb%2520%22%5C%0A%E9%1B%5B31m|4000|[0-9a-f]*|/$' \
	"$tmp/out" || fail "odd name in a link: $(cat "$tmp/out")"
expect 0 "$SHARE" -d "$db" add "$tmp/three" >"$tmp/out"
three=$(cat "$tmp/out")

# adding again is quiet, prints the same, hashes nothing (the bytes are not read)
# (the leak checker of a sanitizer build cannot be traced)
ASAN_OPTIONS=detect_leaks=0 expect 0 strace -f -e trace=pread64,preadv,preadv2 -o "$tmp/trace" \
	"$SHARE" -d "$db" add "$tmp/three" >"$tmp/again"
cmp "$tmp/out" "$tmp/again" || fail "another link for a known file"
! grep -q 'pread.* = 3000$' "$tmp/trace" || fail "a known file was read again"

# list: tabs and escapes in a pipe, JSON on demand, patterns
"$SHARE" -d "$db" list >"$tmp/out"
[ "$(wc -l <"$tmp/out")" -eq 4 ] || fail "list: $(cat "$tmp/out")"
grep -qF 'a|b%20"\\\n\xe9\x1b[31m' "$tmp/out" || fail "escapes: $(cat "$tmp/out")"
"$SHARE" -d "$db" list --json '*a|b*' | grep -q \
	'"state":"ok","sent":0,"name":" a|b%20\\"\\\\\\u000a\\udce9\\u001b\[31m"' ||
	fail "JSON: $("$SHARE" -d "$db" list --json '*a|b*')"
[ "$("$SHARE" -d "$db" list 't*' | wc -l)" -eq 2 ] || fail "pattern"

# link: by hash, path, link; with a source
for name in "$(hash_of "$three")" "$tmp/three" "$three"; do
	[ "$("$SHARE" -d "$db" link "$name")" = "$three" ] || fail "link $name"
done
[ "$("$SHARE" -d "$db" link | wc -l)" -eq 4 ] || fail "link of all"
"$SHARE" -d "$db" link --source 192.0.2.7:4662 "$tmp/three" |
	grep -q '|/|sources,192.0.2.7:4662|/$' || fail "link --source"

# states
touch "$tmp/dir/one"
rm "$tmp/dir/sub/two"
"$SHARE" -d "$db" list >"$tmp/out"
grep -q '	1000	changed	.*/one	0$' "$tmp/out" || fail "changed: $(cat "$tmp/out")"
grep -q '	2000	missing	.*/two	0$' "$tmp/out" || fail "missing: $(cat "$tmp/out")"

# a file with the same content elsewhere: one of the two may go
cp "$tmp/three" "$tmp/three again"
expect 0 "$SHARE" -d "$db" add "$tmp/three again" >/dev/null
expect 0 "$SHARE" -d "$db" remove "$tmp/three"
[ "$("$SHARE" -d "$db" link "$(hash_of "$three")")" != "$three" ] ||
	fail "the removed copy is still linked"
expect 0 "$SHARE" -d "$db" remove "$(hash_of "$three")"
expect 66 "$SHARE" -d "$db" link "$(hash_of "$three")"
said 'is not shared; "ed2k-share list"'
# a file that is gone can still be removed by its path
expect 0 "$SHARE" -d "$db" remove "$tmp/dir/sub/two"

# comments: said, and refused when too long
expect 0 "$SHARE" -d "$db" comment -r 4 "$tmp/dir/one" 'good copy'
[ "$(sqlite3 "$db" 'SELECT rating, text FROM comment')" = '4|good copy' ] ||
	fail "comment: $(sqlite3 "$db" 'SELECT rating, text FROM comment')"
expect 65 "$SHARE" -d "$db" comment "$tmp/dir/one" "$(printf '%0129d' 0)"
said 'longer than 128 bytes'
expect 64 "$SHARE" -d "$db" comment -r 6 "$tmp/dir/one" x
said 'is no number from 0 to 5'
expect 64 "$SHARE" -d "$db" comment "$tmp/dir/one"
said 'one text in quotes'
expect 0 "$SHARE" -d "$db" comment "$tmp/dir/one" ''
[ "$(sqlite3 "$db" 'SELECT count(*) FROM comment')" -eq 0 ] || fail "taken back"

# mistakes
expect 64 "$SHARE"
expect 64 "$SHARE" -d "$db" frobnicate
said 'no verb "frobnicate"; see "ed2k-share --help"'
expect 64 "$SHARE" -x
said 'bad option .*"-x"; see --help'
expect 64 "$SHARE" -d "$db" add
said 'add what?'
expect 64 "$SHARE" -d "$db" add "$tmp/dir"
said 'is a directory; "ed2k-share add -r"'
expect 66 "$SHARE" -d "$db" add "$tmp/nowhere"
said 'cannot find .*nowhere": No such file'
expect 65 "$SHARE" -d "$db" add "$tmp/empty"
said 'is empty, and eD2k has no link'
expect 66 "$SHARE" -d "$db" add /dev/null
said 'no regular file'
expect 64 "$SHARE" -d "$db" link --source '[::1]:4662'
said 'no room for IPv6'
expect 65 "$SHARE" -d "$db" link 'ed2k://|file|x|'
said 'is no eD2k file link'
expect 78 "$SHARE" -d "$tmp/none.db" list
said 'no share database .*none.db"; make one with "ed2k-share add'
expect 78 "$SHARE" -d "$tmp/three" list
said 'is no share database; name another with -d'
expect 0 "$SHARE" --help >/dev/null
for usage in '[-d DB] [-s DIR] add' '[-d DB] comment' '[-d DB] [-s DIR] list' \
	'[-d DB] link' '[-d DB] [-s DIR] refresh' '[-d DB] remove' 'ipfilter' \
	'[-s DIR] status' '[-s DIR] stats'; do
	verb=${usage##* }
	expect 0 "$SHARE" $verb --help >"$tmp/out"
	grep -qF "usage: ed2k-share $usage " "$tmp/out" ||
		fail "$verb --help: $(cat "$tmp/out")"
done

# a database of a newer version, and one of another program
need_command sqlite3 sqlite3
sqlite3 "$tmp/newer.db" 'PRAGMA application_id = 0x6564326b; PRAGMA user_version = 99'
expect 78 "$SHARE" -d "$tmp/newer.db" add "$tmp/three"
said 'has version 99, this program speaks version 4; install the newer'
sqlite3 "$tmp/foreign.db" 'CREATE TABLE t (x)'
cp "$tmp/foreign.db" "$tmp/foreign.before"
expect 78 "$SHARE" -d "$tmp/foreign.db" add "$tmp/three"
said 'is no share database'
cmp "$tmp/foreign.db" "$tmp/foreign.before" || fail "a foreign database changed"
head -c 8192 "$db" >"$tmp/damaged.db"
printf 'xxxxxxxxxxxxxxxx' | dd of="$tmp/damaged.db" bs=1 seek=4096 conv=notrunc 2>/dev/null
expect 65 "$SHARE" -d "$tmp/damaged.db" list
grep -q 'is damaged' "$tmp/err" || fail "damage: $(cat "$tmp/err")"

# the database keeps our user hash: made once
before=$(sqlite3 "$db" 'SELECT hex(user_hash) FROM identity')
expect 0 "$SHARE" -d "$db" add "$tmp/three" >/dev/null
[ "$(sqlite3 "$db" 'SELECT hex(user_hash) FROM identity')" = "$before" ] ||
	fail "the user hash changed"
case $before in
??????????0E????????????????6F??) ;;
*) fail "the user hash $before lacks the marks of an eMule" ;;
esac

# two at once, from the creation on: both right, one identity
rm -rf "$tmp/race" && mkdir "$tmp/race"
for i in $(seq 40); do random_file "$tmp/race/$i" $((1000 + i)); done
"$SHARE" -d "$tmp/race.db" add "$tmp"/race/?* >"$tmp/a" & a=$!
"$SHARE" -d "$tmp/race.db" add "$tmp"/race/?* >"$tmp/b" & b=$!
wait $a || fail "first of two adds"
wait $b || fail "second of two adds"
cmp "$tmp/a" "$tmp/b" || fail "two adds, different links"
[ "$("$SHARE" -d "$tmp/race.db" list | grep -c '	ok	')" -eq 40 ] ||
	fail "two adds: not all there"
[ "$(sqlite3 "$tmp/race.db" 'PRAGMA integrity_check')" = ok ] || fail "integrity"

# a file that never holds still while it is hashed
random_file "$tmp/busy" 30000000
(while :; do touch "$tmp/busy"; done) & track $!
expect 75 "$SHARE" -d "$db" add "$tmp/busy"
said 'changes while it is hashed'
kill $!
! "$SHARE" -d "$db" list | grep -q busy || fail "a changing file was recorded"

# killed in the middle of many: what was printed is there
rm -f "$tmp/killed"*
for i in $(seq 5); do
	"$SHARE" -d "$tmp/killed.db" add "$tmp"/race/* >"$tmp/printed" & pid=$!
	sleep 0.0$i
	kill -9 $pid 2>/dev/null || true
	wait $pid 2>/dev/null || true
	[ -e "$tmp/killed.db" ] || continue
	"$SHARE" -d "$tmp/killed.db" link | sort >"$tmp/kept"
	sort "$tmp/printed" | comm -23 - "$tmp/kept" >"$tmp/lost"
	[ ! -s "$tmp/lost" ] || fail "lost after kill -9: $(cat "$tmp/lost")"
	rm -f "$tmp/killed"*
done

can_be_nobody ||
	skip "full disk, foreign users: only root has them; all else was tested"

# a user without a home: only what would be there is missed
chmod 755 "$tmp"
cp "$SHARE" "$tmp/ed2k-share"
as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
homeless() {
	as_nobody env -u HOME -u XDG_DATA_HOME -u XDG_STATE_HOME \
		"$tmp/ed2k-share" "$@"
}
mkdir -m 777 "$tmp/public"
echo 192.0.2.1 >"$tmp/public/list"
expect 0 homeless ipfilter "$tmp/public/list" "$tmp/public/out" >"$tmp/out"
expect 0 homeless -s "$tmp/public" stats
said 'nothing was uploaded yet'
expect 0 homeless -s "$tmp/public" status
said 'nobody is connected'
expect 78 homeless -s "$tmp/public" list
said 'neither HOME nor XDG_DATA_HOME is set; name the share database with -d'
expect 78 homeless stats
said 'neither HOME nor XDG_STATE_HOME is set; name the state directory with -s'

# a full disk: what was there stays, and more space mends it
full_disk() {
	expect 0 "$SHARE" -d "$tmp/full/share.db" add "$tmp/three" >/dev/null
	head -c 1000000 /dev/zero >"$tmp/full/ballast" 2>/dev/null || true
	expect 74 "$SHARE" -d "$tmp/full/share.db" add "$tmp"/race/* >/dev/null
	said 'no room for .*free some space'
	rm "$tmp/full/ballast"
	[ "$("$SHARE" -d "$tmp/full/share.db" list | grep -c '/three	0$')" -eq 1 ] ||
		fail "full disk: what was shared is gone"
	expect 0 "$SHARE" -d "$tmp/full/share.db" add "$tmp"/race/[1-3] >/dev/null
}
mkdir "$tmp/full"
if small_disk 300k "$tmp/full"; then
	full_disk
else
	skip_part "a full disk: none can be mounted here"
fi

# somebody else: may read what the directory lets them read, never write
chmod 755 "$tmp/data"
expect 0 as_nobody "$tmp/ed2k-share" -d "$db" list >/dev/null
expect 0 homeless -d "$db" list >/dev/null
said 'neither HOME nor XDG_STATE_HOME is set'
expect 77 as_nobody "$tmp/ed2k-share" -d "$db" add "$tmp/three"
said 'cannot write .*: Permission denied; run this as the user who owns it'
chmod 600 "$db"
expect 77 as_nobody "$tmp/ed2k-share" -d "$db" list
said 'cannot read .*: Permission denied; .*chmod'
chmod 644 "$db"
chmod 600 "$tmp/three"
as_nobody "$tmp/ed2k-share" -d "$db" list | grep -q '	unreadable	.*three' ||
	fail "unreadable is not shown"
