#!/bin/sh
# Obfuscated connections: whole downloads next to plain ones, conversations to
# the byte against the openssl program, and what is refused.
. "$(dirname "$0")/../lib.sh"
need_command openssl openssl
need_command sqlite3 sqlite3

db=$tmp/share.db
random_file "$tmp/file" 20000000
random_file "$tmp/other" 1000
"$SHARE" -d "$db" add "$tmp/file" >/dev/null
other=$(hash_of "$("$SHARE" -d "$db" add "$tmp/other")")
user=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')

# the link: read by others as if it were a plain one
link=$("$SHARE" -d "$db" link --source 127.0.0.1:4662 --crypt "$tmp/file")
case $link in
*"|/|sources,127.0.0.1:4662:129:$user|/") ;;
*) fail "link --crypt: $link" ;;
esac
[ "$("$SHARE" -d "$db" link "$link")" = "${link%|sources*}" ] ||
	fail "link of a link: $("$SHARE" -d "$db" link "$link")"
expect 64 "$SHARE" -d "$db" link --crypt
said 'give one with --source HOST:PORT'
hash=$(hash_of "$link")


# stream DIRECTION: encrypt or decrypt stdin, for random bytes 01020304
stream() {
	key=$(echo "$user${1}01020304" | unhex | md5sum | cut -d ' ' -f 1)
	(head -c 1024 /dev/zero; cat) | openssl enc -rc4 -K "$key" \
		-provider legacy -provider default | tail -c +1025
}
# handshake PADDING-HEX REST-HEX: from the marker on, with what follows it
handshake() {
	echo 5a01020304 | unhex
	echo "c46f5e830000$(printf %02x $((${#1} / 2)))$1$2" | unhex | stream 22
}
# answered FILE EXPECTED: our handshake in it, with any padding, and then this
answered() {
	clear=$(stream cb <"$1" | hex)
	case $clear in
	c46f5e8300*) ;;
	*) fail "answer begins with $clear" ;;
	esac
	padding=$((0x$(echo "$clear" | cut -c 11-12)))
	[ "$padding" -le 16 ] || fail "$padding bytes of padding"
	[ "$(echo "$clear" | cut -c $((13 + 2 * padding))-)" = "$2" ] ||
		fail "got $clear, expected $2 behind the handshake"
}
name=$(frame e3 58 "$hash")
name_answer=$(frame e3 59 "${hash}0400$(printf file | hex)")
echo "$hello$name" | unhex >"$tmp/in"
expect 0 "$SERVE" -d "$db" <"$tmp/in" >"$tmp/out"
said 'transport=plain'
plain=$(hex "$tmp/out")
case $plain in
e3*030100feb0200000*"$name_answer") ;;
*) fail "plain conversation: $plain" ;;
esac

# all in one read, without waiting for our answer; all paddings that a peer has
long=$(head -c 255 /dev/zero | hex)
for padding in '' a1a2a3a4a5 "$long"; do
	handshake "$padding" "$hello$name" >"$tmp/in"
	expect 0 "$SERVE" -d "$db" <"$tmp/in" >"$tmp/out"
	said 'transport=obfuscated.* end=hung-up'
	answered "$tmp/out" "$plain"
done

# cut short at any length: no answer, or ours and nothing else
size=$(handshake a1a2a3a4a5 '' | wc -c)
for cut in $(seq 0 "$size"); do
	handshake a1a2a3a4a5 '' | head -c "$cut" >"$tmp/in"
	expect 0 "$SERVE" -d "$db" <"$tmp/in" >"$tmp/out"
	said 'end=hung-up'
	if [ "$cut" -lt "$size" ]; then
		[ ! -s "$tmp/out" ] || fail "answered after $cut bytes"
	else
		answered "$tmp/out" ''
	fi
done

# one byte at a time
handshake "$long" "$hello$name" >"$tmp/in"
mkfifo "$tmp/slow"
"$SERVE" -d "$db" <"$tmp/slow" >"$tmp/out" 2>"$tmp/err" &
server=$!
dd if="$tmp/in" of="$tmp/slow" bs=1 2>/dev/null
wait $server || fail "byte by byte: ended with $?"
answered "$tmp/out" "$plain"

# refuse PATTERN: what is in $tmp/in is refused, without an answer and without
# its bytes in the log
refuse() {
	expect 76 "$SERVE" -d "$db" <"$tmp/in" >"$tmp/out"
	said "end=bad-peer fault=\"$1"
	[ ! -s "$tmp/out" ] || fail "was answered"
}
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >"$tmp/in"
refuse 'neither a frame nor obfuscation'
! grep -q GET "$tmp/err" || fail "the log repeats what came"
echo 16030100a5010000a10303 | unhex >"$tmp/in"
refuse 'neither a frame nor obfuscation'
head -c 100000 /dev/zero >"$tmp/in"
refuse 'neither a frame nor obfuscation'
(echo 5a01020304 | unhex; echo c46f5e83010100 | unhex | stream 22) >"$tmp/in"
refuse 'neither a frame nor obfuscation'

