#!/bin/sh
# Peers that are turned away by their address: compiling a list, what becomes of
# bad ones, and real connections from a denied and from an allowed address.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
list=$tmp/deny
random_file "$tmp/file" 3000000
link=$("$SHARE" -d "$db" add "$tmp/file")

# lines TEXT...: a source of these lines
lines() {
	printf '%s\n' "$@" >"$tmp/text"
}

# compile LINE...: into $list, which has to succeed in silence
compile() {
	lines "$@"
	expect 0 "$SHARE" ipfilter "$tmp/text" "$list" >"$tmp/out"
	[ ! -s "$tmp/err" ] || fail "said: $(cat "$tmp/err")"
}

# printed TEXT: all that was printed
printed() {
	[ "$(cat "$tmp/out")" = "$1" ] || fail "printed: $(cat "$tmp/out")"
}

# what is printed, and the mode, whatever the umask is
(umask 077 && compile 192.0.2.0/24 '198.051.100.007 - 198.051.100.008 , 100 , x' \
	'1.0.0.0 - 1.255.255.255 , 127 , not denied' 'allow 192.0.2.9' 2001:db8::/32)
printed 'denied: 3 ranges of IPv4 with 257 addresses, 1 range of IPv6'
[ "$(stat -c %a "$list")" = 644 ] || fail "mode $(stat -c %a "$list")"
[ -z "$(find "$tmp" -name 'deny?*')" ] || fail "a temporary file is left"

# asked ADDRESS: look it up by what a super-server says of a peer that sends
# nothing; the exit status is in $status, the log in $tmp/err
asked() {
	status=0
	REMOTE_ADDR=$1 REMOTE_PORT=50112 ED2K_DENY_FILE=$list \
		"$SERVE" -d "$db" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	[ ! -s "$tmp/out" ] || fail "$1 was sent something"
}
denied() {
	asked "$1"
	[ "$status" -eq 75 ] || fail "$1: ended with $status: $(cat "$tmp/err")"
	said "peer=$2:50112 end=denied\$"
}
let_in() {
	asked "$1"
	[ "$status" -eq 0 ] || fail "$1: ended with $status: $(cat "$tmp/err")"
	said "peer=$2 .*end=hung-up\$"
}
denied 192.0.2.1 192.0.2.1
denied ::ffff:192.0.2.255 192.0.2.255
denied 198.51.100.8 198.51.100.8
denied 2001:db8::1 '\[2001:db8::1\]'
let_in 192.0.2.9 192.0.2.9:50112
let_in 198.51.100.9 198.51.100.9:50112
let_in 1.2.3.4 1.2.3.4:50112
let_in 2001:db9:: '\[2001:db9::\]:50112'
# an unknown peer is never denied, and for a denied one no share is opened
compile 0.0.0.0/0 ::/0
let_in '' -
denied 192.0.2.9 192.0.2.9
expect 75 env REMOTE_ADDR=192.0.2.1 "$SERVE" -d "$tmp/none.db" \
	--deny-file "$list" </dev/null
said 'peer=192.0.2.1 end=denied$'

# real connections: closed without a byte; the list may change at any time
serve -d "$db" --deny-file "$list"
compile 127.0.0.0/8
answer=$(echo "$hello" | "$PEER" raw 127.0.0.1 "$port" 2>/dev/null) || :
[ -z "$answer" ] || fail "a denied peer got $answer"
expect 1 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got"
[ ! -s "$tmp/got" ] || fail "a denied peer got the file"
wait_for 5 grep -q 'info: peer=127.0.0.1:[0-9]* end=denied$' "$tmp/log"
compile 127.0.0.0/8 'allow 127.0.0.1'
rm -f "$tmp/got"
expect 0 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got"
cmp "$tmp/file" "$tmp/got" || fail "other bytes"

# a list that is of no use denies nobody, and the log says so
unusable() {
	asked 192.0.2.1
	[ "$status" -eq 0 ] || fail "$1: ended with $status"
	[ "$(wc -l <"$tmp/err")" -eq 2 ] || fail "$1: $(cat "$tmp/err")"
	grep -q "error: deny file \".*deny\": $1; nobody is denied until it is compiled with \"ed2k-share ipfilter SOURCE OUT\"\$" "$tmp/err" ||
		fail "$1: $(cat "$tmp/err")"
	grep -q 'end=hung-up' "$tmp/err" || fail "$1: not served"
}
truncate -s 4097 "$list"
unusable damaged
cp "$tmp/text" "$list"
unusable 'not a compiled list'
rm "$list"
unusable 'No such file or directory'
expect 0 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got"

# bad lines: the first are told, the rest counts
lines 192.0.2.0/33 192.0.2.0/24 1.2.3 '10.0.0.9 - 10.0.0.1 , 100 , x' a b c
expect 0 "$SHARE" ipfilter "$tmp/text" "$list" >"$tmp/out"
printed 'denied: 1 range of IPv4 with 256 addresses, 0 ranges of IPv6'
[ "$(wc -l <"$tmp/err")" -eq 6 ] || fail "bad lines: $(cat "$tmp/err")"
for line in 'text" line 1: the mask is no number from 0 to 32: "192.0.2.0/33"$' \
	'text" line 3: no address: "1.2.3"$' \
	'text" line 4: the range runs backwards: "10.0.0.9 - 10.0.0.1 , 100 , x"$' \
	'text" has 6 bad lines, left out$'; do
	grep -q "$line" "$tmp/err" || fail "no \"$line\": $(cat "$tmp/err")"
