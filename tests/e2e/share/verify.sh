#!/bin/sh
# ed2k-share verify: damage is found and named by part and byte, marked, not
# served, and forgotten when the bytes are again what was shared.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

tmp=$(realpath "$tmp")
db=$tmp/share.db
# verify WHAT STATUS EXPECTED [ARGUMENT...]: with @ for $tmp
verify() {
	what=$1
	status_wanted=$2
	printf "$3" | sed "s|@|$tmp|g" >"$tmp/expected"
	shift 3
	expect "$status_wanted" "$SHARE" -d "$db" verify "$@" >"$tmp/out"
	diff "$tmp/out" "$tmp/expected" >"$tmp/diff" || fail "$what: $(cat "$tmp/diff")"
}

mkdir "$tmp/root"
random_file "$tmp/root/exact" 9728000
random_file "$tmp/root/parts" 20000000
random_file "$tmp/root/small" 1000
cp "$tmp/root/parts" "$tmp/twin"
expect 0 "$SHARE" -d "$db" add -r "$tmp/root" >/dev/null
expect 0 "$SHARE" -d "$db" add "$tmp/twin" >/dev/null
parts=$("$SHARE" -d "$db" link "$tmp/root/parts")
small=$("$SHARE" -d "$db" link "$tmp/root/small")
all="ok\t@/root/exact\nok\t@/root/parts\nok\t@/root/small\nok\t@/twin\n"
verify "all is well" 0 "$all"
[ ! -s "$tmp/err" ] || fail "all is well: $(cat "$tmp/err")"

# two parts damaged, by number and bytes; the twin is another file
flip "$tmp/root/parts" 9728000
flip "$tmp/root/parts" 19999999
damaged="part\t@/root/parts\t1\t9728000-19455999
part\t@/root/parts\t2\t19456000-19999999
damaged\t@/root/parts\n"
verify "two parts" 65 "$damaged" "$tmp/root/parts"
verify "by hash" 65 "${damaged}ok\t@/twin\n" "$(hash_of "$parts")"
verify "by link" 65 "${damaged}ok\t@/twin\n" "$parts"
verify "a file of one part" 0 "ok\t@/root/small\n" "$tmp/root/small"
flip "$tmp/root/small" 999
verify "a file of one part" 65 \
	"part\t@/root/small\t0\t0-999\ndamaged\t@/root/small\n" "$small"
flip "$tmp/root/exact" 0
verify "a part to the byte" 65 \
	"part\t@/root/exact\t0\t0-9727999\ndamaged\t@/root/exact\n" "$tmp/root/exact"
flip "$tmp/root/exact" 0
verify "mended" 0 "ok\t@/root/exact\n" "$tmp/root/exact"
# either kind of hash tells which part
for table in part_hashes aich_parts; do
	cp "$db" "$tmp/one.db"
	sqlite3 "$tmp/one.db" "DELETE FROM $table"
	expect 65 "$SHARE" -d "$tmp/one.db" verify "$tmp/root/parts" >"$tmp/out"
	printf "$damaged" | sed "s|@|$tmp|g" | cmp - "$tmp/out" || fail "without $table"
done

# list shows it, and only what is asked for
equal "list" "$("$SHARE" -d "$db" list --state damaged | cut -f 4 | tr '\n' ' ')" \
	"$tmp/root/parts $tmp/root/small "
equal "list ok" "$("$SHARE" -d "$db" list --state ok | wc -l)" 2
expect 64 "$SHARE" -d "$db" list --state broken
said 'there is no state "broken"'

# what is damaged is not served, and the log says so; the twin is
serve -d "$db"
! "$PEER" get 127.0.0.1 "$port" "$small" "$tmp/got" 2>/dev/null || fail "damaged and served"
grep -q 'not served: "/.*/root/small" is damaged; restore it .*ed2k-share verify' "$tmp/log" ||
	fail "log: $(cat "$tmp/log")"
"$PEER" get 127.0.0.1 "$port" "$parts" "$tmp/got" || fail "the twin is not served"
cmp "$tmp/got" "$tmp/twin" || fail "the twin has other bytes"
# refresh does not take it for sound
expect 0 "$SHARE" -d "$db" refresh >"$tmp/out"
[ ! -s "$tmp/out" ] || fail "refresh: $(cat "$tmp/out")"
equal "after refresh" "$("$SHARE" -d "$db" list --state damaged | wc -l)" 2
# until it is mended, and verified or added again
flip "$tmp/root/small" 999
! "$PEER" get 127.0.0.1 "$port" "$small" "$tmp/got" 2>/dev/null || fail "mended, not verified"
verify "mended" 0 "ok\t@/root/small\n" "$small"
"$PEER" get 127.0.0.1 "$port" "$small" "$tmp/got" || fail "verified and not served"
flip "$tmp/root/parts" 9728000
flip "$tmp/root/parts" 19999999
expect 0 "$SHARE" -d "$db" add "$tmp/root/parts" >"$tmp/out"
equal "added again" "$(cat "$tmp/out")" "$parts"
equal "none is left" "$("$SHARE" -d "$db" list --state damaged | wc -l)" 0
verify "all is well again" 0 "$all"

# changed, missing, offline; damage outweighs what is missing
touch "$tmp/twin"
verify "changed" 65 "changed\t@/twin\n" "$tmp/twin"
rm "$tmp/root/small"
verify "missing" 66 "missing\t@/root/small\n" "$tmp/root/small"
flip "$tmp/root/exact" 5
expect 65 "$SHARE" -d "$db" verify "$tmp/root/small" "$tmp/root/exact" >"$tmp/out"
mv "$tmp/root" "$tmp/away"
verify "offline" 66 "offline\t@/root/parts\n" "$tmp/root/parts"
mv "$tmp/away" "$tmp/root"
expect 66 "$SHARE" -d "$db" verify "$tmp/nothing"
said 'is not shared'
# cut short while it is hashed, or in silence: not ok in any case
truncate -s 5000000 "$tmp/root/exact"
verify "cut short" 65 "changed\t@/root/exact\n" "$tmp/root/exact"
