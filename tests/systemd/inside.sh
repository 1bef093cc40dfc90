#!/bin/sh
# In the container, on a booted systemd: install as README says, and see the
# units do what ed2k-serve(8) promises.
. /src/tests/systemd/inside_lib.sh

install_it() {
	install_units
	said=$(systemd-analyze verify --man=no ed2k-serve.socket \
		ed2k-serve@x.service ed2k-stats-prune.timer ed2k-share-refresh.timer \
		'ed2k-share-refresh@srv-archive.path' ed2k-map-ports.timer \
		ed2k-map-ports.service ed2k-unmap-ports.service 2>&1)
	[ -z "$said" ] || fail "systemd-analyze verify: $said"
}

# recorded: bytes that were sent, as activity.db has them
recorded() {
	ed2k-share -s /var/lib/ed2k-serve stats --json |
		sed -n '1s/.*"bytes":\([0-9]*\).*/\1/p' | grep . || echo 0
}

transfers() {
	before=$(n_lines) sum=$(recorded)
	download plain get
	download direct direct
	download obfuscated get -crypt "$user"
	wait_for 10 has_lines $((before + 3))
	socket_is_well
	[ "$(n_lines)" -eq $((before + 3)) ] || fail "not one line a session"
	logged 3 '^peer=127.0.0.1:.* bytes=4000000 .*end=hung-up$'
	journal | tail -n 1 | grep -q transport=obfuscated || fail "not obfuscated"
	[ "$(recorded)" -eq $((sum + 12000000)) ] ||
		fail "$sum bytes were recorded before, $(recorded) now"
}

# ESC, a newline and a level behind it, %n, a byte order mark, NUL, quotes in the
# name; bytes that are no UTF-8 in the program's
hostile_text() {
	before=$(n_lines)
	name=611b5b33316d0a3c303e78256e2573efbbbf00225c7a
	mod=fffe9b7f0d0a80
	frame e3 01 "10$(le 8 7)$(le 8 9)$(le 4 0)$(le 2 4662)$(le 4 2)\
02010001$(le 2 22)${name}02010055$(le 2 7)$mod$(le 6 0)" >"$tmp/hello"
	(cat "$tmp/hello"; echo; echo shut) |
		timeout 20 "$PEER" raw 127.0.0.1 4662 >"$tmp/answer" ||
		fail "raw ended with $?"
	grep -q '^e3........4c' "$tmp/answer" || fail "no answer to hello"
	wait_for 10 has_lines $((before + 1))
	[ "$(n_lines)" -eq $((before + 1)) ] || fail "not one line"
	journal | tail -n 1 >"$tmp/line"
	journal -o json | tail -n 1
	LC_ALL=C grep -q '[[:cntrl:]]' "$tmp/line" && fail "a control character"
	grep -qF 'client="a\x1b[31m\n<0>x%n%s\xef\xbb\xbf" mod="ÿþ\xc2\x9b\x7f\r\n\xc2\x80" ' \
		"$tmp/line" || fail "not escaped as it should be"
	journal -o json | tail -n 1 | grep -q '"PRIORITY":"6"' ||
		fail "the peer set the level"
	journal -o json | tail -n 1 | grep -q '"MESSAGE":"peer=127.0.0.1:' ||
		fail "the message is no text"
}

rush() {
	said=$(timeout 100 "$B/tests/systemd/dial" hold 300 10 4 4662) ||
		fail "dial ended with $?"
	[ "$said" = "300 answered, 0 closed" ] || fail "$said"
	socket_is_well
}

unit_limit() {
	said=$(timeout 100 "$B/tests/systemd/dial" hold 40 40 5 4662)
	[ "$said" = "16 answered, 24 closed" ] || fail "$said"
	[ "$(said_by_systemd 'Too many incoming connections' | wc -l)" -eq 24 ] ||
		fail "systemd says: $(said_by_systemd 'Too many')"
	socket_is_well
}

