#!/bin/sh
# Peers behind a NAT64, whose IPv4 addresses come as 64:ff9b::192.0.2.7: they
# count, are shown and are denied as the IPv4 addresses that they are.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

db=$tmp/share.db
state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 1000
"$SHARE" -d "$db" add "$tmp/file" >/dev/null

# from ADDRESS STATUS [OPTION...]: one that says hello, asks for its public
# address, and hangs up
from() {
	address=$1 wanted=$2
	shift 2
	(echo "$hello"; frame c5 97) | unhex |
		expect "$wanted" env REMOTE_ADDR="$address" REMOTE_PORT=7 \
			timeout 10 "$SERVE" -d "$db" -s "$state" "$@" >"$tmp/answer"
}

# log, and what the peer is told of its address
from 64:ff9b::192.0.2.7 0
said 'peer=192.0.2.7:7 client="aMule" .* end=hung-up$'
case $(hex "$tmp/answer") in
*"$(frame c5 98 c0000207)") ;;
*) fail "told its address: $(hex "$tmp/answer")" ;;
esac
# what a network of one's own translates to is IPv6 like any other
from 64:ff9b:1::192.0.2.7 0
said 'peer=\[64:ff9b:1::c000:207\]:7 client="aMule" '

# behind a balancer, in both versions of its header
header6=0d0a0d0a000d0a515549540a211100240064ff9b0000000000000000c000020920010db8000100000000000000000009c3c01236
header6=$(echo "$header6" | sed 's/2111/2121/')
(echo "$header6"; echo "$hello") | unhex | expect 0 env REMOTE_ADDR=127.0.0.50 \
	timeout 10 "$SERVE" -d "$db" --proxy-from 127.0.0.50 >"$tmp/answer"
said 'peer=192.0.2.9:50112 client="aMule" '
(printf 'PROXY TCP6 64:ff9b::c000:209 2001:db8::1 50112 4662\r\n'; echo "$hello" | unhex) |
	expect 0 env REMOTE_ADDR=127.0.0.50 \
		timeout 10 "$SERVE" -d "$db" --proxy-from 127.0.0.50 >"$tmp/answer"
said 'peer=192.0.2.9:50112 client="aMule" '
# the balancer itself may be behind one, and is listed by its IPv4 address
(echo "$header6"; echo "$hello") | unhex | expect 0 env REMOTE_ADDR=64:ff9b::192.0.2.50 \
	timeout 10 "$SERVE" -d "$db" --proxy-from 192.0.2.50 >"$tmp/answer"
said 'peer=192.0.2.9:50112 client="aMule" '
expect 64 env REMOTE_ADDR=192.0.2.50 "$SERVE" -d "$db" --proxy-from 64:ff9b::192.0.2.50 </dev/null
said '"64:ff9b::192.0.2.50": .*write the IPv4 address'

# each has a quota of its own, and shares it with the address that comes without
# NAT64
for last in 7 8 9; do
	from 64:ff9b::198.51.100.$last 0 --per-minute 1
	from 64:ff9b::198.51.100.$last 75 --per-minute 1
	said "peer=198.51.100.$last:7 end=refused"
	from 198.51.100.$last 75 --per-minute 1
done

# the deny list
echo 192.0.2.0/24 | "$SHARE" ipfilter /dev/stdin "$tmp/deny" >"$tmp/out"
from 64:ff9b::192.0.2.7 75 --deny-file "$tmp/deny"
said 'peer=192.0.2.7:7 end=denied$'
from 64:ff9b::192.0.3.7 0 --deny-file "$tmp/deny"
# an entry in the other form would deny nobody: it is named
printf '%s\n' 64:ff9b::/96 64:ff9b::192.0.2.1 '64:ff9b::1 - 64:ff9b::2' 64:ff9b::/64 |
	expect 0 "$SHARE" ipfilter /dev/stdin "$tmp/deny" >"$tmp/out"
[ "$(grep -c 'write the IPv4 address' "$tmp/err")" -eq 3 ] || fail "$(cat "$tmp/err")"
