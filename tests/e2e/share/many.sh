#!/bin/sh
# 20,000 files: every verb does all of them right, and needs no more memory for
# each; a kill in the middle of add loses nothing that was printed.
. "$(dirname "$0")/../lib.sh"

PEAK=$TOOLS/peak
N=20000
# so much more than with few files, in KiB: SQLite's cache and the names in a
# directory; 256 bytes for each file would be too much. The few fill the pipeline
# (128 files), which the many fill too.
FEW=200
MORE=5000

# files DIRECTORY N: in directories of 1000, each with its number in it
files() {
	awk -v dir="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < n; i++) {
			if (i % 1000 == 0)
				system("mkdir -p " dir "/" i / 1000)
			f = dir "/" int(i / 1000) "/file " i
			print "file " i >f
			close(f)
		}
	}'
}
files "$tmp/few" $FEW
files "$tmp/many" $N

# both VERB...: run it with few files and with many, output in $tmp/out; see that
# memory does not grow. "%" stands for few or many.
both() {
	for share in few many; do
		set -- "$1" "$@" # how it is named, then the arguments
		shift
		command=
		for word; do
			command="$command '$(echo "$word" | sed "s|%|$tmp/$share|")'"
		done
		eval "expect 0 \"$PEAK\" \"$tmp/$share.peak\" \"$SHARE\" \
			-d \"$tmp/$share.db\" $command" >"$tmp/out"
	done
	few=$(cat "$tmp/few.peak") many=$(cat "$tmp/many.peak")
	echo "$*: $few KiB with few files, $many KiB with many"
	# (the sanitizers keep what is freed)
	grep -q __asan_init "$SHARE" || [ "$many" -le $((few + MORE)) ] ||
		fail "$*: memory grows with the number of files"
}

# count N: lines of the last output
count() {
	[ "$(wc -l <"$tmp/out")" -eq "$1" ] ||
		fail "$(wc -l <"$tmp/out") lines, not $1"
}

# killed: what was printed is kept, and the next run does the rest
"$SHARE" -d "$tmp/many.db" add -r "$tmp/many" >"$tmp/killed" &
pid=$!
track $pid
has_some() {
	[ "$(wc -l <"$tmp/killed")" -ge 500 ]
}
wait_for 30 has_some
kill -KILL $pid
wait $pid 2>/dev/null || :
printed=$(wc -l <"$tmp/killed")
# (the last line may be half a one)
"$SHARE" -d "$tmp/many.db" link | sort >"$tmp/kept"
head -n "$printed" "$tmp/killed" | sort | comm -23 - "$tmp/kept" >"$tmp/lost"
[ ! -s "$tmp/lost" ] || fail "printed, but not kept: $(head -3 "$tmp/lost")"
kept=$(wc -l <"$tmp/kept")
echo "killed: $printed printed, $kept kept"
[ "$kept" -lt $N ] || fail "killed too late to tell"

both add -r %
count $N
both add -r % # all is known
count $N
both list
count $N
[ "$(cut -f 1,5 "$tmp/out" | grep -c '^[0-9a-f]\{32\}')" -eq $N ] || fail list
[ "$(cut -f 3 "$tmp/out" | sort | uniq -c | tr -d ' ')" = "${N}ok" ] ||
	fail "not all are ok"
both list --json
count $N
both link --full
count $N
[ "$(cut -d '|' -f 5 "$tmp/out" | sort -u | wc -l)" -eq $N ] || fail link
both verify
count $N
both refresh
count 0

# all with another time, one with other bytes, one renamed, one gone, one new
for share in few many; do
	find "$tmp/$share" -type f -exec touch -d 2020-01-01 {} +
	echo other >"$tmp/$share/0/file 3"
	mv "$tmp/$share/0/file 4" "$tmp/$share/0/renamed"
	rm "$tmp/$share/0/file 5"
	echo new >"$tmp/$share/new"
done
both refresh
count $((N + 1))
cut -f 1 "$tmp/out" | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' ' \
	>"$tmp/summary"
[ "$(cat "$tmp/summary")" = "1changed 1moved 1new 1removed $((N - 3))touched " ] ||
	fail "refresh: $(cat "$tmp/summary")"

both remove -r %/0
"$SHARE" -d "$tmp/many.db" list >"$tmp/out"
count $((N - 999)) # new lies beside it
both remove -r %
"$SHARE" -d "$tmp/many.db" list >"$tmp/out"
count 0
[ "$(sqlite3 "$tmp/many.db" 'SELECT count(*) FROM file')" -eq 0 ] ||
	fail "something stays"
