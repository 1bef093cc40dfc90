#!/bin/sh
# An activity.db that a server process forged after a peer took it over: whatever
# it holds, stats, list, prune and the next server end soon, with one line or with
# sums that can be, and are neither killed nor held up.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

tab=$(printf '\t')
hash=0123456789abcdef0123456789abcdef
zero=00000000000000000000000000000000
random_file "$tmp/one" 1000
"$SHARE" -d "$tmp/share.db" add "$tmp/one" >/dev/null
echo "1700000000 192.0.2.7 - - $hash 4000 10 hung-up x" |
	"$TOOLS/activity" "$tmp/good"
sqlite3 -readonly "$tmp/good/activity.db" .schema >"$tmp/schema"
table=$(sed -n '/^CREATE TABLE transfer/,/^)/p' "$tmp/schema" | sed 's/) STRICT;$/) STRICT/')

# forge NAME SQL...: another state directory, $dir, with a database that is good
# but for what SQL does to it
forge() {
	name=$1
	shift
	dir=$tmp/$name
	rm -rf "$dir"
	cp -r "$tmp/good" "$dir"
	rm -f "$dir"/activity.db-*
	printf '%s\n' '.dbconfig defensive off' 'PRAGMA writable_schema = ON;' \
		'PRAGMA ignore_check_constraints = ON;' "$@" |
		sqlite3 "$dir/activity.db" >/dev/null || fail "$name: cannot be forged"
}

# ends WHAT COMMAND...: within 20 seconds, by itself, with one of our codes; a
# failure says one line
ends() {
	what=$1
	shift
	code=0
	timeout -s KILL 20 "$@" >"$tmp/out" 2>"$tmp/err" || code=$?
	case $code in
	0) ;;
	65 | 74 | 75 | 77 | 78)
		[ "$(wc -l <"$tmp/err")" -eq 1 ] ||
			fail "$name: $what: not one line: $(cat "$tmp/err")"
		;;
	*) fail "$name: $what: ended with $code: $(cat "$tmp/err")" ;;
	esac
	# no number that cannot be
	! grep -qE '(^|[^0-9a-f])[0-9]{20}([^0-9a-f]|$)' "$tmp/out" ||
		fail "$name: $what: $(cat "$tmp/out")"
}

# survives: all who read or write $dir
survives() {
	ends "stats by file" "$SHARE" -s "$dir" stats --json
	ends "stats by peer" "$SHARE" -s "$dir" stats --by peer
	ends "stats by day" "$SHARE" -s "$dir" stats --by day
	ends openmetrics "$SHARE" -s "$dir" stats --openmetrics
	code_of_stats=$code
	ends list "$SHARE" -d "$tmp/share.db" -s "$dir" list
	[ "$code" -eq 0 ] || fail "$name: list ended with $code"
	[ "$(wc -l <"$tmp/out")" -eq 1 ] || fail "$name: list: $(cat "$tmp/out")"
	ends prune "$SHARE" -s "$dir" stats prune --older 1d
	timeout -s KILL 20 "$TOOLS/activity" "$dir" <"$tmp/row" >/dev/null \
		2>"$tmp/err" || [ $? -eq 1 ] || fail "$name: a server: $(cat "$tmp/err")"
}
echo "1700000000 192.0.2.7 - - $hash 5 1 hung-up x" >"$tmp/row"

# refused: the same, and it is not read at all
refused() {
	survives
	[ "$code_of_stats" -ne 0 ] || fail "$name: it was read"
}

name=good dir=$tmp/good
survives
[ "$code_of_stats" -eq 0 ] || fail "a good one is refused"

# views and the like in the place of a table
columns='transfer_id, began_s, address, user_hash, client, file, name, bytes, ms,
	outcome, peer'
forge view 'ALTER TABLE transfer RENAME TO t;' \
	"CREATE VIEW transfer AS SELECT $columns FROM t;"
