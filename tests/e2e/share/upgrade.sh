#!/bin/sh
# A share database of version 1, 2 or 3: read and served as it is, brought up to date
# by the first verb that writes, with nothing lost: also when that is killed at any
# of its writes, when the disk is full, and when several do it at once.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3
need_command strace strace

random_file "$tmp/small" 1000
random_file "$tmp/parts" 20000000
random_file "$tmp/exact" 9728000
mkdir "$tmp/dir"
random_file "$tmp/dir/one" 2000
links=$("$SHARE" -d "$tmp/new.db" add "$tmp/small" "$tmp/parts" "$tmp/exact" \
	2>/dev/null; "$SHARE" -d "$tmp/new.db" add -r "$tmp/dir")
small=$(echo "$links" | sed -n 1p)
parts=$(echo "$links" | sed -n 2p)

# the same share as the older versions had it
for v in 1 2 3; do
	sqlite3 "$tmp/v$v.db" <"$top/tests/e2e/share/version_$v.sql"
	sqlite3 "$tmp/v$v.db" "PRAGMA journal_mode = WAL; ATTACH '$tmp/new.db' AS new;
		INSERT INTO identity SELECT * FROM new.identity;
		INSERT INTO root (root_id, path, walk)
			SELECT root_id, path, walk FROM new.root;
		INSERT INTO file (hash, size, added_s)
			SELECT hash, size, added_s FROM new.file;
		INSERT INTO copy (copy_id, hash, root_id, path, mtime_ns, inode)
			SELECT copy_id, hash, root_id, path, mtime_ns, inode FROM new.copy;
		INSERT INTO part_hashes SELECT * FROM new.part_hashes;
		INSERT INTO alias SELECT * FROM new.alias;" >/dev/null
done
for v in 2 3; do
	sqlite3 "$tmp/v$v.db" "ATTACH '$tmp/new.db' AS new;
	UPDATE file SET priority = 2, aich_root =
		(SELECT aich_root FROM new.file AS f WHERE f.hash = file.hash);
	INSERT INTO aich_parts SELECT * FROM new.aich_parts;
	INSERT INTO comment SELECT hash, 4, x'41' FROM file;"
done
sqlite3 "$tmp/v3.db" "UPDATE root SET inode = root_id, every = walk;
	INSERT INTO exclude SELECT root_id, x'2a' FROM root;
	INSERT INTO mount_point VALUES (x'2f61');
	INSERT INTO removed VALUES (x'2f62');"

# content DB: every row that version $from had
content() {
	sqlite3 "$1" 'SELECT root_id, hex(path), walk FROM root ORDER BY 1;
		SELECT copy_id, hex(hash), root_id, hex(path), mtime_ns, inode
			FROM copy ORDER BY 1;
		SELECT hex(hash), size, added_s FROM file ORDER BY 1'
	for what in 'identity' part_hashes alias; do
		sqlite3 "$1" "SELECT '$what', * FROM $what ORDER BY 2" | od -An -tx1
	done
	[ "$from" -eq 1 ] || sqlite3 "$1" 'SELECT hex(hash), priority, hex(aich_root)
			FROM file ORDER BY 1;
		SELECT hex(hash), hex(sha1) FROM aich_parts ORDER BY 1;
		SELECT hex(hash), rating, hex(text) FROM comment ORDER BY 1'
	[ "$from" -lt 3 ] || sqlite3 "$1" 'SELECT root_id, inode, every FROM root
			ORDER BY 1;
		SELECT copy_id, damaged FROM copy ORDER BY 1;
		SELECT root_id, hex(pattern) FROM exclude ORDER BY 1;
		SELECT hex(path) FROM mount_point;
		SELECT hex(path) FROM removed'
}
# schema DB: names, types and keys of all columns, and all indexes
schema() {
	sqlite3 "$1" "SELECT m.type, m.name, c.* FROM sqlite_schema m
		LEFT JOIN pragma_table_xinfo(m.name) c ORDER BY 1, 2, 3"
	sqlite3 "$1" "SELECT m.name, f.* FROM sqlite_schema m,
		pragma_foreign_key_list(m.name) f ORDER BY 1, 2, 3"
}
version() {
	sqlite3 "$1" 'PRAGMA user_version'
}
schema "$tmp/new.db" >"$tmp/schema"

# whole DB: is all there, as the new version has it?
whole() {
	[ "$(version "$1")" -eq 4 ] || fail "$2: version $(version "$1")"
	[ "$(sqlite3 "$1" 'PRAGMA integrity_check')" = ok ] || fail "$2: damaged"
	content "$1" | cmp - "$tmp/content" || fail "$2: something was lost"
	schema "$1" | diff - "$tmp/schema" || fail "$2: another schema"
}
# again: a fresh copy of the old database as $db
again() {
	db=$tmp/db/share.db
	rm -rf "$tmp/db"
	mkdir "$tmp/db"
	cp "$tmp/v$from.db" "$db"
}