own_limit() {
	before=$(n_lines)
	drop_in Environment=ED2K_PER_ADDRESS=4
	said=$(timeout 100 "$B/tests/systemd/dial" hold 10 10 20 4662)
	drop_in
	[ "$said" = "4 answered, 6 closed" ] || fail "$said"
	socket_is_well
	# a line for each that was served, and one for all that were refused
	[ "$(n_lines)" -eq $((before + 5)) ] || fail "$(n_lines) lines after $before"
	[ "$(journal | tail -n 5 |
		grep -c 'end=refused fault="too many connections"$')" -eq 1 ] ||
		fail "not refused with a line: $(journal | tail -n 5)"
}

bad_peers() {
	before=$(n_lines)
	echo e3000000009900 | timeout 20 "$PEER" raw 127.0.0.1 4662 >/dev/null
	wait_for 10 has_lines $((before + 1))
	logged 1 'end=bad-peer fault="broken frame"$'
	socket_is_well
	said_by_systemd "^ed2k-serve@.*Failed with result" && fail "a failure"
	return 0
}

killed() {
	begin_download killed
	systemctl kill -s KILL 'ed2k-serve@*' || fail "nobody to kill"
	wait $peer && fail "the peer noticed nothing"
	socket_is_well
	said_by_systemd '^ed2k-serve@.*status=9/KILL' || fail "not killed"
	download after get
}

stop_socket() {
	begin_download draining
	timeout 15 systemctl stop ed2k-serve.socket || fail "stop hangs"
	timeout 20 "$PEER" raw 127.0.0.1 4662 </dev/null && fail "still open"
	[ -n "$(instances)" ] || fail "the upload ended with the socket"
	wait $peer || fail "the upload ended early"
	cmp "$file" "$tmp/draining" || fail "other bytes"
	wait_for 10 nobody_is_left
	systemctl start ed2k-serve.socket
}

# stop_with UNIT: what runs is ended at once, with a line, and not as a failure
stop_with() {
	begin_download stopped
	timeout 15 systemctl stop "$1" || fail "stop takes longer than promised"
	nobody_is_left || fail "still there: $(instances)"
	wait $peer && fail "the peer noticed nothing"
	logged 1 'end=signal$'
	socket_is_well
}
stop_instances() {
	stop_with 'ed2k-serve@*'
}
stop_slice() {
	stop_with system-ed2k.slice
}

# beside the server, whose database it must leave usable
prune() {
	systemctl start ed2k-stats-prune.service ||
		fail "it failed: $(journalctl -q -o cat -u ed2k-stats-prune | tail)"
	systemctl enable --now ed2k-stats-prune.timer || fail "no timer"
	download after get
}

# the timer's unit and the watch, beside the server, which serves what they share
is_shared() {
	ed2k-share list | grep -q "	ok	$1	"
}
refresh() {
	random_file /srv/archive/later 3000
	systemctl start ed2k-share-refresh.service ||
		fail "it failed: $(journalctl -q -o cat -u ed2k-share-refresh | tail)"
	is_shared /srv/archive/later ||
		fail "not shared: $(journalctl -q -o cat -u ed2k-share-refresh | tail)"
	systemctl enable --now ed2k-share-refresh.timer || fail "no timer"
	watch=ed2k-share-refresh@$(systemd-escape -p /srv/archive).path
	systemctl enable --now "$watch" || fail "no watch"
	random_file /srv/archive/watched 3001
	wait_for 20 is_shared /srv/archive/watched
	systemctl disable --now "$watch"
	journalctl --sync
	! journalctl -q -o cat -u ed2k-share-refresh | grep '^offline\|cannot' >&2 ||
		fail "it takes a directory for another one"
	download after get
}

# A router that agrees to anything; tests/e2e/machines/nat.sh has a real one.
start_router() {
	mkdir "$tmp/answers"
	ip netns add router &&
		ip link add lan type veth peer name lan netns router &&
		ip addr add 10.77.0.2/24 dev lan &&
		ip link set lan up &&
		ip -n router addr add 10.77.0.1/24 dev lan &&
		ip -n router link set lan up &&
		ip route add default via 10.77.0.1 || fail "no network"
	ip netns exec router "$TOOLS/liar" 10.77.0.1 "$tmp/answers" >"$tmp/asked" &
	router=$!
	wait_for 20 grep -q ready "$tmp/asked"
}
stop_router() {
	kill $router
	ip netns del router
}

