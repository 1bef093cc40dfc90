#!/bin/sh
# Behind a balancer, a real HAProxy: peers are who its PROXY header says, in all
# that tells them apart; headers of others, missing headers and health checks.
. "$(dirname "$0")/../lib.sh"
PATH=$PATH:/usr/sbin
need_command haproxy haproxy

db=$tmp/share.db
state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 3000000
link=$("$SHARE" -d "$db" add "$tmp/file")
user=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')
signature=0d0a0d0a000d0a515549540a
header4=${signature}2111000cc0000207c6336409c3c01236
line4='PROXY TCP4 192.0.2.7 198.51.100.9 50112 4662\r\n'

# Without a network: what is read from a pipe, and not a byte more of it.
# piped STATUS [OPTION...]: stdin behind a balancer at 127.0.0.50
piped() {
	wanted=$1
	shift
	expect "$wanted" env REMOTE_ADDR=127.0.0.50 REMOTE_PORT=7 timeout 10 \
		"$SERVE" -d "$db" "$@" >"$tmp/answer"
}
list=10.0.0.0/8,127.0.0.50,::1
echo "$hello" | unhex | piped 0
cp "$tmp/answer" "$tmp/wanted"
[ -s "$tmp/wanted" ] || fail "no answer to HELLO"
for header in "$header4" "$(printf "$line4" | hex)" \
	"${signature}21110010c0000207c6336409c3c0123604000100"; do
	echo "$header$hello" | unhex | piped 0 --proxy-from "$list" -p 7
	said 'peer=192.0.2.7:50112 client="aMule" .* end=hung-up$'
	echo "$hello" | unhex | piped 0 -p 7
	said 'peer=127.0.0.50:7 client="aMule" '
	cp "$tmp/answer" "$tmp/wanted"
	echo "$header$hello" | unhex |
		ED2K_PROXY_FROM=$list piped 0 -p 7
	said 'peer=192.0.2.7:50112 client="aMule" '
	cmp "$tmp/answer" "$tmp/wanted" || fail "$header: another answer"
done
# one byte at a time
echo "$header4$hello" | unhex >"$tmp/bytes"
dd if="$tmp/bytes" bs=1 2>"$tmp/dd" | piped 0 --proxy-from "$list" -p 7
cmp "$tmp/answer" "$tmp/wanted" || fail "byte by byte: another answer"

# bad TEXT HEX [OPTION...]: the peer of these bytes is a bad one, unanswered
bad() {
	text=$1
	bytes=$2
	shift 2
	echo "$bytes" | unhex | piped 76 "$@"
	tail -n 1 "$tmp/err" | grep -q "$text" || fail "$bytes: $(cat "$tmp/err")"
	[ ! -s "$tmp/answer" ] || fail "$bytes: was answered"
}
stranger='end=bad-peer fault="a PROXY header, and --proxy-from does not list this address"$'
for header in "$header4" "$(printf "$line4" | hex)"; do
	bad "peer=127.0.0.50:7 .*$stranger" "$header$hello"
	bad "peer=127.0.0.50:7 .*$stranger" "$header$hello" --no-obfuscation
	bad "peer=127.0.0.50:7 .*$stranger" "$header$hello" --proxy-from 127.0.0.51
	# a second header is not the balancer's
	bad "peer=192.0.2.7:50112 .*$stranger" "$header$header$hello" --proxy-from "$list"
done
bad 'peer=127.0.0.50:7 end=bad-peer fault="no PROXY header"$' "$hello" --proxy-from "$list"
grep -q 'warning: 127.0.0.50:7 is listed in --proxy-from and sent no PROXY header; let that balancer send one (HAProxy: send-proxy-v2), or remove its address from the list$' "$tmp/err" ||
	fail "a missing header: $(cat "$tmp/err")"
bad 'fault="a broken PROXY header"$' "$(printf 'PROXY TCP4 192.0.2.7\r\n' | hex)" --proxy-from "$list"
bad 'fault="a broken PROXY header"$' "${signature}2111000bc0000207c6336409c3c012" --proxy-from "$list"
bad 'fault="half a PROXY header"$' "${signature}2111000cc0" --proxy-from "$list"
(printf 'PROXY TCP4 192'; sleep 2) | piped 0 --proxy-from "$list" --hello-timeout 1
said 'peer=127.0.0.50:7 end=no-hello$'
sleep 2 | piped 0 --proxy-from "$list" --hello-timeout 1
said 'peer=127.0.0.50:7 end=no-hello$'

# health checks are silent, without -v; those of version 1 name the balancer
for header in '' "${signature}20000000" "$(printf 'PROXY UNKNOWN\r\n' | hex)" \
	"$(printf 'PROXY TCP4 127.0.0.50 127.0.0.1 7 4662\r\n' | hex)"; do
	echo "$header" | unhex | piped 0 --proxy-from "$list"
	[ ! -s "$tmp/err" ] || fail "a check made a line: $(cat "$tmp/err")"
	echo "$header" | unhex | piped 0 --proxy-from "$list" -v
	said 'debug: peer=127.0.0.50:7 end=health-check$'
