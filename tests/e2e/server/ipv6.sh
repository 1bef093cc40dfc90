#!/bin/sh
# Peers over IPv6, and over IPv4 by the same socket: what they get, how they are
# told apart, and how log, status and statistics show them.
. "$(dirname "$0")/../lib.sh"
need_command systemd-socket-activate systemd
[ -e /proc/net/if_inet6 ] && grep -q '^0*1 .* lo$' /proc/net/if_inet6 ||
	skip "this machine has no IPv6 on the loopback"

db=$tmp/share.db
state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 3000000
link=$("$SHARE" -d "$db" add "$tmp/file")
user=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')

# listen [OPTION...]: one socket for both families, as the unit has it
listen() {
	port=$(free_port)
	: >"$log"
	$inside systemd-socket-activate --accept --inetd -l "$port" $wrap \
		"$SERVE" -d "$db" -s "$state" "$@" >"$log" 2>&1 </dev/null &
	track $!
	wait_for 5 $inside grep -q " *[0-9]*: 0*:$(printf %04X "$port") .* 0A " /proc/net/tcp6
}
inside=
listen --deny-file "$tmp/deny"

# logged PATTERN: a line that ends with it, within 5 s
logged() {
	wait_for 5 grep -q -e " peer=$1\$" "$log"
}
# get HOST SHOWN MODE [OPTION...]: download, compare, and see the line of it
get() {
	host=$1 shown=$2 mode=$3
	shift 3
	rm -f "$tmp/got"
	expect 0 timeout 30 $inside "$PEER" "$mode" "$@" "$host" "$port" "$link" "$tmp/got"
	cmp "$tmp/file" "$tmp/got" || fail "$mode from $host: other bytes"
}
everything() {
	get "$1" "$2" get
	logged "$2:[0-9]* client=\"aMule\" .* transport=plain .* bytes=3000000 .* end=hung-up"
	get "$1" "$2" get -i64 -crypt "$user"
	logged "$2:[0-9]* client=\"aMule\" .* transport=obfuscated .* bytes=3000000 .* end=hung-up"
	get "$1" "$2" direct
	logged "$2:[0-9]* client=\"\" .* transport=plain .* bytes=3000000 .* end=hung-up"
}
everything ::1 '\[::1\]'
everything 127.0.0.1 127.0.0.1

# what has room for IPv4 only: the client ID is 0 for all; who has no IPv4
# address is not told one
ask() {
	(echo "$hello"; frame c5 97; echo; frame c5 fe; echo; echo shut) |
		timeout 10 "$PEER" raw "$1" "$port"
}
answer=$(ask ::1)
case $answer in
e3*4c"$user"00000000"$(le 2 "$port")"07*000000000000"$(frame e3 fe 12)") ;;
*) fail "IPv6 was told $answer" ;;
esac
case $answer in
*"$(frame c5 98)"*) fail "IPv6 has a public IPv4: $answer" ;;
esac
mapped=$(ask 127.0.0.1)
[ "${answer%"$(frame e3 fe 12)"}$(frame c5 98 7f000001)$(frame e3 fe 12)" = "$mapped" ] ||
	fail "IPv4 was told $mapped"

# deny files: each family by itself, and IPv4 however it is written
denies() {
	printf '%s\n' "$1" >"$tmp/text"
	expect 0 "$SHARE" ipfilter "$tmp/text" "$tmp/deny" >"$tmp/out"
	rm "$state/scoreboard" # a denial is logged once a minute and address
	: >"$log"
	expect 1 timeout 10 "$PEER" get "$2" "$port" "$link" "$tmp/got"
	logged "$3:[0-9]* end=denied"
	get "$4" x get
}
denies ::/120 ::1 '\[::1\]' 127.0.0.1
denies ::/0 ::1 '\[::1\]' 127.0.0.1
denies ::ffff:127.0.0.0/104 127.0.0.1 127.0.0.1 ::1
denies 127.0.0.0/8 127.0.0.1 127.0.0.1 ::1
printf '2001:db8::/32\nallow ::1\n' | "$SHARE" ipfilter /dev/stdin "$tmp/deny" >"$tmp/out"
get ::1 x get