# All that is asked can be asked from behind the walls of the unit: by NAT-PMP,
# which opens a port, and when that is silent by UPnP, for a description.
ask_router() {
	outside=/run/ed2k-map-ports/outside
	start_router
	printf '0080000000000001 01020304' | unhex >"$tmp/answers/nat-pmp.0"
	printf '0082000000000001 12361236 00000e10' | unhex >"$tmp/answers/nat-pmp.2"
	systemctl enable ed2k-map-ports.timer || fail "cannot enable"
	systemctl restart ed2k-serve.socket
	wait_for 20 grep -qx port.4662=4662 $outside
	grep -qx address=1.2.3.4 $outside || fail "no address: $(cat $outside)"
	rm "$tmp"/answers/*
	printf 'HTTP/1.1 200 OK\r\nST: %s\r\nLOCATION: %s\r\n\r\n' \
		urn:schemas-upnp-org:device:InternetGatewayDevice:1 \
		http://10.77.0.1:5000/ >"$tmp/answers/search"
	echo '<root/>' >"$tmp/answers/GET"
	systemctl start ed2k-map-ports.service
	grep -q GET "$tmp/asked" || fail "UPnP: $(cat "$tmp/asked" $outside)"
	systemctl stop ed2k-serve.socket
	systemctl disable ed2k-map-ports.timer
	stop_router
	systemctl start ed2k-serve.socket
	socket_is_well
}

# Without a router: how its units go with the socket, and that anybody may read why
# nothing is open.
map_ports() {
	outside=/run/ed2k-map-ports/outside
	systemctl enable ed2k-map-ports.timer || fail "cannot enable"
	for _ in 1 2; do
		systemctl restart ed2k-serve.socket
		wait_for 20 [ -s $outside ]
		setpriv --reuid nobody --clear-groups grep '^error=' $outside ||
			fail "no error for all: $(cat $outside)"
	done
	systemctl stop ed2k-serve.socket
	systemctl -q is-active ed2k-map-ports.timer && fail "the timer goes on"
	wait_for 20 [ ! -e $outside ]
	journalctl --sync
	journalctl -q -o cat -t ed2k-map-ports
	[ "$(journalctl -q -o cat -t ed2k-map-ports | tail -n 1)" = \
		"nothing to close" ] || fail "it was not told to close"
	systemctl disable ed2k-map-ports.timer
	systemctl reset-failed 'ed2k-map-ports*'
	systemctl start ed2k-serve.socket
	systemctl -q is-active ed2k-map-ports.timer && fail "not disabled"
	socket_is_well
}

hardened() {
	before=$(n_lines)
	harden
	systemd-analyze security --no-pager --threshold=9 ed2k-serve@x.service \
		>"$tmp/security" || fail "$(cat "$tmp/security")"
	sed -n 's/^.*\(Overall.*\) for.*: \(.*[0-9]\) .*/told: \1 \2/p' \
		"$tmp/security"
	transfers
	[ -z "$(journal -p warning)" ] || fail "it warns: $(journal -p warning)"
}

# What the disk has when the power fails in mid-upload is for inside_reboot.sh.
status_outside() {
	begin_download shown
	ed2k-share status >"$tmp/status" || fail "status ended with $?"
	grep -q '^uploading' "$tmp/status" || fail "status: $(cat "$tmp/status")"
	cp -a /var/lib/ed2k-serve /out/kept
	wait $peer || fail "the upload ended early"
	socket_is_well
	drop_in
}

