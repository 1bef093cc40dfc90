#!/bin/sh
# Behind a router: ed2k-map-ports has a real one, miniupnpd with nftables, open
# ports by NAT-PMP and by UPnP, and a peer outside downloads through them; leases
# are renewed and end, and a router that is not there or will not is told apart (one
# that lies: liar.sh). Three network namespaces: the server's, the router's, the
# peer's.
. "$(dirname "$0")/../lib.sh"

need_command ip iproute2
need_command nft nftables
need_command miniupnpd miniupnpd-nftables
need_command systemd-socket-activate systemd
need_command systemd-analyze systemd

net=ed2k-nat-$$-
inside=10.77.0.2
gateway=10.77.0.1
outside=1.77.0.1 # miniupnpd wants a public one; nobody is reached there
state=$tmp/run/outside
leases=$tmp/leases
export RUNTIME_DIRECTORY="$tmp/run"

# on NAMESPACE COMMAND...
on() {
	name=$net$1
	shift
	timeout 60 ip netns exec "$name" "$@"
}

make_networks() {
	for name in server router peer; do
		add_network "$net$name" || return
		ip -n "$net$name" link set lo up || return
	done
	ip -n "${net}server" link add lan type veth \
		peer name lan netns "${net}router" &&
		ip -n "${net}peer" link add wan type veth \
			peer name wan netns "${net}router" &&
		ip -n "${net}server" addr add $inside/24 dev lan &&
		ip -n "${net}router" addr add $gateway/24 dev lan &&
		ip -n "${net}router" addr add $outside/24 dev wan &&
		ip -n "${net}peer" addr add 1.77.0.2/24 dev wan || return
	for name in server router peer; do
		for link in lan wan; do
			ip -n "$net$name" link set $link up 2>/dev/null || :
		done
	done
	ip -n "${net}server" route add default via $gateway &&
		on router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' &&
		on router nft -f - <<-END
			table inet filter {
				chain miniupnpd { }
				chain prerouting_miniupnpd { }
				chain postrouting_miniupnpd { }
				chain input {
					type filter hook input priority 0
				}
				chain forward {
					type filter hook forward priority 0
					policy drop
					ct state established,related accept
					iifname "lan" accept
					jump miniupnpd
				}
				chain prerouting {
					type nat hook prerouting priority -100
					jump prerouting_miniupnpd
				}
				chain postrouting {
					type nat hook postrouting priority 100
					jump postrouting_miniupnpd
					oifname "wan" masquerade
				}
			}
		END
}

# run_router OPTION... -- LINE...: miniupnpd, with these lines of configuration
# besides. Without a syslog it would write to the console.
run_router() {
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	: >"$leases"
	cat >"$tmp/miniupnpd.conf" <<-END
		ext_ifname=wan
		listening_ip=lan
		lease_file=$leases
		min_lifetime=1
		uuid=00000000-0000-0000-0000-000000000001
		$(printf '%s\n' "$@")
	END
	ip netns exec "${net}router" sh -c '
		[ ! -e /dev/console ] || mount --bind /dev/null /dev/console
		exec miniupnpd $2 -f "$1/miniupnpd.conf" -P "$1/miniupnpd.pid"' \
		sh "$tmp" "$options" >"$tmp/miniupnpd.log" 2>&1 </dev/null &
	router=$!
	track $router
}

# start_router LINE...: one that tells what it does
start_router() {
	run_router -d -- "$@"
	case $* in
	*enable_natpmp=yes*) ready='Listening for NAT-PMP' ;;
	*) ready='HTTP listening on port' ;;
	esac
	wait_for 5 grep -q "$ready" "$tmp/miniupnpd.log"
}

show_router() {
	case $status in
	0 | 77) ;;
	*) tail -n 20 "$tmp/miniupnpd.log" ;;
	esac
}
at_exit show_router

# start_silent_router LINE...: one that speaks NAT-PMP. In the background and
# without -d, for it tries 65,535 ports before it refuses, and would tell of each.
start_silent_router() {
	run_router -- "$@"
	wait $router
	wait_for 5 on router grep -q ':14E7 ' /proc/net/udp
	router=$(cat "$tmp/miniupnpd.pid") # no child of ours
	at_exit "[ -z \"\$router\" ] || kill \$router"
}