done
echo "$(printf 'PROXY TCP4 127.0.0.50 127.0.0.1 8 4662\r\n' | hex)$hello" | unhex |
	piped 0 --proxy-from "$list"
said 'peer=127.0.0.50:8 client="aMule" '

# a list that is none, also for peers that are not behind a balancer
for list in '127.0.0.50,' 'balancer' '10.0.0.1/8' '10.0.0.0/33' '127.0.0.50;::1'; do
	piped 64 --proxy-from "$list" </dev/null
	said 'error: --proxy-from: ".*": \(no address\|the \(address\|mask\) .*\)$'
done

# A real balancer: 127.0.0.48/28 are its addresses, one for each of its doors.
doors='v2 v1 plain tcp_check lost'
options='--per-address 1 --per-minute 12 -v'
"$SHARE" ipfilter /dev/stdin "$tmp/deny" >"$tmp/out" <<END
127.0.0.4
127.0.0.48/28
END
serve -d "$db" -s "$state" --proxy-from ::1,127.0.0.48/28 --deny-file "$tmp/deny" $options
last=$port
for door in $doors; do
	while is_listening $((last += 1)); do :; done
	eval "$door=$last"
done
cat >"$tmp/haproxy.cfg" <<END
defaults
	mode tcp
	timeout connect 5s
	timeout client 60s
	timeout server 60s
	timeout check 5s
	default-server inter 100ms
listen v2
	bind 127.0.0.1:$v2
	bind [::1]:$v2
	server s 127.0.0.1:$port source 127.0.0.50 send-proxy-v2 check check-send-proxy
listen v1
	bind 127.0.0.1:$v1
	bind [::1]:$v1
	option tcp-check
	tcp-check connect send-proxy linger
	server s 127.0.0.1:$port source 127.0.0.51 send-proxy check
listen plain
	bind 127.0.0.1:$plain
	server s 127.0.0.1:$port source 127.0.0.52 send-proxy-v2 check port $port
listen tcp_check
	bind 127.0.0.1:$tcp_check
	option tcp-check
	tcp-check connect send-proxy linger
	server s 127.0.0.1:$port source 127.0.0.53 send-proxy-v2-ssl-cn check
listen lost
	bind 127.0.0.1:$lost
	server s 127.0.0.1:$port source 127.0.0.54
END
haproxy -db -f "$tmp/haproxy.cfg" >"$tmp/haproxy.log" 2>&1 </dev/null &
track $!
for door in $doors; do
	eval wait_for 5 is_listening "\$$door"
done

# Does nobody of this address have a place on the scoreboard any more?
is_gone() {
	! "$SHARE" -s "$state" status | grep -qF "$1"
}
# get FROM DOOR [OPTION...]: download, and compare
get() {
	from=$1
	eval "door=\$$2"
	shift 2
	wait_for 5 is_gone "$from"
	rm -f "$tmp/got"
	expect 0 timeout 30 "$PEER" get -bind "$from" "$@" "$host" "$door" "$link" "$tmp/got"
	cmp "$tmp/file" "$tmp/got" || fail "$from at $door: other bytes"
}
# logged PATTERN: a line of the log that ends with it, within 5 s
logged() {
	wait_for 5 grep -q -e " peer=$1\$" "$tmp/log"
}
host=127.0.0.1
get 127.0.0.2 v2
logged '127.0.0.2:[0-9]* client="aMule" .* transport=plain .* bytes=3000000 .* end=hung-up'
get 127.0.0.3 v1
logged '127.0.0.3:[0-9]* client="aMule" .* transport=plain .* bytes=3000000 .* end=hung-up'
get 127.0.0.5 v2 -crypt "$user"
logged '127.0.0.5:[0-9]* .* transport=obfuscated .* bytes=3000000 .* end=hung-up'
get 127.0.0.6 v1 -crypt "$user"
logged '127.0.0.6:[0-9]* .* transport=obfuscated .* bytes=3000000 .* end=hung-up'
get 127.0.0.7 tcp_check
logged '127.0.0.7:[0-9]* .* bytes=3000000 .* end=hung-up'
rm "$tmp/got"
expect 0 timeout 30 "$PEER" direct -bind 127.0.0.8 127.0.0.1 "$plain" "$link" "$tmp/got"
cmp "$tmp/file" "$tmp/got" || fail "direct: other bytes"
logged '127.0.0.8:[0-9]* .* bytes=3000000 .* end=hung-up'
host=::1
get ::1 v2
logged '\[::1\]:[0-9]* .* transport=plain .* bytes=3000000 .* end=hung-up'
get ::1 v1 -crypt "$user"
logged '\[::1\]:[0-9]* .* transport=obfuscated .* bytes=3000000 .* end=hung-up'

