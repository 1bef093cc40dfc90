#!/bin/sh
# What a connection adds to activity.db: a row for each file of which it was sent
# something worth a row, whatever the order of its requests.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

db=$tmp/share.db
random_file "$tmp/one" 3000000
random_file "$tmp/two" 3000000
random_file "$tmp/small" 300
one=$(hash_of "$("$SHARE" -d "$db" add "$tmp/one")")
two=$(hash_of "$("$SHARE" -d "$db" add "$tmp/two")")
small=$(hash_of "$("$SHARE" -d "$db" add "$tmp/small")")

# range HASH FROM TO: a request of this range alone
range() {
	frame e3 47 "$1$(le 4 $2)$(le 4 0)$(le 4 0)$(le 4 $3)$(le 4 0)$(le 4 0)"
}
# rows NAME REQUESTS: serve a peer that says so, and print the rows that it left
rows() {
	mkdir "$tmp/state.$1"
	echo "$hello$(frame e3 58 "$one")$(frame e3 54 "$one")$2" | unhex |
		"$SERVE" -d "$db" -s "$tmp/state.$1" >"$tmp/answers" 2>"$tmp/err" ||
		fail "$1: $(cat "$tmp/err")"
	[ ! -e "$tmp/state.$1/activity.db" ] || sqlite3 -readonly "$tmp/state.$1/activity.db" \
		"SELECT CAST(name AS TEXT) || ' ' || bytes FROM transfer" | tr '\n' ';'
}

# byte by byte, of two files in turns: 32 stretches
requests=
for i in $(seq 16); do
	requests=$requests$(range "$one" $i $((i + 1)))$(range "$two" $i $((i + 1)))
done
equal "a byte each" "$(rows bytes "$requests")" ''
[ "$(stat -c %s "$tmp/answers")" -gt 900 ] || fail "it was not served"

# enough of both, in turns
requests=
for i in 0 1 2 3 4; do
	requests=$requests$(range "$one" $((i * 1000)) $((i * 1000 + 1000)))
	requests=$requests$(range "$two" $((i * 300)) $((i * 300 + 300)))
done
equal "two files" "$(rows two "$requests")" 'one 5000;two 1500;'

# a small file counts when it was sent as a whole
equal "a small file" "$(rows small "$(range "$small" 0 300)")" 'small 300;'
equal "some of it" "$(rows some "$(range "$small" 0 299)")" ''