done
cp "$list" "$tmp/before"
lines 0.0.0.0/0 x
expect 65 "$SHARE" ipfilter --strict "$tmp/text" "$list"
grep -q 'text" has 1 bad line; nothing is written$' "$tmp/err" || fail "--strict"
lines '# nothing' ''
expect 65 "$SHARE" ipfilter "$tmp/text" "$list"
said 'text" has no good entry and 0 bad lines; nothing is written$'
head -c 5000 /dev/zero | tr '\0' 1 >"$tmp/text"
expect 65 "$SHARE" ipfilter "$tmp/text" "$list"
grep -q 'line 1: the line is too long' "$tmp/err" || fail "a long line"
cmp "$list" "$tmp/before" || fail "a failure changed the list"
# Windows: a byte order mark, ends of lines, none at the end of the file
printf '\357\273\277192.0.2.0/24\r\n\r\n# x\r\n10.0.0.1' >"$tmp/text"
expect 0 "$SHARE" ipfilter --strict "$tmp/text" "$list" >"$tmp/out"
printed 'denied: 2 ranges of IPv4 with 257 addresses, 0 ranges of IPv6'

# mistakes of the operator; nothing but a compiled list is replaced
expect 64 "$SHARE" ipfilter "$tmp/text"
said 'ipfilter takes the text to read and the file to write'
expect 66 "$SHARE" ipfilter "$tmp/none" "$list"
said 'cannot read ".*none": No such file'
expect 74 "$SHARE" ipfilter "$tmp" "$list"
said 'cannot read ".*": Is a directory'
cp "$tmp/text" "$tmp/before"
for out in "$tmp/text" "$db" "$tmp" /dev/null; do
	expect 73 "$SHARE" ipfilter "$tmp/text" "$out"
	said 'exists and is not a compiled list; name another file, or remove it'
done
cmp "$tmp/text" "$tmp/before" || fail "the source was overwritten"
expect 73 "$SHARE" ipfilter "$tmp/text" "$tmp/none/deny"
said 'cannot make a file beside ".*none/deny": No such file'
expect 65 "$SHARE" ipfilter "$list" "$tmp/other"
[ ! -e "$tmp/other" ] || fail "a compiled list was compiled"

# half a million lines
awk 'BEGIN {
	for (i = 0; i < 500000; i++) {
		n = 16777216 + i * 7000
		m = n + 2999
		printf "%03d.%03d.%03d.%03d - %03d.%03d.%03d.%03d , 100 , Range %d\r\n",
		    n / 16777216, n / 65536 % 256, n / 256 % 256, n % 256,
		    m / 16777216, m / 65536 % 256, m / 256 % 256, m % 256, i
	}
}' >"$tmp/big"
began=$(date +%s%N)
expect 0 timeout 60 "$SHARE" ipfilter --strict "$tmp/big" "$list" >"$tmp/out"
took=$((($(date +%s%N) - began) / 1000000))
printed 'denied: 500000 ranges of IPv4 with 1500000000 addresses, 0 ranges of IPv6'
echo "500,000 lines, $(stat -c %s "$tmp/big") bytes: compiled in $took ms to $(stat -c %s "$list") bytes"
denied 1.0.0.0 1.0.0.0
denied 1.0.11.183 1.0.11.183
let_in 1.0.11.184 1.0.11.184:50112
let_in 1.0.27.87 1.0.27.87:50112
denied 1.0.27.88 1.0.27.88
began=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do
	denied 1.0.27.88 1.0.27.88
done
echo "a denied connection, the process and all: $((($(date +%s%N) - began) / 10000)) us"
if command -v strace >/dev/null; then
	REMOTE_ADDR=1.0.27.88 ASAN_OPTIONS=detect_leaks=0 strace -e trace=pread64 -o "$tmp/trace" \
		"$SERVE" -d "$db" --deny-file "$list" </dev/null 2>/dev/null || :
	reads=$(grep -c '^pread64(.*, 4096, [0-9]*) = 4096' "$tmp/trace")
	echo "$reads blocks read"
	[ "$reads" -ge 2 ] && [ "$reads" -le 12 ] || fail "$reads blocks read"
fi

# no room for the new list: the old one stays, and nothing beside it
compile 192.0.2.0/24
cp "$list" "$tmp/before"
(
	trap '' XFSZ
	ulimit -f 100
	expect 74 "$SHARE" ipfilter "$tmp/big" "$list"
	said 'cannot write ".*deny": File too large'
)
cmp "$list" "$tmp/before" || fail "a failed write changed the list"
[ -z "$(find "$tmp" -name 'deny?*')" ] || fail "a temporary file is left"