# the books, by address
is_empty() {
	[ -z "$("$SHARE" -s "$state" status)" ]
}
wait_for 5 is_empty
sqlite3 -separator ' ' "$state/activity.db" 'SELECT lower(hex(address)),
	sum(bytes), count(*) FROM transfer GROUP BY address ORDER BY 1' >"$tmp/sent"
diff - "$tmp/sent" <<END || fail "the books"
00000000000000000000000000000001 18000000 6
00000000000000000000ffff7f000001 15000000 5
END
"$SHARE" -s "$state" stats --by peer | awk -F '\t' '$1 == "peer" { print $9, $10 }' |
	sort >"$tmp/stats"
diff - "$tmp/stats" <<END || fail "stats"
127.0.0.1 -
::1 -
::1 ca25dac4a60e5e72ca419b24d2eb6f8a
END
"$SHARE" -s "$state" stats --by peer --json | grep -q '"address":"::1","user_hash":null' ||
	fail "stats --json: $("$SHARE" -s "$state" stats --by peer --json)"

# Several networks: in a namespace of our own, where all addresses are ours.
need_command ip iproute2
net=ed2k-ipv6-$$
add_network "$net" ||
	skip "limits by network: no network namespaces can be made here"
ip -n "$net" link set lo up
for address in 1::1 1::2 1:ffff:ffff:ffff:3 2::1; do
	ip -n "$net" addr add "2001:db8:0:$address/128" dev lo
done
inside="ip netns exec $net"
state=$tmp/limits
mkdir "$state"
listen --per-address 2 --address-slots 1 --anonymize

# hold ADDRESS RATE: download from there, in the background
hold() {
	timeout 60 $inside "$PEER" get -rate "$2" -bind "2001:db8:0:$1" ::1 "$port" \
		"$link" "$tmp/slow.$1" &
	track $!
}
# shown STATE PEER: is that in status?
shown() {
	"$SHARE" -s "$state" status | grep -q "^$1	.*	$2:[0-9]*	"
}
hold 1::1 300000
first=$!
wait_for 5 shown uploading '\[2001:db8:0:1::1\]'
# the second of the same /64 waits although 63 slots are free
hold 1::2 30000000
second=$!
wait_for 5 shown waiting '\[2001:db8:0:1::2\]'
"$SHARE" -s "$state" status --json | grep -q '"state":"waiting",.*"peer":"\[2001:db8:0:1::2\]:[0-9]*"' ||
	fail "status --json"
# the third is one too many
expect 1 timeout 10 $inside "$PEER" get -bind 2001:db8:0:1:ffff:ffff:ffff:3 ::1 "$port" \
	"$link" "$tmp/got"
logged '\[2001:db8:0:1:ffff:ffff:ffff:3\]:[0-9]* end=refused fault="too many connections"'
# one of another /64 gets a slot at once
get ::1 x get -bind 2001:db8:0:2::1
shown uploading '\[2001:db8:0:1::1\]' || fail "the first is through, so nothing is shown"
shown waiting '\[2001:db8:0:1::2\]' || fail "two of one /64 have slots"
wait $first || fail "the first was not served"
wait $second || fail "the second was not served"
for i in 1::1 1::2; do
	cmp "$tmp/file" "$tmp/slow.$i" || fail "$i got other bytes"
done

# the network alone, 48 bits of it, is written down
wait_for 5 is_empty
[ "$(sqlite3 "$state/activity.db" 'SELECT lower(hex(address)), count(*) FROM transfer GROUP BY 1')" = \
	'20010db8000000000000000000000000|3' ] || fail "--anonymize"

# new ones a minute: the fourth is of the same /64, the fifth is not
state=$tmp/minute
mkdir "$state"
listen --per-minute 3
for i in 1::1 1::2 1::1; do
	get ::1 x get -bind "2001:db8:0:$i"
done
expect 1 timeout 10 $inside "$PEER" get -bind 2001:db8:0:1:ffff:ffff:ffff:3 ::1 "$port" \
	"$link" "$tmp/got"
logged '\[2001:db8:0:1:ffff:ffff:ffff:3\]:[0-9]* end=refused fault="too many new connections a minute"'
get ::1 x get -bind 2001:db8:0:2::1
