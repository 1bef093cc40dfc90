#!/bin/sh
# An activity.db of version 1, of release 0.2.0: read as it is, upgraded by the next
# one who writes, with no transfer and no sum lost: also when that is killed at any
# of its writes, when the disk is full, and when several do it at once.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3
need_command strace strace

ACTIVITY=$TOOLS/activity
a=0123456789abcdef0123456789abcdef
b=ffff456789abcdef0123456789abcdef
user=00112233445566778899aabbccddeeff
mkdir "$tmp/old"
{
	cat "$top/tests/e2e/share/activity_1.sql"
	echo "PRAGMA journal_mode = WAL;
	INSERT INTO transfer (began_s, address, user_hash, client, file, name, bytes,
		ms, outcome) VALUES
	(1700000000, x'00000000000000000000ffffc0000207', x'$user', x'61', x'$a',
		x'6f6e65', 1000, 15, 'hung-up'),
	(1700000500, x'20010db8000000000000000000000001', NULL, x'', x'$b',
		x'74776f', 500, 5, 'gone');
	INSERT INTO pruned (file, outcome, name, last_s, transfers, bytes, ms) VALUES
	(x'$a', 'hung-up', x'6e6577', 1600000009, 7, 7000, 70),
	(x'$a', 'gone', x'6f6c64', 1600000001, 2, 20, 2),
	(x'$b', 'gone', x'74776f', 1600000005, 1, 3000000000, 1);"
} | sqlite3 "$tmp/old/activity.db" >/dev/null
echo "1700090000 192.0.2.9 - - $a 11 1 hung-up one" >"$tmp/row"

# again: a fresh copy of the old one as $dir
dir=$tmp/state
again() {
	rm -rf "$dir"
	cp -r "$tmp/old" "$dir"
}
version() {
	sqlite3 -readonly "$dir/activity.db" 'PRAGMA user_version'
}
counters() {
	"$SHARE" -s "$dir" stats --openmetrics | grep -v '^#'
}

# read as it is, by all who read
again
cat >"$tmp/counters" <<END
ed2k_uploads_total 12
ed2k_upload_bytes_total 3000008520
ed2k_upload_seconds_total 0.093
ed2k_uploaded_files 2
ed2k_activity_peers 2
ed2k_upload_ends_total{outcome="gone"} 4
ed2k_upload_ends_total{outcome="hung-up"} 8
ed2k_file_uploads_total{hash="$a",name="one"} 10
ed2k_file_uploads_total{hash="$b",name="two"} 2
ed2k_file_upload_bytes_total{hash="$a",name="one"} 8020
ed2k_file_upload_bytes_total{hash="$b",name="two"} 3000000500
END
counters | diff "$tmp/counters" - >&2 || fail "version 1: other counters"
"$SHARE" -s "$dir" stats --by peer >"$tmp/by_peer"
equal "by peer" "$(cut -f 2,9 "$tmp/by_peer" | tr '\t\n' '  ')" \
	'1500 1000 192.0.2.7 500 2001:db8::1 '
printf b >"$tmp/b"
"$SHARE" -d "$tmp/share.db" add "$tmp/b" >/dev/null
equal "list" "$("$SHARE" -d "$tmp/share.db" -s "$dir" list | cut -f 5)" 0
cmp "$tmp/old/activity.db" "$dir/activity.db" || fail "a reader changed it"