stop_router() {
	kill $router
	wait $router || :
	wait_for 5 [ ! -e "/proc/$router" ]
	pids=${pids% "$router"}
	router=
}

map() {
	on server "$B/ed2k-map-ports" "$@"
}

# has LINE: is it in the state?
has() {
	grep -qx "$1" "$state" || fail "no $1: $(cat "$state")"
}

mapped() {
	on router nft list chain inet filter prerouting_miniupnpd |
		grep -q "dnat ip to $inside:$1\$"
}

not_mapped() {
	! mapped "$1"
}

# When does the router close this port of its own?
end_of() {
	sed -n "s/^TCP:$1:$inside:$1:\\([0-9]*\\):.*/\\1/p" "$leases"
}

# Does what is recorded count no more?
is_over() {
	code=0
	map show >"$tmp/shown" || code=$?
	[ $code -eq 69 ]
}

# download MODE PORT: the peer outside gets the file through the router
download() {
	rm -f "$tmp/got"
	on peer "$PEER" "$1" $outside "$2" "$link" "$tmp/got" &&
		cmp "$tmp/file" "$tmp/got"
}

# works METHOD: ports open, let a peer in, are renewed, end, and close
works() {
	! download get 4662 2>/dev/null || fail "$1: open before it was opened"
	expect 0 map open -l 100 4662 4661
	said "^ed2k-map-ports: opened by $1 for 100 s (TCP): $outside:4662 to \
$inside:4662, $outside:4661 to $inside:4661\$"
	has "method=$1"
	has "address=$outside"
	has "inside=$inside"
	has port.4662=4662
	has port.4661=4661
	download get 4662 || fail "$1: no download"
	download direct 4661 || fail "$1: no direct download"

	# and the share knows
	on server env ED2K_OUTSIDE="$state" "$SHARE" -d "$tmp/share.db" \
		-s "$tmp" check >"$tmp/check" || fail "$1: $(cat "$tmp/check")"
	for number in 4662 4661; do
		grep -q "^ok	router	from outside, $outside:$number leads to" \
			"$tmp/check" || fail "$1: $(cat "$tmp/check")"
		grep -q "^ok	conversation	127.0.0.1:$number answers as" \
			"$tmp/check" || fail "$1: $(cat "$tmp/check")"
	done
	on server env ED2K_OUTSIDE="$state" "$SHARE" -d "$tmp/share.db" \
		link --source auto | grep -q "|sources,$outside:4662|" ||
		fail "$1: no link with the address outside"

	first=$(end_of 4662)
	told=$(sed -n 's/^expires=//p' "$state")
	[ $((told - first)) -le 2 ] && [ $((first - told)) -le 2 ] ||
		fail "$1: ends at $first, told $told"
	expect 0 map open -l 200 4662 4661
	[ "$(end_of 4662)" -ge $((first + 100)) ] || fail "$1: not renewed"
	[ "$(sed -n 's/^expires=//p' "$state")" -ge $((told + 100)) ] ||
		fail "$1: renewed, not recorded"
	expect 0 map show >"$tmp/shown"
	cmp "$state" "$tmp/shown" || fail "$1: show shows something else"

	expect 0 map close
	said '^ed2k-map-ports: closed TCP port 4662 and 4661$'
	not_mapped 4662 && not_mapped 4661 || fail "$1: not closed"
	[ ! -e "$state" ] || fail "$1: closed, but $state stayed"
	! download get 4662 2>/dev/null || fail "$1: open after it was closed"

	expect 0 map open -l 1 4662
	wait_for 10 not_mapped 4662
	wait_for 5 is_over
	rm "$state"
}

make_networks || skip "no network namespaces with nftables can be made here"
random_file "$tmp/file" 3000000
link=$("$SHARE" -d "$tmp/share.db" add "$tmp/file" 2>/dev/null)
ip netns exec "${net}server" systemd-socket-activate --accept --inetd \
	-l 4662 -l 4661 $wrap "$SERVE" -d "$tmp/share.db" >"$tmp/log" 2>&1 </dev/null &
track $!
wait_for 5 grep -q 'Listening on .*4661' "$tmp/log"

allow="allow 1024-65535 $inside/32 1024-65535"
deny='deny 0-65535 0.0.0.0/0 0-65535'
start_router enable_natpmp=yes "$allow" "$deny"
works nat-pmp
stop_router