# behind a handshake only HELLO will do, not what plain peers may begin with
first_frames="$(frame c5 fe) 00 $name
	$(frame e3 47 "${hash}00000000000000000400000000000000")"
for first in $first_frames; do
	handshake '' "$first" >"$tmp/in"
	refuse 'no HELLO first\|broken frame'
done
handshake '' "$hello$(frame c5 fe)" >"$tmp/in"
expect 0 "$SERVE" -d "$db" <"$tmp/in" >"$tmp/out"
answered "$tmp/out" "${plain%"$name_answer"}$(frame e3 fe 12)"

# told not to: refused at the first byte, and not advertised
expect 76 "$SERVE" -d "$db" --no-obfuscation <"$tmp/in" >"$tmp/out"
said 'transport=plain.* end=bad-peer'
[ ! -s "$tmp/out" ] || fail "--no-obfuscation: was answered"
echo "$hello" | unhex >"$tmp/in"
ED2K_NO_OBFUSCATION=1 expect 0 "$SERVE" -d "$db" <"$tmp/in" >"$tmp/out"
case $(hex "$tmp/out") in
e3*030100fe30200000*) ;;
*) fail "--no-obfuscation: $(hex "$tmp/out")" ;;
esac

# and a link that has peers obfuscate is no use then, which is told; not so of a
# server of another share, nor of one that takes both
warned() {
	expect 0 "$SHARE" -d "$1" link --source "$2" --crypt >"$tmp/out"
	grep -q ':129:' "$tmp/out" || fail "no hint: $(cat "$tmp/out")"
	[ -s "$tmp/err" ] && said '^ed2k-share: --crypt: the server on port [0-9]* of this host takes no obfuscated connections, '
}
serve -d "$db" --no-obfuscation
warned "$db" "203.0.113.7:$port" || fail "--no-obfuscation: not told"
warned "$db" "example.org:$port" || fail "--no-obfuscation: not told of a name"
"$SHARE" -d "$tmp/another.db" add "$tmp/file" >/dev/null
! warned "$tmp/another.db" "203.0.113.7:$port" || fail "told of another share"
serve -d "$db"
! warned "$db" "203.0.113.7:$port" || fail "told, though it takes both"
# a program that says nothing, until it is left
port=$(free_port)
systemd-socket-activate --accept --inetd -l "127.0.0.1:$port" \
	sh -c 'cat >/dev/null' >"$log" 2>&1 </dev/null &
track $!
wait_for 5 is_listening "$port"
began=$(date +%s)
! warned "$db" "203.0.113.7:$port" || fail "told of a program that says nothing"
took=$(($(date +%s) - began))
[ $took -le 3 ] || fail "waited $took s for it"

# nobody reads openssl.cnf: whoever opens this one waits for ever
mkfifo "$tmp/openssl.cnf"
OPENSSL_CONF=$tmp/openssl.cnf expect 0 timeout -s KILL 10 "$SERVE" -d "$db" \
	<"$tmp/in" >"$tmp/out"

# downloads
serve -d "$db" --hello-timeout 2
link=$("$SHARE" -d "$db" link --source "127.0.0.1:$port" --crypt "$tmp/file")
for options in "" -i64 "-repeat -ask $other"; do
	rm -f "$tmp/got"
	"$PEER" get -crypt "$user" $options 127.0.0.1 "$port" "$link" "$tmp/got" ||
		fail "get $options"
	cmp "$tmp/file" "$tmp/got" || fail "get $options: other bytes"
done
head -c 12345678 "$tmp/file" >"$tmp/got"
"$PEER" get -crypt "$user" -from 12345678 127.0.0.1 "$port" "$link" "$tmp/got" ||
	fail "resume"
cmp "$tmp/file" "$tmp/got" || fail "resume: other bytes"
expect 1 "$PEER" direct -crypt "$user" 127.0.0.1 "$port" "$link" "$tmp/got"
expect 1 "$PEER" get -crypt 00112233445566778899aabbccddeeff 127.0.0.1 "$port" \
	"$link" "$tmp/got"
said 'closed the connection'

for first in $first_frames; do
	expect 0 "$PEER" raw -crypt "$user" 127.0.0.1 "$port" >"$tmp/out" <<-END
		$first
	END
	[ "$(cat "$tmp/out")" = '' ] || fail "$first was answered: $(cat "$tmp/out")"
done