# The drop-in for the socket: one service for all connections.
main_pid() {
	systemctl show -P MainPID ed2k-serve.service
}
# children: processes of connections, of this server and of earlier ones
children() {
	grep -lx ed2k-serve /proc/[0-9]*/comm 2>/dev/null |
		grep -vx "/proc/$(main_pid)/comm"
}
no_children() {
	[ -z "$(children)" ]
}
forking() {
	enable=$(sed -n 's/^#   \(install .*\)/\1/p' \
		/usr/share/doc/ed2k-serve/forking.conf)
	[ -n "$enable" ] && sh -ec "$enable" || fail "cannot enable: $enable"
	said=$(systemd-analyze verify --man=no ed2k-serve.socket 2>&1)
	[ -z "$said" ] || fail "systemd-analyze verify: $said"
	transfers
	server=$(main_pid)
	[ "$server" -gt 0 ] || fail "no service"
	said=$(timeout 100 "$B/tests/systemd/dial" hold 300 10 1 4662) ||
		fail "dial ended with $?"
	[ "$said" = "300 answered, 0 closed" ] || fail "$said"
	[ "$(main_pid)" = "$server" ] || fail "another server"
}
# anew, killed, restarted, with new options: no upload ends, no peer is turned away
forking_goes_on() {
	begin_download meanwhile
	before=$(main_pid)
	systemctl reload ed2k-serve.service || fail "reload"
	download reloaded get
	[ "$(main_pid)" = "$before" ] || fail "a reload took another process"
	kill -9 "$before"
	download killed get
	[ "$(main_pid)" != "$before" ] || fail "not killed"
	echo ED2K_PER_ADDRESS=3 >>/etc/default/ed2k-serve
	systemctl restart ed2k-serve.service || fail "restart"
	download restarted get
	[ -n "$(children)" ] || fail "the upload has ended early"
	said=$(timeout 100 "$B/tests/systemd/dial" hold 10 10 20 4662)
	sed -i '$d' /etc/default/ed2k-serve
	case $said in
	"2 answered, 8 closed" | "3 answered, 7 closed") ;;
	*) fail "the new option does not hold: $said" ;;
	esac
	wait $peer || fail "the upload ended early"
	cmp "$file" "$tmp/meanwhile" || fail "other bytes"
	systemctl -q is-active ed2k-serve.socket || fail "the socket is not active"
	systemctl restart ed2k-serve.service
	systemctl reset-failed ed2k-serve.service 2>/dev/null
	wait_for 20 no_children
}
forking_stops() {
	begin_download draining
	timeout 15 systemctl stop ed2k-serve.socket || fail "stop hangs"
	systemctl -q is-active ed2k-serve.service && fail "the service goes on"
	timeout 20 "$PEER" raw 127.0.0.1 4662 </dev/null && fail "still open"
	wait $peer || fail "the upload ended early"
	cmp "$file" "$tmp/draining" || fail "other bytes"
	wait_for 10 no_children
	systemctl start ed2k-serve.socket || fail "it does not start again"
	download again get
}
forking_hardened() {
	enable=$(sed -n 's/^#   \(install .*\)/\1/p' \
		/usr/share/doc/ed2k-serve/hardened.conf | sed 's/@.service/.service/')
	sh -ec "$enable" || fail "cannot enable: $enable"
	systemctl restart ed2k-serve.service
	systemd-analyze security --no-pager --threshold=12 ed2k-serve.service \
		>"$tmp/security" || fail "$(cat "$tmp/security")"
	transfers
	[ -z "$(journal -p warning --since=-5s)" ] || fail "it warns: $(journal -p warning)"
	wait_for 20 no_children
	rm -r /etc/systemd/system/ed2k-serve.service.d
	systemctl daemon-reload
}
# after a minute without a connection
forking_lingers() {
	mkdir -p /etc/systemd/system/ed2k-serve.service.d
	printf '%s\n' '[Service]' Environment=ED2K_LINGER=2 \
		>/etc/systemd/system/ed2k-serve.service.d/check.conf
	systemctl daemon-reload
	systemctl restart ed2k-serve.service
	wait_for 10 [ "$(systemctl is-active ed2k-serve.service)" = active ]
	wait_for 10 is_inactive
	socket_is_well
	download again get
	rm -r /etc/systemd/system/ed2k-serve.service.d
	systemctl daemon-reload
}
is_inactive() {
	[ "$(systemctl is-active ed2k-serve.service)" = inactive ]
}
forking_ends() {
	rm -r /etc/systemd/system/ed2k-serve.socket.d
	systemctl daemon-reload
	systemctl restart ed2k-serve.socket
	systemctl stop ed2k-serve.service
	download again get
	[ -n "$(journalctl -q -n 1 -u 'ed2k-serve@*')" ] || fail "not by units"
}

