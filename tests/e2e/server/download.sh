#!/bin/sh
# Whole downloads over real sockets, in every shape a peer may ask: repeated and
# 64-bit requests, resume, the direct dialect, fifty peers at once.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
random_file "$tmp/small" 100000
random_file "$tmp/parts" 20000000
random_file "$tmp/exact" 9728000
"$SHARE" -d "$db" add "$tmp/small" "$tmp/parts" "$tmp/exact" >"$tmp/links" \
	2>/dev/null
small=$(sed -n 1p "$tmp/links")
parts=$(sed -n 2p "$tmp/links")
exact=$(sed -n 3p "$tmp/links")
serve -d "$db"

for options in '' -i64 -repeat '-i64 -repeat'; do
	rm -f "$tmp/got"
	"$PEER" get $options 127.0.0.1 "$port" "$parts" "$tmp/got" ||
		fail "get $options"
	cmp "$tmp/parts" "$tmp/got" || fail "get $options: other bytes"
done

for link in "$small" "$exact"; do
	name=$(echo "$link" | cut -d '|' -f 3)
	rm -f "$tmp/got"
	"$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" || fail "get $name"
	cmp "$tmp/$name" "$tmp/got" || fail "$name: other bytes"
done

# questions about other files, one known and one not, in the middle of a frame
for hash in "$(hash_of "$small")" 00112233445566778899aabbccddeeff; do
	rm -f "$tmp/got"
	"$PEER" get -ask "$hash" -rate 40000000 127.0.0.1 "$port" "$parts" \
		"$tmp/got" || fail "get -ask"
	cmp "$tmp/parts" "$tmp/got" || fail "get -ask: other bytes"
done

# resume at an odd offset
head -c 12345678 "$tmp/parts" >"$tmp/got"
"$PEER" get -from 12345678 127.0.0.1 "$port" "$parts" "$tmp/got" ||
	fail "resume"
cmp "$tmp/parts" "$tmp/got" || fail "resume: other bytes"

# direct clients: their usual block, a whole part, the largest they may ask
for block in 262144 9728000 10485760; do
	rm -f "$tmp/got"
	"$PEER" direct -block $block 127.0.0.1 "$port" "$parts" "$tmp/got" ||
		fail "direct $block"
	cmp "$tmp/parts" "$tmp/got" || fail "direct $block: other bytes"
done

# a file of exactly one part has another hash there: the MD4 of its bytes
blue=$(openssl dgst -provider legacy -provider default -md4 -r "$tmp/exact" |
	cut -d ' ' -f 1)
rm -f "$tmp/got"
"$PEER" direct 127.0.0.1 "$port" \
	"$(echo "$exact" | sed "s/$(hash_of "$exact")/$blue/")" "$tmp/got" ||
	fail "direct by the blue hash"
cmp "$tmp/exact" "$tmp/got" || fail "blue hash: other bytes"

# fifty at once
jobs=
for i in $(seq 50); do
	case $((i % 3)) in
	0) "$PEER" direct 127.0.0.1 "$port" "$parts" "$tmp/got.$i" & ;;
	1) "$PEER" get -repeat 127.0.0.1 "$port" "$parts" "$tmp/got.$i" & ;;
	2) "$PEER" get -i64 127.0.0.1 "$port" "$parts" "$tmp/got.$i" & ;;
	esac
	jobs="$jobs $!"
done
all_done "one of fifty" $jobs
for i in $(seq 50); do
	cmp "$tmp/parts" "$tmp/got.$i" || fail "number $i of fifty: other bytes"
done

# one line a connection, and the byte counts in them agree
connections=$((4 + 2 + 2 + 1 + 3 + 1 + 50))
wait_for 10 sh -c "[ \$(grep -c ' end=hung-up' '$tmp/log') -eq $connections ]"
sum=$(sed -n 's/.* bytes=\([0-9]*\) .*/\1/p' "$tmp/log" | awk '{ s += $1 } END { printf "%.0f\n", s }')
wanted=$((6 * 20000000 + 100000 + 9728000 + 20000000 - 12345678 + 3 * 20000000 + 9728000 + 50 * 20000000))
[ "$sum" -eq "$wanted" ] || fail "$sum bytes in the log, $wanted were sent"
