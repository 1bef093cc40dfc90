#!/bin/sh
# AICH from end to end: computed by add and by refresh --aich, printed by link
# and list, told to peers, and recovery data for a part that came out corrupt.
# Sizes, hashes and frames that are written out here are golden.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

# ask REQUESTS-HEX: the answers behind that to the hello, in hex
ask() {
	echo "$hello$1" | unhex >"$tmp/requests"
	"$SERVE" -d "$db" <"$tmp/requests" >"$tmp/answers" 2>"$tmp/err" ||
		fail "ended with $?: $(cat "$tmp/err")"
	hex "$tmp/answers" | cut -c $((2 * hello_answer + 1))-
}

# the sample file of the golden frames, to BYTES
sample() {
	for row in $(seq 0 255); do
		printf "$(awk -v row="$row" 'BEGIN { for (i = 0; i < 256; i++)
			printf "\\%03o", (7 * i + row) % 256 }')"
	done >"$tmp/cell"
	tail -c +5 "$tmp/cell" >"$tmp/cell.end"
	for cell in $(seq 0 $(($1 / 65536))); do
		le 4 "$cell" | unhex
		cat "$tmp/cell.end"
	done | head -c "$1"
}

db=$tmp/share.db
sample 10000000 >"$tmp/f2"
head -c 300000 "$tmp/f2" >"$tmp/f1"
f1=a2096cf32831bc0ecc582ee00997a7ab
f1_root=84d24781c59911276c7ebe7296b485755144567d
f2=849c68a9fa74b2935d64d0920661584a
f2_root=4bae0763db1b7270832d495a23572e182aea63d6
f2_text=JOXAOY63DNZHBAZNJFNCGVZODAVOUY6W
f2_parts=c5509c52727b05a73c703fa30492e0b7:46713945d49c8d2b13e05cb10a222688
none=00112233445566778899aabbccddeeff

# what add keeps is what it should be
expect 0 "$SHARE" -d "$db" add "$tmp/f1" "$tmp/f2" >"$tmp/out"
equal "plain links" "$(cat "$tmp/out")" "ed2k://|file|f1|300000|$f1|/
ed2k://|file|f2|10000000|$f2|/"
equal "AICH of parts" \
	"$(sqlite3 "$db" 'SELECT lower(hex(hash)), lower(hex(sha1)) FROM aich_parts')" \
	"$f2|3e4e74810cb6a0a457354869b782887ebc0ea3b25dc2bf597f91860cdfa64edc0254a4111d0b6aee"

# links with everything, sources behind, and read again
full="ed2k://|file|f2|10000000|$f2|p=$f2_parts|h=$f2_text|/"
equal "full link" "$("$SHARE" -d "$db" link --full "$tmp/f2")" "$full"
equal "full link with a source" \
	"$("$SHARE" -d "$db" link --full --source 192.0.2.7:4662 "$f2")" \
	"$full|sources,192.0.2.7:4662|/"
equal "full link of one part" "$("$SHARE" -d "$db" link --full "$tmp/f1")" \
	"ed2k://|file|f1|300000|$f1|h=QTJEPAOFTEISO3D6XZZJNNEFOVIUIVT5|/"
equal "full link as an argument" "$("$SHARE" -d "$db" link "$full")" \
	"ed2k://|file|f2|10000000|$f2|/"
"$SHARE" -d "$db" list --json f2 | grep -q "\"aich\":\"$f2_text\",\"state\":\"ok\"" ||
	fail "JSON: $("$SHARE" -d "$db" list --json f2)"

