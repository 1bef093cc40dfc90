#!/bin/sh
# Whoever reads the output of list, link or stats slowly, or not at all, holds up
# neither writers nor connections: the log of the database does not grow. One that
# another program let grow is reported by check, and emptied by the next writer.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

db=$tmp/share.db
mkdir "$tmp/files"
for i in $(seq 1100); do
	echo "$i" >"$tmp/files/a name that is long enough to fill a pipe $i"
done
"$SHARE" -d "$db" add -r "$tmp/files" >"$tmp/links"
hashes=$(cut -d '|' -f 5 "$tmp/links")
state=$tmp/state
a=0123456789abcdef0123456789abcdef
for i in $(seq 3000); do
	echo "$((1700000000 + i)) 192.0.2.$((i % 250)) $(printf %032x $i) x $a 5000 1 hung-up x"
done >"$tmp/rows"
"$TOOLS/activity" "$state" <"$tmp/rows"

log_size() {
	stat -c %s "$1-wal"
}

# unread VERB...: its output is not read, until read_now
unread() {
	rm -f "$tmp/pipe"
	mkfifo "$tmp/pipe"
	"$SHARE" -d "$db" -s "$state" "$@" >"$tmp/pipe" 2>"$tmp/err" &
	unread=$!
	track $unread
	exec 9<"$tmp/pipe"
	sleep 0.5
	[ -d /proc/$unread ] || fail "$*: its output fits into a pipe"
}
read_now() {
	cat <&9 >"$tmp/out"
	exec 9<&-
	wait $unread || fail "$what: $(cat "$tmp/err")"
}

# others change the database meanwhile: the log stays below 8 MiB, which it would
# be above three times over, and the output is what it is without them
for what in list 'link --full' 'link --collection'; do
	"$SHARE" -d "$db" -s "$state" $what >"$tmp/wanted" 2>/dev/null
	unread $what
	"$SHARE" -d "$db" priority $hashes high >/dev/null
	"$SHARE" -d "$db" priority $hashes normal >/dev/null
	size=$(log_size "$db")
	echo "$what: log of $size bytes"
	[ "$size" -lt 8388608 ] || fail "$what: the log has $size bytes"
	read_now
	cmp "$tmp/wanted" "$tmp/out" || fail "$what: another output"
done

# the same with what was uploaded
head -n 1 "$tmp/rows" >"$tmp/row"
for what in 'stats --by peer' 'stats --by peer --json'; do
	unread $what
	for i in 1 2 3 4 5; do
		"$TOOLS/activity" "$state" <"$tmp/rows"
	done
	size=$(log_size "$state/activity.db")
	echo "$what: log of $size bytes"
	[ "$size" -lt 1000000 ] || fail "$what: the log has $size bytes"
	read_now
	[ "$(grep -c 192.0.2 "$tmp/out")" -eq 3000 ] || fail "$what: $(wc "$tmp/out")"
done

# paths are told in the same order, and each once, also at the borders of a page
"$SHARE" -d "$db" list 2>/dev/null | cut -f 4 >"$tmp/out"
LC_ALL=C sort -u "$tmp/out" | cmp - "$tmp/out" || fail "list: another order"
[ "$(wc -l <"$tmp/out")" -eq 1100 ] || fail "list: $(wc -l <"$tmp/out")"

# another program that reads for long: check says so, and the next writer after it
# mends it, though servers have the database open
mkfifo "$tmp/hold"
sqlite3 -readonly "$db" <"$tmp/hold" >"$tmp/held" &
track $!
reader=$!
exec 8>"$tmp/hold"
echo 'BEGIN; SELECT count(*) FROM copy;' >&8
wait_for 5 grep -q 1100 "$tmp/held"
for i in 1 2; do
	"$SHARE" -d "$db" priority $hashes high >/dev/null
	"$SHARE" -d "$db" priority $hashes normal >/dev/null
done
[ "$(log_size "$db")" -gt 8388608 ] || fail "the log is not large: no test"
check() {
	"$SHARE" -d "$db" -s "$state" check 2>/dev/null | grep database >"$tmp/out" || true
}
check
grep -q "^warning.database.the -wal file of .*share.db\" has [0-9.]* MiB.*fuser.*refresh" \
	"$tmp/out" || fail "check: $(cat "$tmp/out")"
mkfifo "$tmp/peer"
"$SERVE" -d "$db" <"$tmp/peer" >/dev/null 2>&1 8>&- &
server=$!
track $server
exec 7>"$tmp/peer"
has_open() {
	ls -l "/proc/$server/fd" | grep -q share.db
}
wait_for 5 has_open
exec 8>&-
wait $reader
"$SHARE" -d "$db" priority "$(echo "$hashes" | head -n 1)" normal >/dev/null
has_open || fail "the server has ended"
[ "$(log_size "$db")" -eq 0 ] || fail "the log still has $(log_size "$db") bytes"
check
! grep -q wal "$tmp/out" || fail "check: $(cat "$tmp/out")"
