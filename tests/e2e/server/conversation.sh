#!/bin/sh
# Conversations to the byte, without a network (ed2k-serve <requests >answers)
# and over a socket: files beyond 4 GiB, cancelling in mid-transfer, what is
# ignored, what is answered.
. "$(dirname "$0")/../lib.sh"

# ask REQUESTS-HEX: the answers, in hex, by way of files
ask() {
	echo "$1" | unhex >"$tmp/requests"
	"$SERVE" -d "$db" <"$tmp/requests" >"$tmp/answers" 2>"$tmp/err" ||
		fail "ended with $?: $(cat "$tmp/err")"
	hex "$tmp/answers"
}

db=$tmp/share.db
random_file "$tmp/file" 10000000
link=$("$SHARE" -d "$db" add "$tmp/file")
hash=$(hash_of "$link")
user=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')
parts=$(sqlite3 "$db" 'SELECT lower(hex(md4)) FROM part_hashes')
version=$("$SERVE" --version | hex | sed 's/0a$//')
none=00112233445566778899aabbccddeeff

answer=$(frame e3 4c "$user""00000000""0000""07000000""0201000""10a00$(printf ed2k-serve | hex)""030100113c000000""030100f900000000""030100fb0000027e""030100fa16020030""030100feb0200000""02010055$(le 2 $((${#version} / 2)))$version""000000000000")
equal hello "$(ask "$hello")" "$answer"

whole="$hello\
$(frame c5 97)\
$(frame c5 01 47ff010000000201009405004c696e7578)\
$(frame e3 58 "${hash}0200010700")\
$(frame e3 4f "$hash")\
$(frame e3 51 "$hash")\
$(frame c5 81 "$hash")\
$(frame e3 5b "$hash")\
$(frame d4 82 0102)\
$(frame c5 98 01020304)\
$(frame e3 4a)\
$(frame e3 5d)\
$(frame e3 5e 03002e2e2f)\
$(frame e3 58 $none)\
$(frame e3 4f $none)\
$(frame e3 54 "$hash")\
$(frame e3 47 "$hash$(le 4 1000)$(le 4 9999990)$(le 4 0)$(le 4 1016)$(le 4 10000000)$(le 4 0)")\
$(frame e3 47 "$hash$(le 4 1000)$(le 4 9999990)$(le 4 0)$(le 4 1016)$(le 4 10000000)$(le 4 0)")\
$(frame c5 a3 "$hash$(le 8 0)$(le 8 0)$(le 8 0)$(le 8 4)$(le 8 0)$(le 8 0)")\
$(frame c5 fe)"
data() {
	tail -c +$(($1 + 1)) "$tmp/file" | head -c $(($2 - $1)) | hex
}
sent() {
	frame e3 46 "$hash$(le 4 "$1")$(le 4 "$2")$(data "$1" "$2")"
}
# replies leave before data: only the port test was asked while data waited
expected="$answer\
$(frame e3 59 "${hash}0400$(printf file | hex)")\
$(frame e3 50 "${hash}0000")\
$(frame e3 52 "${hash}0200$parts")\
$(frame e3 61)$(frame e3 61)$(frame e3 61)\
$(frame e3 48 $none)\
$(frame e3 55)\
$(frame e3 fe 12)\
$(sent 1000 1016)$(sent 9999990 10000000)$(sent 0 4)"
equal "whole conversation" "$(ask "$whole")" "$expected"

# one byte at a time makes no difference
echo "$whole" | unhex >"$tmp/requests"
mkfifo "$tmp/slow"
"$SERVE" -d "$db" <"$tmp/slow" >"$tmp/answers" 2>"$tmp/err" &
server=$!
dd if="$tmp/requests" of="$tmp/slow" bs=1 2>/dev/null
wait $server || fail "byte by byte: ended with $?"
for piece in "$answer" "$(frame e3 52 "${hash}0200$parts")" "$(sent 1000 1016)" "$(sent 0 4)"; do
	case $(hex "$tmp/answers") in
	*"$piece"*) ;;
	*) fail "byte by byte: $piece is missing" ;;
	esac
done
# (the request that comes twice is served twice when the first was through)
again=$(sent 1000 1016)$(sent 9999990 10000000)
case $((2 * $(stat -c %s "$tmp/answers"))) in
${#expected} | $((${#expected} + ${#again}))) ;;
*) fail "byte by byte: $(stat -c %s "$tmp/answers") bytes of answers" ;;
esac

# what an IPv4 peer is told of its own address
serve -d "$db"
over_socket=$( (echo "$hello"; frame c5 97; echo; echo shut) |
	"$PEER" raw 127.0.0.1 "$port")
