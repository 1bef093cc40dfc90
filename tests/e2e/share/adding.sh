#!/bin/sh
# ed2k-share add with many threads, on a terminal and interrupted: links in
# order, progress shown and taken away, and what is finished is kept.
. "$(dirname "$0")/../lib.sh"
. "$here/terminal_lib.sh"

db=$tmp/share.db
mkdir "$tmp/dir"
random_file "$tmp/dir/1" 30000000
for i in 2 3 4; do random_file "$tmp/dir/$i" "300$i"; done

# the same links in the same order, whatever the number of threads
for jobs in 1 2 7; do
	rm -f "$tmp/jobs.db"*
	expect 0 "$SHARE" -d "$tmp/jobs.db" add -r --jobs $jobs "$tmp/dir" >"$tmp/$jobs"
	cmp "$tmp/1" "$tmp/$jobs" || fail "--jobs $jobs: other links"
	[ ! -s "$tmp/err" ] || fail "not quiet: $(cat "$tmp/err")"
done
[ "$(cut -d '|' -f 3 "$tmp/1" | tr '\n' ' ')" = '1 2 3 4 ' ] ||
	fail "not in order: $(cat "$tmp/1")"
cut -d '|' -f 4 "$tmp/1" | head -1 | grep -qx 30000000 || fail "size"
expect 64 "$SHARE" -d "$db" add --jobs 0 "$tmp/dir/2"
said 'is no number from 1 to 1024'

# sizes that some clients never complete: one line each, and only those
mkdir "$tmp/odd"
for bytes in 9727999 9728000 9728001 19456000; do
	truncate -s $bytes "$tmp/odd/$bytes"
done
expect 0 "$SHARE" -d "$tmp/odd.db" add -r "$tmp/odd" >"$tmp/out"
for bytes in 9728000 19456000; do
	grep -q "odd/$bytes\" has $bytes bytes: MLDonkey never completes a file" "$tmp/err" ||
		fail "no warning of $bytes: $(cat "$tmp/err")"
done
[ "$(wc -l <"$tmp/err")" -eq 2 ] || fail "not two lines: $(cat "$tmp/err")"
expect 0 "$SHARE" -d "$tmp/odd.db" add -r "$tmp/odd" >"$tmp/out"
[ ! -s "$tmp/err" ] || fail "known files: $(cat "$tmp/err")"

# the same when more files are under way than fit at a time
mkdir "$tmp/many"
for i in $(seq 1000 1400); do echo "$i" >"$tmp/many/$i"; done
expect 0 "$SHARE" -d "$tmp/many.db" add -r --jobs 3 "$tmp/many" "$tmp/dir/2" \
	>"$tmp/out"
{ seq 1000 1400; echo 2; } >"$tmp/names"
cut -d '|' -f 3 "$tmp/out" | cmp - "$tmp/names" || fail "many: not in order"

# interrupted at a file that takes hours: those before it are kept
truncate -s 4T "$tmp/dir/9" 2>/dev/null || skip "no sparse files in $tmp"
has_lines() {
	[ "$(wc -l <"$tmp/out")" -eq "$1" ]
}
"$SHARE" -d "$db" add -r "$tmp/dir" >"$tmp/out" 2>"$tmp/err" &
pid=$!
track $pid
wait_for 60 has_lines 4
kill -TERM $pid
status=0
wait $pid || status=$?
[ $status -eq 143 ] || fail "SIGTERM: ended with $status"
said '^ed2k-share: interrupted; 4 of the files are shared; run the same command again to go on$'
cmp "$tmp/out" "$tmp/1" || fail "interrupted: other links"
"$SHARE" -d "$db" link >"$tmp/out"
cmp "$tmp/out" "$tmp/1" || fail "interrupted: not all is kept"

# the next run goes on there, and reads nothing again that is known
need_command strace strace
truncate -s 3009 "$tmp/dir/9"
ASAN_OPTIONS=detect_leaks=0 expect 0 strace -f -e trace=pread64,preadv,preadv2 -o "$tmp/trace" \
	"$SHARE" -d "$db" add -r "$tmp/dir" >"$tmp/out"
[ "$(wc -l <"$tmp/out")" -eq 5 ] || fail "the next run: $(cat "$tmp/out")"
grep -q 'pread.* = 3009$' "$tmp/trace" || fail "the last file was not read"
! grep -qE 'pread.* = (36864|300[2-4])$' "$tmp/trace" ||
	fail "a known file was read again"

# a terminal of 60 columns: a line that fits, cleared before all other output
has_terminal || skip "no terminal can be made here; all else was tested"
truncate -s 4T "$tmp/dir/8 with a name that is much too long for the line"
interrupt_shown 60 'file 5 of 6, ' add -r "$tmp/dir"
grep -q '^file 5 of 6, [0-9.]* [KMGi]*B of 4.0 TiB, [0-9.]* [KMGi]*B/s, .* left' "$tmp/lines" ||
	fail "progress: $(cat "$tmp/lines")"
sed 's/\x1b\[K//' "$tmp/lines" | awk 'length > 59 && /^file / { exit 1 }' ||
	fail "wider than the terminal: $(cat "$tmp/lines")"
# what lies behind that file and was ready is kept as well
grep -q '^.\[Ked2k://|file|9|3009|' "$tmp/lines" ||
	fail "not cleared before a link: $(cat -v "$tmp/lines")"
grep -q '^ed2k-share: interrupted; 5 of the files are shared' "$tmp/lines" ||
	fail "not told: $(cat -v "$tmp/lines")"
[ "$(grep -c 'ed2k://' "$tmp/lines")" -eq 5 ] || fail "links: $(cat "$tmp/lines")"
