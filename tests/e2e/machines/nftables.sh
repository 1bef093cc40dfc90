#!/bin/sh
# The nftables example: a flood from one source is dropped in the kernel, before
# it costs a process, while another source connects at once. Sources are IPv4
# addresses, IPv6 networks, and addresses behind NAT64; there is a bound for all.
# Two network namespaces: the server's, the peers'.
. "$(dirname "$0")/../lib.sh"

PATH=$PATH:/usr/sbin
need_command ip iproute2
need_command nft nftables
need_command systemd-socket-activate systemd
is_root || skip "not root, who alone makes network namespaces"

net=ed2k-nft-$$-
rules=$top/inetd/ed2k-serve.nft
server4=10.77.0.1
server6=2001:db8::1

# on NAMESPACE COMMAND...
on() {
	name=$net$1
	shift
	timeout 60 ip netns exec "$name" "$@"
}

make_networks() {
	for name in server peers; do
		add_network "$net$name" &&
			ip -n "$net$name" link set lo up || return
	done
	ip -n "${net}server" link add lan type veth \
		peer name lan netns "${net}peers" &&
		add_addresses server $server4/16 $server6/32 64:ff9b::1/96 &&
		ip -n "${net}server" link set lan up &&
		ip -n "${net}peers" link set lan up &&
		on server nft -f "$rules"
}

# add_addresses NAMESPACE ADDRESS/BITS...
add_addresses() {
	name=$net$1
	shift
	for address; do
		case $address in
		*:*) ip -n "$name" addr add "$address" dev lan nodad ;;
		*) ip -n "$name" addr add "$address" dev lan ;;
		esac || return
	done
}

# dropped source|total: how many were, since the rules were loaded
dropped() {
	on server nft list counter inet ed2k_serve "dropped_$1" |
		sed -n 's/.*packets \([0-9]*\) .*/\1/p'
}

# flood WHAT BURST TO N FROM...: with the rules loaded anew, N connections from
# each; so many get in, and a few more if it takes seconds. The others are
# dropped.
flood() {
	what=$1 burst=$2 to=$3 each=$4
	shift 4
	on server nft -f "$rules"
	begin=$(date +%s)
	in=$(on peers "$TOOLS/flood" "$to" 4662 "$each" "$@")
	late=$((($(date +%s) - begin + 1) * rate))
	out=$(($(dropped source) + $(dropped total)))
	[ "$in" -ge "$burst" ] && [ "$in" -le $((burst + late)) ] ||
		fail "$what: $in got in, not $burst"
	[ "$out" -ge $((each * $# - in)) ] ||
		fail "$what: $in got in, but only $out were dropped"
	n_in=$((n_in + in))
}

# at_once TO FROM: does a connection succeed without a second attempt?
at_once() {
	[ "$(on peers "$TOOLS/flood" "$1" 4662 1 "$2")" = 1 ] ||
		fail "$2 did not connect at once"
	n_in=$((n_in + 1))
}

# Has each connection that got in been a process, and no other?
all_logged() {
	[ "$(grep -c 'peer=' "$tmp/log")" -eq "$n_in" ]
}

make_networks || skip "no network namespaces with nftables can be made here"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	add_addresses peers 10.77.1.$i/16
done
for prefix in 2001:db8:1:0 2001:db8:1:1 2001:db8:1:2 2001:db8:1:100 \
	2001:db8:1:200 2001:db8:1:300 2001:db8:1:400 2001:db8:2:0; do
	add_addresses peers $prefix::1/32 $prefix::2/32
done
add_addresses peers 64:ff9b::c000:201/96 64:ff9b::c000:202/96

random_file "$tmp/file" 1000000
link=$("$SHARE" -d "$tmp/share.db" add "$tmp/file" 2>/dev/null)
ip netns exec "${net}server" systemd-socket-activate --accept --inetd -l 4662 \
	$wrap "$SERVE" -d "$tmp/share.db" >"$tmp/log" 2>&1 </dev/null &
track $!
wait_for 5 grep -q 'Listening on' "$tmp/log"

n_in=0
rate=1 # a second
flood "one address" 60 $server4 100 10.77.1.1
at_once $server4 10.77.1.2
flood "one /64" 60 $server6 50 2001:db8:1:0::1 2001:db8:1:0::2
at_once $server6 2001:db8:1:1::1
rate=2
flood "one /56" 120 $server6 50 2001:db8:1:0::1 2001:db8:1:1::1 2001:db8:1:2::1
at_once $server6 2001:db8:1:100::1
rate=4
flood "one /48" 240 $server6 60 2001:db8:1:0::1 2001:db8:1:100::1 \
	2001:db8:1:200::1 2001:db8:1:300::1 2001:db8:1:400::1
at_once $server6 2001:db8:2:0::1
flood "two addresses behind NAT64" 120 64:ff9b::1 80 \
	64:ff9b::c000:201 64:ff9b::c000:202
[ "$(dropped total)" -eq 0 ] || fail "the bound of all was reached too early"
rate=50
flood "many addresses" 500 $server4 60 10.77.1.1 10.77.1.2 10.77.1.3 10.77.1.4 \
	10.77.1.5 10.77.1.6 10.77.1.7 10.77.1.8 10.77.1.9 10.77.1.10 10.77.1.11 \
	10.77.1.12
[ "$(dropped source)" -eq 0 ] || fail "a source was dropped that may have as many"
wait_for 20 all_logged

# without a flood, all is as without these rules
on server nft -f "$rules"
on peers "$PEER" get -bind 10.77.1.1 $server4 4662 "$link" "$tmp/got"
cmp "$tmp/file" "$tmp/got"

# the ports are those of the socket unit
equal "ports" "$(sed -n 's/^define ports = { \(.*\), \(.*\) }$/\1\n\2/p' "$rules")" \
	"$(sed -n 's/^ListenStream=//p' "$top/inetd/ed2k-serve.socket" | sort)"