# whole WHAT: all that was there, in the same tables as one that was made today
"$ACTIVITY" "$tmp/fresh" <"$tmp/row"
schema() { # without comments and white space
	sqlite3 -readonly "$1/activity.db" \
		'SELECT sql FROM sqlite_schema ORDER BY name' |
		sed 's/--.*//' | tr -d ' \t\n'
}
transfers() {
	sqlite3 -readonly "$1/activity.db" \
		'SELECT * FROM transfer WHERE transfer_id <= 2' | od -An -tx1
}
whole() {
	equal "$1: version" "$(version)" 2
	equal "$1: integrity" \
		"$(sqlite3 "$dir/activity.db" 'PRAGMA integrity_check')" ok
	equal "$1: tables" "$(schema "$dir")" "$(schema "$tmp/fresh")"
	equal "$1: transfers" "$(transfers "$dir")" "$(transfers "$tmp/old")"
}
expect 0 "$ACTIVITY" "$dir" <"$tmp/row"
said 'activity.db" now has version 2; older versions of ed2k-serve'
whole upgrade
sed 's/_uploads_total 12/_uploads_total 13/; s/3000008520/3000008531/
	s/0\.093/0.094/; s/activity_peers 2/activity_peers 3/
	s/hung-up"} 8/hung-up"} 9/; s/one"} 10/one"} 11/
	s/one"} 8020/one"} 8031/' "$tmp/counters" >"$tmp/after"
counters | diff "$tmp/after" - >&2 || fail "upgraded: other counters"
expect 0 "$ACTIVITY" "$dir" <"$tmp/row"
[ ! -s "$tmp/err" ] || fail "a second time: $(cat "$tmp/err")"

# prune is a writer as well
again
expect 0 "$SHARE" -s "$dir" stats prune --older 36500d >"$tmp/out"
said 'now has version 2'
whole prune
counters | diff "$tmp/counters" - >&2 || fail "prune: other counters"
expect 0 "$SHARE" -s "$dir" stats prune --older 1d >"$tmp/out"
equal prune "$(cat "$tmp/out")" '2 transfers removed'
sed 's/activity_peers 2/activity_peers 0/' "$tmp/counters" >"$tmp/after"
counters | diff "$tmp/after" - >&2 || fail "pruned: other counters"

# several at once: one does it, and all record
again
jobs=
for i in $(seq 8); do
	"$ACTIVITY" "$dir" <"$tmp/row" 2>"$tmp/err.$i" &
	jobs="$jobs $!"
done
all_done "several at once" $jobs
whole "several at once"
equal "several at once: lines" "$(cat "$tmp"/err.* | wc -l)" 1
equal "several at once: transfers" \
	"$(counters | sed -n 's/^ed2k_uploads_total //p')" 20

# killed at each of its writes: the old or the new, and the next one mends it
old=0 new=0
for i in $(seq 100); do
	again
	status=0
	ASAN_OPTIONS=detect_leaks=0 strace -f -o "$tmp/trace" -e trace=pwrite64 \
		-e inject=pwrite64:signal=SIGKILL:when=$i \
		"$ACTIVITY" "$dir" <"$tmp/row" >/dev/null 2>&1 || status=$?
	[ "$status" -ne 0 ] || break # it did not write so often
	if [ "$(version)" -eq 1 ]; then
		old=$((old + 1))
		counters | diff "$tmp/counters" - >&2 || fail "killed at write $i"
	else
		new=$((new + 1))
	fi
	"$ACTIVITY" "$dir" <"$tmp/row" 2>/dev/null || fail "after a kill at write $i"
	whole "after a kill at write $i"
done
echo "killed at $((i - 1)) writes: $old times the old, $new the new"
[ "$status" -eq 0 ] || fail "it was killed a hundred times"
[ "$old" -gt 3 ] || fail "only $old kills hit the upgrade"

# a disk that is full: as before, with a word of what to do
again
ASAN_OPTIONS=detect_leaks=0 expect 1 strace -f -o "$tmp/trace" \
	-P "$dir/activity.db-wal" -e inject=pwrite64:error=ENOSPC:when=3+ \
	"$ACTIVITY" "$dir" <"$tmp/row"
said 'no room for .*free some space'
equal "full disk: version" "$(version)" 1
counters | diff "$tmp/counters" - >&2 || fail "full disk: other counters"
expect 0 "$ACTIVITY" "$dir" <"$tmp/row"
whole "after a full disk"