# a sanitizer looks for leaks by ptrace, as strace does: one of them has to go
traced() {
	ASAN_OPTIONS=detect_leaks=0 strace "$@"
}

for from in 1 2 3; do

content "$tmp/v$from.db" >"$tmp/content"
[ "$(wc -l <"$tmp/content")" -gt 20 ] || fail "no content to compare"

# it is read as it is, and not a byte of it changes
again
[ "$("$SHARE" -d "$db" link | sort)" = "$(echo "$links" | sort)" ] ||
	fail "version $from: other links"
"$SHARE" -d "$db" list 2>"$tmp/err" >"$tmp/out"
[ "$(grep -c '	ok	' "$tmp/out")" -eq 4 ] || fail "version $from: $(cat "$tmp/out")"
serve -d "$db"
"$PEER" get 127.0.0.1 "$port" "$parts" "$tmp/got" || fail "version $from: get"
cmp "$tmp/parts" "$tmp/got" || fail "version $from: other bytes"
"$PEER" direct 127.0.0.1 "$port" "$parts" "$tmp/got" || fail "version $from: direct"
cmp "$db" "$tmp/v$from.db" || fail "a reader changed the database"

# somebody is served all the while
name=e31100000058$(hash_of "$parts")
rm -f "$tmp/requests"
mkfifo "$tmp/requests"
"$SERVE" -d "$db" <"$tmp/requests" >"$tmp/answers" 2>"$tmp/err2" &
server=$!
track $server
exec 9>"$tmp/requests"
echo "$hello$name" | unhex >&9
has_size() {
	[ "$(stat -c %s "$tmp/answers")" -ge "$1" ]
}
wait_for 5 has_size 100
before=$(stat -c %s "$tmp/answers")

# the first verb that writes brings it up to date, and says so once
expect 0 "$SHARE" -d "$db" add "$tmp/small" >"$tmp/out"
said 'share.db" now has version 4; older versions of ed2k-serve'
whole "$db" upgrade
expect 0 "$SHARE" -d "$db" add "$tmp/small" >"$tmp/out"
[ ! -s "$tmp/err" ] || fail "a second time: $(cat "$tmp/err")"

echo "e31100000058$(hash_of "$small")" | unhex >&9
wait_for 5 has_size $((before + 29))
exec 9>&-
wait $server || fail "the server from before ended with $?: $(cat "$tmp/err2")"

# several at once: all go on, one did it
again
jobs=
for i in $(seq 8); do
	"$SHARE" -d "$db" add "$tmp/dir/one" >/dev/null 2>"$tmp/err.$i" &
	jobs="$jobs $!"
done
for job in $jobs; do
	wait "$job" || fail "several at once: $(cat "$tmp"/err.*)"
done
whole "$db" "several at once"
[ "$(cat "$tmp"/err.* | wc -l)" -eq 1 ] ||
	fail "several at once: $(cat "$tmp"/err.*)"

# killed at each of its writes: the old or the new, and the next one mends it
old=0 new=0
for i in $(seq 100); do
	again
	status=0
	traced -f -o "$tmp/trace" -e trace=pwrite64 \
		-e inject=pwrite64:signal=SIGKILL:when=$i \
		"$SHARE" -d "$db" add "$tmp/dir/one" >/dev/null 2>&1 || status=$?
	[ "$status" -ne 0 ] || break # it did not write so often
	cp -r "$tmp/db" "$tmp/seen"
	case $(version "$tmp/seen/share.db") in
	$from) old=$((old + 1)) ;;
	4) new=$((new + 1)) && whole "$tmp/seen/share.db" "killed at write $i" ;;
	*) fail "killed at write $i: neither" ;;
	esac
	content "$tmp/seen/share.db" | cmp - "$tmp/content" ||
		fail "killed at write $i: something was lost"
	rm -r "$tmp/seen"
	"$SHARE" -d "$db" list >/dev/null 2>&1 || fail "killed at write $i: list"
	expect 0 "$SHARE" -d "$db" add "$tmp/dir/one" >/dev/null
	whole "$db" "after a kill at write $i"
done
echo "version $from killed at $((i - 1)) writes: $old times the old, $new the new"
[ "$status" -eq 0 ] || fail "it was killed a hundred times"
[ "$old" -gt 3 ] || fail "only $old kills hit the upgrade"

# a disk that is full: as before, with a word of what to do
again
expect 74 traced -f -o "$tmp/trace" -P "$db-wal" \
	-e inject=pwrite64:error=ENOSPC:when=3+ \
	"$SHARE" -d "$db" add "$tmp/dir/one" >/dev/null
said 'no room for .*free some space'
[ "$(version "$db")" -eq "$from" ] || fail "full disk: version $(version "$db")"
content "$db" | cmp - "$tmp/content" || fail "full disk: something was lost"
expect 0 "$SHARE" -d "$db" add "$tmp/dir/one" >/dev/null
whole "$db" "after a full disk"

done