# with plain ones and direct clients among them, at once
jobs=
for i in $(seq 20); do
	case $((i % 10)) in
	0) "$PEER" direct 127.0.0.1 "$port" "$link" "$tmp/got.$i" & ;;
	1) "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got.$i" & ;;
	*) "$PEER" get -crypt "$user" -repeat 127.0.0.1 "$port" "$link" "$tmp/got.$i" & ;;
	esac
	jobs="$jobs $!"
done
all_done "one of twenty" $jobs
for i in $(seq 20); do
	cmp "$tmp/file" "$tmp/got.$i" || fail "number $i of twenty: other bytes"
	rm "$tmp/got.$i"
done
ended() {
	[ "$(grep -c "transport=$1.* bytes=20000000 .* end=hung-up" "$tmp/log")" -eq "$2" ]
}
wait_for 5 ended obfuscated $((3 + 16))
wait_for 5 ended plain 4

# asked while a peer that reads no more has stopped us in the middle of a large
# frame, then cancelled: what was begun goes on, in order, before the answers
(
	echo "$hello"
	frame e3 54 "$hash"; echo
	for i in $(seq 0 17); do
		frame e3 47 "$hash$(le 4 $((i * 552960)))$(le 4 0)$(le 4 0)$(le 4 $(((i + 1) * 552960)))$(le 4 0)$(le 4 0)"
		echo
	done
	echo read 4000000
	echo sleep 300
	echo "$name"
	echo sleep 100
	frame e3 56; echo
	frame e3 4f "$hash"; echo
	echo sleep 200
	echo shut
) | "$PEER" raw -crypt "$user" 127.0.0.1 "$port" >"$tmp/cancelled"
size=$(wc -c <"$tmp/cancelled")
[ "$size" -gt 8000000 ] || fail "cancel: only $size hex digits came"
[ "$size" -lt 18000000 ] || fail "cancel: $size hex digits came, so nothing was cancelled"
grep -q "$name_answer" "$tmp/cancelled" || fail "cancel: no name in mid-transfer"
grep -q "$(frame e3 50 "${hash}0000")\$" "$tmp/cancelled" ||
	fail "cancel: the answer behind it is missing"

# is_ready PID: does it handle SIGTERM by now, and not as its parent does, who
# handles SIGCHLD too?
is_ready() {
	caught=$(sed -n 's/^SigCgt:.*\(.....\)$/\1/p' "/proc/$1/status")
	[ $((0x$caught & (1 << 14 | 1 << 16))) -eq $((1 << 14)) ]
}

# SIGTERM before the first byte, in the handshake and in mid-transfer
stop() {
	before=$(grep -c 'end=signal' "$tmp/log" || true)
	wait_for 5 has_server
	wait_for 5 is_ready "$(server_pid)"
	kill "$(server_pid)"
	wait_for 5 sh -c "[ \$(grep -c 'end=signal' '$tmp/log') -eq $((before + 1)) ]"
}
for begin in '' 5a010203; do
	(echo "$begin"; echo read 1) | "$PEER" raw 127.0.0.1 "$port" >"$tmp/out" &
	stop
	wait $!
done
rm -f "$tmp/got"
"$PEER" get -crypt "$user" -rate 10000000 127.0.0.1 "$port" "$link" "$tmp/got" \
	2>/dev/null &
peer=$!
wait_for 10 has_begun
stop
! wait $peer || fail "SIGTERM: the peer got all"
size=$(stat -c %s "$tmp/got")
head -c "$size" "$tmp/file" | cmp - "$tmp/got" || fail "SIGTERM: other bytes"

# the deadline for a hello is one for the handshake too, and ends half of one,
# also of a peer that sends more shortly before
late() {
	n=$((n + 1))
	timeout 20 "$PEER" raw "$@" 127.0.0.1 "$port" >"$tmp/late.$n" &
	jobs="$jobs $!"
	track $!
}
n=0 jobs=
late </dev/null
echo 5a >"$tmp/in"
late <"$tmp/in"
handshake '' '' | head -c 8 | hex >"$tmp/in2"
late <"$tmp/in2"
handshake "$long" '' | head -c 50 | hex >"$tmp/in3"
late <"$tmp/in3"
late -crypt "$user" </dev/null
printf 'e35d\nsleep 1700\n0000\n' >"$tmp/in4"
late -crypt "$user" <"$tmp/in4"
all_done "late: not ended" $jobs
all_late() {
	[ "$(grep -c 'end=no-hello' "$log")" -eq $n ]
}
wait_for 5 all_late
[ "$(cat "$tmp"/late.* | tr -d '\n')" = '' ] ||
	fail "late: was answered: $(cat "$tmp"/late.*)"
grep 'end=no-hello' "$log" | sed 's/.*seconds=\([0-9.]*\) .*/\1/' |
	awk '$1 < 1.9 || $1 > 3.6 { exit 1 }' || fail "late: $(grep no-hello "$log")"