refused
forge endless 'DROP TABLE transfer;' "CREATE VIEW transfer AS
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
	SELECT i AS transfer_id, i AS began_s, zeroblob(16) AS address,
		NULL AS user_hash, x'' AS client, zeroblob(16) AS file, x'' AS name,
		1 AS bytes, 1 AS ms, 'gone' AS outcome, zeroblob(16) AS peer FROM n;"
refused
forge virtual 'DROP TABLE transfer;' \
	'CREATE VIRTUAL TABLE transfer USING fts5(began_s, address, user_hash,
		client, file, name, bytes, ms, outcome, peer);'
refused
forge trigger "CREATE TRIGGER more AFTER INSERT ON transfer BEGIN
	INSERT INTO transfer (began_s, address, client, file, name, bytes, ms, outcome)
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
	SELECT i, zeroblob(16), x'', zeroblob(16), x'', 1, 1, 'gone' FROM n; END;"
refused
forge generated 'DROP TABLE transfer;' "CREATE TABLE transfer (
	transfer_id INTEGER PRIMARY KEY, began_s INTEGER, address BLOB,
	user_hash BLOB, client BLOB, file BLOB, name BLOB,
	bytes INTEGER AS (length(hex(hex(hex(zeroblob(50000000)))))),
	ms INTEGER, outcome TEXT, peer BLOB);" \
	"INSERT INTO transfer VALUES (1, 1, zeroblob(16), NULL, x'', zeroblob(16),
		x'', 1, 'gone', zeroblob(16));"
refused
forge index 'CREATE INDEX slow ON transfer (hex(zeroblob(bytes)));'
refused
forge 'much schema' "INSERT INTO sqlite_schema
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000)
	SELECT 'view', 'v' || i, 'v' || i, 0, 'CREATE VIEW v' || i || ' AS SELECT 1'
	FROM n;"
refused

# the right tables with rows that cannot be: as is wrote them with other tables
# under the names of these
# rows NAME VALUES...: began_s, address, user_hash, client, file, name, bytes, ms,
# outcome
rows() {
	as=$1
	shift
	forge "$as" "UPDATE sqlite_schema SET sql = 'CREATE TABLE transfer (
		transfer_id INTEGER PRIMARY KEY, began_s, address, user_hash, client,
		file, name, bytes, ms, outcome)' WHERE name = 'transfer';"
	for values; do
		echo "INSERT INTO transfer VALUES (NULL, $values);"
	done | sqlite3 "$dir/activity.db"
	printf '%s\n' '.dbconfig defensive off' 'PRAGMA writable_schema = ON;' \
		"UPDATE sqlite_schema SET sql = '$table' WHERE name = 'transfer';" |
		sqlite3 "$dir/activity.db" >/dev/null
	survives
}
big=9223372036854775807
rows 'largest numbers' \
	"1, zeroblob(16), NULL, x'', x'$hash', x'', $big, $big, 'gone'" \
	"$big, zeroblob(16), NULL, x'', x'$hash', x'', $big, $big, 'gone'"
[ "$code_of_stats" -eq 0 ] || fail "largest numbers: no sum"
rows 'negative numbers' \
	"-1, zeroblob(16), NULL, x'', x'$hash', x'', -1, -1, 'gone'" \
	"-$big - 1, zeroblob(16), NULL, x'', x'$hash', x'', -$big - 1, -7, 'gone'"
[ "$code_of_stats" -eq 0 ] || fail "negative numbers: no sum"
rows 'other types' \
	"'began', 'text', 7, 7.5, 'text', 9, 'many', x'00', x'ff00ff'" \
	"NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL" \
	"1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300" \
	"x'41', x'41', x'', x'', x'', x'00', x'00', '-5', 'gone'"
[ "$code_of_stats" -eq 0 ] || fail "other types: no sum"
rows 'large values' \
	"1, zeroblob(400000000), NULL, x'', x'$hash', zeroblob(400000000), 1, 1, 'gone'" \
	"1, zeroblob(16), zeroblob(400000000), x'', x'$hash', x'', 1, 1,
		CAST(zeroblob(400000000) AS TEXT)"