case $over_socket in
*"$(frame c5 98 7f000001)") ;;
*) fail "public address: $over_socket" ;;
esac
# and the port it dialled is the one announced
case $over_socket in
e3*4c"$user"00000000"$(le 2 "$port")"07*) ;;
*) fail "announced port: $over_socket" ;;
esac

# bundles, by hash and by identifier; comments; browsing
"$SHARE" -d "$db" comment -r 4 "$hash" 'good copy'
root=$(sqlite3 "$db" 'SELECT lower(hex(aich_root)) FROM file')
sha1=$(sqlite3 "$db" 'SELECT lower(hex(sha1)) FROM aich_parts')
id=07$hash$(le 8 10000000)$root
name=590400$(printf file | hex)
comment=$(frame c5 61 "0409000000$(printf 'good copy' | hex)")
equal bundles "$(ask "$hello\
$(frame c5 a4 "$hash$(le 8 10000000)580200030700" "")\
$(frame c5 92 "${hash}4f9e8304000081")\
$(frame c5 a9 "03$hash$(le 8 10000000)4f580000ffff")\
$(frame c5 b1 "${id}03")")" "$answer\
$(frame c5 93 "$hash$name")$comment\
$(frame c5 93 "${hash}5000009d$root")\
$(frame c5 b0 "${id}500000$name")\
$(frame c5 b2 "${id}03${hash}0200$parts${root}0200$sha1")"
entry="$hash""00000000000002000000""02010001""0400$(printf file | hex)""03010002$(le 4 10000000)"
browse="$hello$(frame e3 4a)$(frame e3 5d)$(frame e3 5e "0500$(printf share | hex)")$(frame e3 5e "0700$(printf ../../x | hex)")"
equal "no browsing" "$(ask "$browse")" "$answer$(frame e3 61)$(frame e3 61)$(frame e3 61)$(frame e3 61)"
ED2K_BROWSE=1
export ED2K_BROWSE
equal browsing "$(ask "$browse")" "$(echo "$answer" | sed s/030100fa1602/030100fa1202/)\
$(frame e3 4b "01000000$entry")\
$(frame e3 5f "010000000500$(printf share | hex)")\
$(frame e3 60 "0500$(printf share | hex)01000000$entry")\
$(frame e3 61)"
unset ED2K_BROWSE
"$SHARE" -d "$db" comment "$hash" ''

# cancelled while data goes out: the rest stays here
size=$( (
	echo "$hello"
	frame e3 54 "$hash"; echo
	for i in $(seq 0 17); do
		frame e3 47 "$hash$(le 4 $((i * 552960)))$(le 4 0)$(le 4 0)$(le 4 $(((i + 1) * 552960)))$(le 4 0)$(le 4 0)"
		echo
	done
	echo sleep 300
	frame e3 56; echo
	frame e3 4f "$hash"; echo
	echo sleep 200
	echo shut
) | "$PEER" raw 127.0.0.1 "$port" | tee "$tmp/cancelled" | wc -c)
[ "$size" -gt 400000 ] || fail "cancel: only $size hex digits came"
[ "$size" -lt 15000000 ] || fail "cancel: $size hex digits came, so nothing was cancelled"
grep -q "$(frame e3 50 "${hash}0000")\$" "$tmp/cancelled" ||
	fail "cancel: the answer behind it is missing"

# beyond 4 GiB: 64-bit frames where the end needs them, 32-bit ones where not
truncate -s 4294967000 "$tmp/large"
random_file "$tmp/tail" 1000000
cat "$tmp/tail" >>"$tmp/large"
large=$("$SHARE" -d "$db" add "$tmp/large")
cp --sparse=always "$tmp/large" "$tmp/got"
# spoil what is to be got
dd if=/dev/zero of="$tmp/got" bs=1 seek=4294967000 count=1 conv=notrunc 2>/dev/null
truncate -s 4294967000 "$tmp/got"
"$PEER" get -from 4290000000 127.0.0.1 "$port" "$large" "$tmp/got" ||
	fail "large file"
tail -c 1000000 "$tmp/got" | cmp - "$tmp/tail" || fail "large file: other bytes"
hash=$(hash_of "$large")
got=$(ask "$hello$(frame e3 54 "$hash")$(frame c5 a3 "$hash$(le 8 4294967290)$(le 8 4294967290)$(le 8 0)$(le 8 4294967295)$(le 8 4294967296)$(le 8 0)")")
equal "the border" "$got" "$answer$(frame e3 55)\
$(frame e3 46 "$hash$(le 4 4294967290)$(le 4 4294967295)$(tail -c +291 "$tmp/tail" | head -c 5 | hex)")\
$(frame c5 a2 "$hash$(le 8 4294967290)$(le 8 4294967296)$(tail -c +291 "$tmp/tail" | head -c 6 | hex)")"
