#!/bin/sh
# Two machines with one snapshot and one folder, each with a network, a state
# directory and a machine id of its own. Behind a real HAProxy: one is drained and
# breaks nothing; one is killed, or falls silent, in mid-transfer, and the peer
# goes on with the other. Without it: two sources of one link, which a real
# client, amuled 2.3.3, loads from at once.
. "$(dirname "$0")/../clients/amule_lib.sh"
PATH=$PATH:/usr/sbin
need_command haproxy haproxy
need_command tcpserver ucspi-tcp

# Of the networks of amule_lib.sh the first is the balancer's, and the way from
# each to each; the second the peer's; the others the nodes'.
nodes='3 4'
snapshot=$tmp/snapshot
random_file "$files/file.bin" 31457280
random_file "$files/small.bin" 100000

show_nodes() {
	[ "$status" -eq 0 ] && return
	for n in $nodes haproxy; do
		echo "from the log of $n:"
		tail -n 15 "$tmp/$n.log"
	done
}

# start NODE [OPTION...]: let it listen. It can write to nothing but its state.
# tcpserver, since what systemd-socket-activate started ends with it.
start() {
	n=$1
	shift
	mkdir -p "$tmp/state.$n"
	echo "0123456789abcdef0123456789abcde$n" >"$tmp/machine-id.$n"
	ip netns exec "$net$n" sh -c '
		set -e
		mount --bind "$1/machine-id.$2" /etc/machine-id
		for shared in "$1/files" "$1/snapshot"; do
			mount --bind "$shared" "$shared"
			mount -o remount,bind,ro "$shared"
		done
		dir=$1 n=$2 serve=$3
		shift 3
		exec tcpserver -HRl0 -c 1000 "10.77.0.$n" 4662 \
			"$serve" -d "$dir/snapshot" -s "$dir/state.$n" "$@"
	' sh "$tmp" "$n" "$SERVE" "$@" >>"$tmp/$n.log" 2>&1 </dev/null &
	eval "listener_$n=$!"
	track $!
	wait_for 5 hears "$n"
}
hears() {
	ip netns exec "$net$1" cat /proc/net/tcp | grep -q ':1236 00000000:0000 0A '
}
listener() {
	eval "echo \$listener_$1"
}

# stop NODE: its listener alone; its uploads go on.
stop() {
	pid=$(listener "$1")
	kill "$pid"
	wait "$pid" || :
}
# kill_all NODE: its listener and all of its servers, so that none can say goodbye.
kill_all() {
	pid=$(listener "$1")
	kill -STOP "$pid"
	kill -9 $(cat "/proc/$pid/task/$pid/children") "$pid"
	wait "$pid" 2>/dev/null || :
}

# peer ARGUMENT...: through the balancer
peer() {
	ip netns exec "${net}2" timeout 60 "$PEER" "$@"
}
# begin [OPTION...]: a download of file.bin to $got that lasts about ten seconds
begin() {
	got=$tmp/got.bin
	rm -f "$got"
	ip netns exec "${net}2" timeout 60 "$PEER" get -who -rate 3000000 "$@" \
		10.77.0.1 4662 "$link" "$got" >"$tmp/who" 2>"$tmp/err" &
	download=$!
	track $download
	wait_for 10 is_at 2000000
	wait_for 5 find_busy
}
is_at() {
	[ "$(wc -c <"$got")" -ge "$1" ]
}
# Which node uploads to the peer? That is $busy, and the other $other.
find_busy() {
	for busy in $nodes; do
		other=$((7 - busy))
		"$SHARE" -s "$tmp/state.$busy" status |
			grep -q '^uploading	.*	10\.77\.0\.2:' && return
	done
	return 1
}
# broken SECONDS: the download breaks off within that time, not at its end
broken() {
	wait_for "$1" gone
	wait $download && fail "the download did not break off"
	grep -q 'the server closed' "$tmp/err" || fail "$(cat "$tmp/err")"
	at=$(wc -c <"$got")
	[ "$at" -lt 31457280 ] || fail "it was too late"
}
gone() {
	! kill -0 $download
}
# resumed: through the balancer, by the other node, which is the same client
resumed() {
	peer get -who -from "$at" 10.77.0.1 4662 "$link" "$got" >"$tmp/who2" ||
		fail "the other node does not go on"
	cmp "$files/file.bin" "$got" || fail "resumed at $at: other bytes"
	diff "$tmp/who" "$tmp/who2" || fail "one address, two user hashes"
	wait_for 5 grep -q "peer=10.77.0.2:.* bytes=$((31457280 - at)) .* end=hung-up" \
		"$tmp/$other.log"
}
# goes_on: the download that was begun ends well
goes_on() {
	wait $download || fail "the download broke off: $(cat "$tmp/err")"
	cmp "$files/file.bin" "$got" || fail "other bytes"
	wait_for 5 grep -q 'peer=10.77.0.2:.* bytes=31457280 .* end=hung-up' \
		"$tmp/$busy.log"
	: >"$tmp/$busy.log"
}
# new_go_to NODE: a new peer is served, and by that one
new_go_to() {
	rm -f "$tmp/small"
	peer get -who 10.77.0.1 4662 "$small" "$tmp/small" >"$tmp/who2" ||
		fail "a new peer is not served"
	cmp "$files/small.bin" "$tmp/small" || fail "a new peer: other bytes"
	diff "$tmp/who" "$tmp/who2" || fail "a new peer: another user hash"
	wait_for 5 grep -q 'peer=10.77.0.2:.* bytes=100000 .* end=hung-up' "$tmp/$1.log"
	! gone 2>/dev/null || fail "the new peer came too late to tell"
	: >"$tmp/$1.log"
}