# pages that lead to each other, so that a table has more rows than anybody can
# count: page NUMBER is one whose 500 cells all lead to that page
page() {
	awk -v to="$1" 'BEGIN {
		printf "050000%04x%04x00%08x", 500, 2000, to
		for (i = 0; i < 500; i++)
			printf "%04x", 2000
		for (i = 12 + 2 * 500; i < 2000; i++)
			printf "00"
		printf "%08x01", to
		for (i = 2005; i < 4096; i++)
			printf "00"
	}' | unhex
}
# put_page NUMBER: of standard input
put_page() {
	dd of="$dir/activity.db" bs=4096 seek=$(($1 - 1)) conv=notrunc status=none
}
forge maze
depth=12
leaf=$(($(stat -c %s "$dir/activity.db") / 4096 + depth))
root=$(sqlite3 -readonly "$dir/activity.db" \
	"SELECT rootpage FROM sqlite_schema WHERE name = 'transfer'")
rm -f "$dir"/activity.db-*
dd if="$dir/activity.db" bs=4096 skip=$((root - 1)) count=1 status=none |
	put_page $leaf
for i in $(seq $depth); do
	[ "$i" -lt $depth ] && from=$((leaf - i)) || from=$root
	page $((leaf - i + 1)) | put_page $from
done
# the header tells how many pages there are
printf '\000\000\000'"$(printf '\\%03o' $leaf)" |
	dd of="$dir/activity.db" bs=1 seek=28 conv=notrunc status=none
refused

# something else in the place of a file
for file in activity.db activity.db-wal activity.db-shm; do
	for kind in fifo directory link dangling loop text; do
		forge "$kind as $file"
		[ $file = activity.db ] || : >"$dir/activity.db-wal"
		rm -f "$dir/$file"
		case $kind in
		fifo) mkfifo "$dir/$file" ;;
		directory) mkdir "$dir/$file" ;;
		link)
			cp "$tmp/good/activity.db" "$tmp/outside"
			ln -s "$tmp/outside" "$dir/$file"
			;;
		dangling) ln -s nowhere "$dir/$file" ;;
		loop) ln -s "$file" "$dir/$file" ;;
		text) head -c 200000 /dev/urandom >"$dir/$file" ;;
		esac
		survives
		[ $file != activity.db ] || [ $kind = dangling ] ||
			[ "$code_of_stats" -ne 0 ] || fail "$name: it was read"
		[ ! -e "$dir/nowhere" ] || fail "$name: the link was followed"
		[ $kind != link ] || cmp "$tmp/good/activity.db" "$tmp/outside" ||
			fail "$name: what the link names was changed"
		rm -f "$tmp"/outside*
	done
done

# a log and its index, while somebody has the database open, so that the index is
# not made anew
forge 'a log' 'PRAGMA journal_mode = WAL;'
mkfifo "$tmp/hold"
# with_log: $dir with a log of 20 transfers, and a reader
with_log() {
	name=$1
	sqlite3 "$dir/activity.db" <"$tmp/hold" >"$tmp/held" &
	reader=$!
	track $reader
	exec 9>"$tmp/hold"
	echo 'BEGIN; SELECT 1 FROM transfer;' >&9
	wait_for 5 grep -q 1 "$tmp/held"
	for i in $(seq 20); do
		"$TOOLS/activity" "$dir" <"$tmp/row"
	done
}
for at in 8 24 56 100 4152 20000; do
	for side in wal shm; do
		forge "a -$side forged at $at" 'PRAGMA journal_mode = WAL;'
		with_log "$name"
		head -c 40 /dev/urandom | dd of="$dir/activity.db-$side" bs=1 seek=$at \
			conv=notrunc status=none
		survives
		exec 9>&-
		wait $reader || true
		survives
	done
done