# root and recovery data, to the byte
echo "$hello" | unhex | "$SERVE" -d "$db" 2>"$tmp/err" >"$tmp/answers"
hello_answer=$(stat -c %s "$tmp/answers")
equal "root of F1" "$(ask "$(frame c5 9e $f1)")" "$(frame c5 9d $f1$f1_root)"
equal "root of F2" "$(ask "$(frame c5 9e $f2)")" "$(frame c5 9d $f2$f2_root)"
equal "no file, no root" "$(ask "$(frame c5 9e $none)")" ""
golden=c56d0000009c849c68a9fa74b2935d64d0920661584a01004bae0763db1b7270832d495a23572e182aea63d6030003003e4e74810cb6a0a457354869b782887ebc0ea3b205007af2d3e79a7e05b3f5aa505d1ace44dc9709d9c20400ed86aa91f2653c4a17161c756cefee9be1080aae0000
equal "recovery of part 1" "$(ask "$(frame c5 9b ${f2}0100$f2_root)")" "$golden"
answer=$(ask "$(frame c5 9b ${f2}0000$f2_root)")
case $answer in
"c5$(le 4 $((39 + 2 + 54 * 22 + 2)))9c${f2}0000${f2_root}3600"0200????????????????????????????????????????ff00*0000) ;;
*) fail "recovery of part 0: $answer" ;;
esac
# refused WHAT REQUEST: the hash alone comes back
refused() {
	equal "$1" "$(ask "$(frame c5 9b "$2")")" "$(frame c5 9c "$(echo "$2" | cut -c 1-32)")"
}
# refusal WHAT REQUEST: and nothing is logged but the session
refusal() {
	refused "$@"
	[ "$(wc -l <"$tmp/err")" -eq 1 ] || fail "$1: $(cat "$tmp/err")"
}
refusal "another root" ${f2}0100$f1_root
refusal "no such part" ${f2}0200$f2_root
refusal "no such file" ${none}0000$f2_root

# at most ten in a minute: read and hashed; others get the refusal
request=$(frame c5 9b ${f2}0100$f2_root)
answer=$(ask "$(for i in $(seq 12); do echo "$request"; done | tr -d '\n')")
equal "ten in a minute" "$answer" "$(for i in $(seq 10); do echo $golden; done | tr -d '\n')$(frame c5 9c $f2)$(frame c5 9c $f2)"

# no recovery data for a damaged part, but still for the others
flip "$tmp/f2" 9900000
refused "a damaged part" ${f2}0100$f2_root
grep -q '"f2" is damaged in part 1: its bytes have changed, its size and time have not; restore it' "$tmp/err" ||
	fail "the log does not name the damaged file: $(cat "$tmp/err")"
equal "the other part" "$(ask "$(frame c5 9b ${f2}0000$f2_root)" | cut -c 1-20)" \
	"c5$(le 4 $((39 + 2 + 54 * 22 + 2)))9c$(echo $f2 | cut -c 1-8)"
flip "$tmp/f2" 9900000
equal "mended" "$(ask "$request")" "$golden"
flip "$tmp/f1" 0
refused "a damaged file of one part" ${f1}0000$f1_root
grep -q '"f1" is damaged in part 0' "$tmp/err" || fail "$(cat "$tmp/err")"
flip "$tmp/f1" 0
# nor out of a database that lies
cp "$db" "$tmp/lie.db"
sqlite3 "$tmp/lie.db" "UPDATE aich_parts SET sha1 = zeroblob(40)"
db=$tmp/lie.db
refused "a wrong database" ${f2}0100$f2_root
grep -q 'has wrong AICH hashes of "f2"' "$tmp/err" || fail "$(cat "$tmp/err")"
# a request of another length is none
for payload in $f2 "${f2}0100$f2_root"00; do
	status=0
	echo "$hello$(frame c5 9b "$payload")" | unhex >"$tmp/requests"
	"$SERVE" -d "$db" <"$tmp/requests" >/dev/null 2>"$tmp/err" || status=$?
	[ "$status" -eq 76 ] || fail "a request of another length: $status"
	grep -q 'fault="malformed AICHREQUEST"' "$tmp/err" || fail "$(cat "$tmp/err")"
done

# a share from before AICH was kept: list and link say what to do
random_file "$tmp/damaged" 400000
random_file "$tmp/gone" 1000
random_file "$tmp/changed" 1000
sqlite3 "$tmp/old.db" <"$top/tests/e2e/share/version_1.sql"
"$SHARE" -d "$tmp/share.db" add "$tmp/damaged" "$tmp/gone" "$tmp/changed" >/dev/null
cp "$tmp/f1" "$tmp/f1 again"
"$SHARE" -d "$tmp/share.db" add "$tmp/f1 again" >/dev/null
sqlite3 "$tmp/old.db" "ATTACH '$tmp/share.db' AS new;
	INSERT INTO identity SELECT * FROM new.identity;
	INSERT INTO root SELECT root_id, path, walk FROM new.root;
	INSERT INTO file SELECT hash, size, added_s FROM new.file;
	INSERT INTO copy SELECT copy_id, hash, root_id, path, mtime_ns, inode
		FROM new.copy;
	INSERT INTO part_hashes SELECT * FROM new.part_hashes"