start_router enable_natpmp=no "$allow" "$deny"
works upnp
stop_router

# the router insists on another number
start_router enable_natpmp=yes "allow 5000-5000 $inside/32 4662" "$deny"
expect 0 map open 4662
said "^ed2k-map-ports: opened by nat-pmp .*: $outside:5000 to $inside:4662\$"
has port.4662=5000
download get 5000 || fail "no download from another number"
expect 0 map close
said 'closed TCP port 5000$'
not_mapped 4662 || fail "another number was not closed"
stop_router

# it refuses one port, then both
start_router enable_natpmp=no "allow 4662 $inside/32 4662" "$deny"
expect 69 map open 4662 4661
said "opened by upnp .*: $outside:4662 to $inside:4662; but UPnP: port 4661 is \
refused (error 606); by hand: let the router $gateway forward TCP port 4661 to \
$inside\$"
has port.4662=4662
! grep -q '^port.4661' "$state" || fail "recorded what was refused"
expect 69 map open 4661
said "^ed2k-map-ports: nothing opened: .*; UPnP: port 4661 is refused (error \
606); by hand: .* TCP port 4661 to $inside\$"
! grep -q '^address=' "$state" || fail "an address, and nothing open"
expect 0 map close
not_mapped 4662 || fail "what an earlier run opened stayed open"
stop_router
# nobody answers, not even to say so
on router nft add rule inet filter input iifname lan udp dport '{ 5351, 1900 }' drop
expect 69 map open 4662 4661
said "nothing opened: NAT-PMP: no answer; UPnP: no answer; by hand: let the \
router $gateway forward TCP port 4662 and 4661 to $inside\$"
has 'error=NAT-PMP: no answer; UPnP: no answer'
expect 69 map show >"$tmp/shown"

# no router; and the same news again is none
ip -n "${net}server" route del default
for level in 4 6; do
	: >"$tmp/journal"
	status=0
	JOURNAL_STREAM=$(stat -c %d:%i "$tmp/journal") \
		map open 4662 2>>"$tmp/journal" || status=$?
	[ $status -eq 69 ] || fail "no router: ended with $status"
	[ "$(cat "$tmp/journal")" = \
		"<$level>nothing opened: no default route leads to a router" ] ||
		fail "level $level: $(cat "$tmp/journal")"
done
ip -n "${net}server" route add default via $gateway

# one that refuses all by NAT-PMP, and has no UPnP
on router nft flush chain inet filter input
start_silent_router enable_natpmp=yes enable_upnp=no "$deny"
expect 69 map open 4662
said 'nothing opened: NAT-PMP: port 4662 is refused; UPnP: no answer; by hand: '
expect 0 map close
said 'nothing to close$'
stop_router

# a host that needs no router's help
ip -n "${net}peer" route add default via $outside
expect 0 on peer "$B/ed2k-map-ports" open 4662
said 'nothing to open: 1.77.0.2 is a public address$'
has method=none
has address=1.77.0.2
expect 0 map close

for arguments in '' 'open' 'open 0' 'open 65536' 'open 4662 x' 'open -l 0 4662' \
	'open 04662' 'close 4662' 'show x' 'shut'; do
	expect 64 map $arguments
	said '^usage: '
done

# the units, with the ports of the socket
units=$top/inetd
verify() {
	for unit in ed2k-serve.socket ed2k-serve@.service ed2k-map-ports.timer \
		ed2k-map-ports.service ed2k-unmap-ports.service; do
		sed "s#@LIBEXECDIR@#$B#$1" "$units/$unit" >"$tmp/$unit"
	done
	(cd "$tmp" && systemd-analyze verify --man=no ed2k-map-ports.timer \
		ed2k-map-ports.service ed2k-unmap-ports.service) \
		>"$tmp/verify" 2>&1 || :
	! grep map-ports "$tmp/verify" >&2
}
verify '' || fail "systemd complains"
! verify '; s#^OnActiveSec=.*#OnActiveSec=soon#' 2>/dev/null ||
	fail "the check does not check"
ports=$(sed -n 's/^ListenStream=//p' "$units/ed2k-serve.socket")
grep -q "^Environment=\"PORTS=$(echo $ports)\"" "$units/ed2k-map-ports.service" ||
	fail "the socket listens on" $ports