# what it is told of its own address, and the port it is told is the one it
# dialled
answer=$( (echo "$hello"; echo "$(frame c5 97)"; echo shut) |
	timeout 10 "$PEER" raw -bind 127.0.0.9 127.0.0.1 "$v2")
case $answer in
e3*4c"$user"00000000"$(le 2 "$v2")"07*"$(frame c5 98 7f000009)") ;;
*) fail "told $answer" ;;
esac

# one at once of each address, although all come from the balancer's
wait_for 5 is_gone 127.0.0.2
timeout 60 "$PEER" get -rate 400000 -bind 127.0.0.2 127.0.0.1 "$v2" "$link" "$tmp/slow" &
slow=$!
track $slow
held() {
	"$SHARE" -s "$state" status | grep -q "^uploading	.*	127\.0\.0\.2:"
}
wait_for 5 held
expect 1 timeout 10 "$PEER" get -bind 127.0.0.2 127.0.0.1 "$v1" "$link" "$tmp/got"
logged '127.0.0.2:[0-9]* end=refused fault="too many connections"'
host=127.0.0.1
get 127.0.0.3 v1
"$SHARE" -s "$state" status --json >"$tmp/status"
grep -q '"state":"uploading",.*"peer":"127\.0\.0\.2:[0-9]*"' "$tmp/status" ||
	fail "status: $(cat "$tmp/status")"
if grep -q '"127\.0\.0\.5[0-9]:' "$tmp/status"; then
	fail "status shows the balancer: $(cat "$tmp/status")"
fi
wait $slow || fail "the slow one was not served"
cmp "$tmp/file" "$tmp/slow" || fail "the slow one got other bytes"

# turned away: by its own address, not by the balancer's, which is listed too
expect 1 timeout 10 "$PEER" get -bind 127.0.0.4 127.0.0.1 "$v2" "$link" "$tmp/got"
logged '127.0.0.4:[0-9]* end=denied'

# a header from an address that is not listed; a listed one that sends none
for header in "$header4" "$(printf "$line4" | hex)"; do
	answer=$(echo "$header$hello" | timeout 10 "$PEER" raw 127.0.0.1 "$port") || :
	[ -z "$answer" ] || fail "a stranger got $answer"
done
wait_for 5 sh -c "[ \$(grep -c ' peer=127.0.0.1:.*$stranger' '$tmp/log') -eq 2 ]"
get 127.0.0.1 port
expect 1 timeout 10 "$PEER" get 127.0.0.1 "$lost" "$link" "$tmp/got"
logged '127.0.0.54:[0-9]* end=bad-peer fault="no PROXY header"'
grep -q ' warning: 127.0.0.54:[0-9]* is listed in --proxy-from and sent no' "$tmp/log" ||
	fail "a missing header: no warning"

# checks of all kinds, more of them than connections of one address a minute:
# none is refused, counted, or a bad peer, and the balancer finds us up. HAProxy
# resets them at once, so that mostly nobody knows who it was, unless they linger.
checked() {
	[ "$(grep -c " debug: peer=$1 end=health-check\$" "$tmp/log")" -gt "$2" ]
}
wait_for 30 checked '127.0.0.51:[0-9]*' 15
wait_for 30 checked '127.0.0.53:[0-9]*' 15
wait_for 30 checked '.*' 60
echo shut | timeout 10 "$PEER" raw -bind 127.0.0.60 127.0.0.1 "$port" >"$tmp/answer"
wait_for 5 checked '127.0.0.60:[0-9]*' 0
if grep -v ' debug: .* end=health-check$' "$tmp/log" |
	grep -e ' peer=-' -e ' peer=127\.0\.0\.5[0-3]:' -e ' peer=127\.0\.0\.60:'; then
	fail "a check made another line"
fi
if grep 'DOWN' "$tmp/haproxy.log"; then
	fail "the balancer found us down"
fi

# the books: whom, not by way of whom
wait_for 5 is_gone :
sqlite3 -separator ' ' "$state/activity.db" 'SELECT lower(hex(address)),
	sum(bytes), count(*) FROM transfer GROUP BY address ORDER BY 1' |
	sed 's/^00000000000000000000ffff7f0000/127.0.0./' >"$tmp/sent"
"$SHARE" -s "$state" stats --by peer | cut -f 9 >"$tmp/stats"
grep -q '^127.0.0.8$' "$tmp/stats" || fail "stats: $(cat "$tmp/stats")"
diff - "$tmp/sent" <<END || fail "the books"
00000000000000000000000000000001 6000000 2
127.0.0.01 3000000 1
127.0.0.02 6000000 2
127.0.0.03 6000000 2
127.0.0.05 3000000 1
127.0.0.06 3000000 1
127.0.0.07 3000000 1
127.0.0.08 3000000 1
END