# tell_balancer COMMAND: by its socket for that
tell_balancer() {
	timeout 10 ip netns exec "${net}1" bash -c '
		exec 3<>/dev/tcp/127.0.0.1/9999
		echo "$1" >&3
		cat <&3' bash "$1"
}
# balancer_says NODE PATTERN: of its state
balancer_says() {
	tell_balancer 'show stat' | grep "^ed2k,node$1," | grep -q ",$2,"
}

make_networks || skip "no network namespaces can be made here"
ip netns exec "${net}1" sh -c '
	echo 1 >/proc/sys/net/ipv4/ip_forward
	echo 1 >/proc/sys/net/ipv4/conf/all/proxy_arp
	ip link set lo up'
"$SHARE" -d "$db" add -r "$files" >"$tmp/links"
"$SHARE" -d "$db" snapshot "$snapshot"
link=$("$SHARE" -d "$snapshot" link "$files/file.bin")
small=$("$SHARE" -d "$snapshot" link "$files/small.bin")
shared=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')
at_exit show_nodes
for n in $nodes; do
	start $n --proxy-from 10.77.0.1
done

# As in ed2k-serve(8), but that all is sooner.
cat >"$tmp/haproxy.cfg" <<END
global
	stats socket ipv4@127.0.0.1:9999 level admin
listen ed2k
	mode tcp
	bind 10.77.0.1:4662
	balance source
	hash-type consistent
	timeout connect 5s
	timeout client 3m
	timeout server 3m
	timeout check 2s
	retries 3
	option redispatch 1
	option srvtcpka
	srvtcpka-idle 1s
	srvtcpka-intvl 1s
	default-server send-proxy-v2 check inter 500ms
	server node3 10.77.0.3:4662 tcp-ut 2s
	server node4 10.77.0.4:4662 tcp-ut 2s
END
ip netns exec "${net}1" haproxy -db -f "$tmp/haproxy.cfg" \
	>"$tmp/haproxy.log" 2>&1 </dev/null &
haproxy=$!
track $haproxy
for n in $nodes; do
	wait_for 5 balancer_says $n UP
done

echo "drained by the balancer:"
begin
[ "$(cat "$tmp/who")" = "$shared" ] || fail "who is $(cat "$tmp/who")"
tell_balancer "set server ed2k/node$busy state drain" >"$tmp/told"
new_go_to $other
goes_on
tell_balancer "set server ed2k/node$busy state ready" >"$tmp/told"
wait_for 5 balancer_says $busy UP

echo "drained by itself:"
begin
stop $busy
new_go_to $other # whether or not the balancer knows
wait_for 10 balancer_says $busy DOWN
goes_on
start $busy --proxy-from 10.77.0.1
wait_for 10 balancer_says $busy UP

echo "killed:"
begin
kill_all $busy
broken 5
resumed
start $busy --proxy-from 10.77.0.1
wait_for 10 balancer_says $busy UP

echo "gone without a word:"
begin
ip -n "$net$busy" addr del "10.77.0.$busy/24" dev peer
broken 20
resumed
ip -n "$net$busy" addr add "10.77.0.$busy/24" dev peer
kill_all $busy
stop $other
kill $haproxy

# Without a balancer: each has an address, and is a client, of its own.
echo "two sources of one link:"
for n in $nodes; do
	: >"$tmp/$n.log"
	start $n --rate 1500K
	rm -f "$tmp/small"
	peer get -who "10.77.0.$n" 4662 "$small" "$tmp/small" >"$tmp/who.$n" ||
		fail "node $n does not serve"
done
! cmp -s "$tmp/who.3" "$tmp/who.4" || fail "two addresses, one user hash"
! grep -x "$shared" "$tmp/who.3" "$tmp/who.4" || fail "not of its own"
link_to() {
	echo "$link|sources,10.77.0.3:4662,10.77.0.4:4662|/"
}
downloads 2 file.bin
sent_by_both() {
	cat "$tmp/3.log" "$tmp/4.log" >"$log"
	was_sent file.bin 1
}
wait_for 5 sent_by_both
for n in $nodes; do
	grep -q 'client="http://www.aMule.org" .* bytes=[0-9]\{7,\} ' \
		"$tmp/$n.log" || fail "node $n sent amuled next to nothing"
done