db=$tmp/old.db
expect 0 "$SHARE" -d "$db" list >/dev/null
said '5 files have no AICH hashes, .*; "ed2k-share refresh --aich" computes them'
expect 0 "$SHARE" -d "$db" link --full "$tmp/f2" >"$tmp/out"
said '5 files have no AICH hashes'
equal "full link without AICH" "$(cat "$tmp/out")" \
	"ed2k://|file|f2|10000000|$f2|p=$f2_parts|/"
expect 0 "$SHARE" -d "$db" link "$tmp/f2" >/dev/null
[ ! -s "$tmp/err" ] || fail "plain links need no AICH: $(cat "$tmp/err")"
expect 0 "$SHARE" -d "$db" list --json f2 >"$tmp/out"
grep -q '"aich":null,' "$tmp/out" || fail "JSON: $(cat "$tmp/out")"
equal "no root yet" "$(ask "$(frame c5 9e $f2)")" ""
refusal "no recovery yet" ${f2}0100$f2_root

# refresh computes what it can, and names what it cannot
flip "$tmp/damaged" 5
rm "$tmp/gone"
touch "$tmp/changed"
touch "$tmp/f1" # its other copy will do
cp "$tmp/f2" "$tmp/original" # (a test of the test: refresh changes no file)
status=0
"$SHARE" -d "$db" refresh --aich >"$tmp/out" 2>"$tmp/err" || status=$?
case $status in 65 | 66) ;; *) fail "refresh ended with $status" ;; esac
equal "refreshed" "$(sort "$tmp/out")" "$(printf '%s\t%s\n' \
	$f2_text "$tmp/f2" QTJEPAOFTEISO3D6XZZJNNEFOVIUIVT5 "$tmp/f1 again" | sort)"
for what in 'version 4' '/damaged" is damaged: size and time are as they were' \
	'/gone" is gone; bring it back' '/changed" has changed since' '/f1" has changed'; do
	grep -q "$what" "$tmp/err" || fail "refresh does not say $what: $(cat "$tmp/err")"
done
[ "$(wc -l <"$tmp/err")" -eq 5 ] || fail "refresh: $(cat "$tmp/err")"
cmp "$tmp/f2" "$tmp/original" || fail "refresh changed a file"
"$SHARE" -d "$db" list 2>&1 >/dev/null | grep -q '3 files have no AICH' || fail "list after refresh"
equal "recovery after refresh" "$(ask "$request")" "$golden"
equal "root after refresh" "$(ask "$(frame c5 9e $f1)")" "$(frame c5 9d $f1$f1_root)"
# what cannot be done is tried again, what is done is not
flip "$tmp/damaged" 5
"$SHARE" -d "$db" remove "$tmp/gone"
"$SHARE" -d "$db" add "$tmp/changed" >/dev/null
expect 0 "$SHARE" -d "$db" refresh --aich >"$tmp/out"
equal "refreshed again" "$(cut -f 2 "$tmp/out")" "$tmp/damaged"
expect 0 "$SHARE" -d "$db" refresh --aich >"$tmp/out"
[ ! -s "$tmp/out" ] || fail "refresh of nothing: $(cat "$tmp/out")"
expect 0 "$SHARE" -d "$db" list >/dev/null
[ ! -s "$tmp/err" ] || fail "list of all: $(cat "$tmp/err")"
expect 64 "$SHARE" -d "$db" refresh --aich "$tmp/f2"
said 'neither --dry-run nor directories'
expect 78 "$SHARE" -d "$tmp/nowhere/none.db" list

# rhash agrees, at and around every border
need_command rhash rhash
for size in 1 184319 184320 184321 9727999 9728000 9728001 19455999 19456000 \
	19456001 29184000 58000000; do
	random_file "$tmp/x" $size
	rm -f "$tmp/x.db"*
	"$SHARE" -d "$tmp/x.db" add "$tmp/x" >/dev/null 2>&1
	equal "rhash, $size bytes" \
		"$("$SHARE" -d "$tmp/x.db" link --full | sed 's/|p=[^|]*//' | tr A-Z a-z)" \
		"$(rhash --ed2k-link "$tmp/x" | tr A-Z a-z)"
done