# From connect to the first byte, next to a service that has only what it needs
# to answer one byte: what our connections cost. It is told, and not judged. The
# lower quartile: the upper half waits for what else PID 1 has to do.
measure() {
	units=/etc/systemd/system
	printf '%s\n' '[Unit]' CollectMode=inactive-or-failed '[Service]' \
		"ExecStart=$B/tests/systemd/answer" StandardInput=socket \
		StandardError=journal >"$units/bare@.service"
	sed 's/^.Service.$/&\nEnvironment=ED2K_PER_MINUTE=1000000/' \
		/usr/lib/systemd/system/ed2k-serve@.service >"$units/ours@.service"
	for unit in bare:7001 ours:7002; do
		sed "/=4661/d; s/=4662/=${unit#*:}/" \
			/usr/lib/systemd/system/ed2k-serve.socket \
			>"$units/${unit%:*}.socket"
	done
	sed "s/ed2k-serve.socket/forking.socket/
		s/^.Service.$/&\nEnvironment=ED2K_PER_MINUTE=1000000/" \
		/usr/lib/systemd/system/ed2k-serve.service >"$units/forking.service"
	sed "/=4661/d; s/=4662/=7003/; s/^Accept=yes/Accept=no/" \
		/usr/lib/systemd/system/ed2k-serve.socket >"$units/forking.socket"
	systemctl daemon-reload
	systemctl start bare.socket ours.socket forking.socket
	for _ in $(seq 31); do
		for unit in bare:7001 ours:7002 forking:7003; do
			timeout 60 "$B/tests/systemd/dial" time 3 "${unit#*:}" \
				>>"$tmp/${unit%:*}" || fail "dial time"
		done
	done
	systemctl stop bare.socket ours.socket forking.socket
	for name in bare ours forking; do
		sort -n "$tmp/$name" | sed -n 8p
	done | awk '{ us[NR] = $1 } END { printf "told: ours %.1f ms, " \
		"bare responder %.1f ms, ratio %.2f; forking %.2f ms\n",
		us[2] / 1000, us[1] / 1000, us[2] / us[1], us[3] / 1000 }'
}

check "install as README says" install_it
check "share a file" share_it
link=$(ed2k-share link --source 127.0.0.1:4662 --crypt "$file")
user=${link%|/}
user=${user##*:}
check "plain, direct and obfuscated downloads; one line each" transfers
check "hostile text stays on its line, escaped" hostile_text
check "300 connections within two seconds" rush
check "MaxConnectionsPerSource= holds" unit_limit
check "--per-address holds, and says so" own_limit
check "a peer that breaks the protocol is no failure" bad_peers
check "a killed process leaves no failed unit" killed
check "stopping the socket lets uploads end" stop_socket
check "stopping the services ends uploads at once" stop_instances
check "stopping the slice does, too" stop_slice
check "old statistics are pruned by the timer's service" prune
check "what is new is shared by the timer's unit and the watch" refresh
check "a router is asked from inside the unit" ask_router
check "ports on a router open and close with the socket" map_ports
check "hardened.conf: a score below 1.0, and all works" hardened
check "hardened.conf: status shows who is connected" status_outside
check "forking.conf: one service for all" forking
check "reload, kill -9 and restart harm no upload" forking_goes_on
check "stopping the socket lets uploads end, and stops the service" forking_stops
check "hardened.conf, for the one service" forking_hardened
check "it ends when nobody comes, and is started again" forking_lingers
check "and back to a unit for each" forking_ends
check "from connect to first byte (lower quartiles)" measure
[ "$bad" -ne 0 ] || echo "all is well"
