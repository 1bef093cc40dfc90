#!/bin/sh
# Every super-server that we ship a file for starts the server, and nothing but
# the protocol reaches the peer. (systemd-socket-activate: download.sh.)
. "$(dirname "$0")/../lib.sh"

need_command tcpserver ucspi-tcp
need_command tcpsvd ipsvd
need_command inetd openbsd-inetd

db=$tmp/share.db
random_file "$tmp/file" 3000000
link=$("$SHARE" -d "$db" add "$tmp/file")

# check NAME: the file comes over 127.0.0.1:$port, for both kinds of client
check() {
	wait_for 5 is_listening "$port"
	for kind in get direct; do
		rm -f "$tmp/got"
		"$PEER" $kind 127.0.0.1 "$port" "$link" "$tmp/got" ||
			fail "$1: $kind"
		cmp "$tmp/file" "$tmp/got" || fail "$1: $kind: other bytes"
	done
}

# The lines we ship, with this test's paths in place of the system's. (tcpsvd turns
# all away when it cannot look the name of the host up, unless it has one.)
shipped() {
	sed -e "s#@LIBEXECDIR@/ed2k-serve#$SERVE#" \
		-e "s#/var/lib/ed2k-share/share.db#$db#" \
		-e "s#/var/lib/ed2k-serve#$tmp#" \
		-e "s#exec tcpsvd#& -l localhost#" \
		-e "s#-u \"[^\"]*\" -g \"[^\"]*\"##; s#-u ed2k-serve##" \
		-e "s#\\bed2k-serve \(ed2k-serve -d\|$SERVE\)#$(id -un) \1#" \
		-e "s#= ed2k-serve\$#= $(id -un)#" \
		-e "s#\\b4662\\b#$port#" "$top/inetd/$1"
}

for name in tcpserver tcpsvd; do
	port=$(free_port)
	shipped $name.run >"$tmp/run"
	PORT=$port sh "$tmp/run" 2>"$tmp/log" &
	track $!
	check $name
	wait_for 5 grep -q 'peer=127.0.0.1:[0-9]* client="aMule".*bytes=3000000.*end=hung-up' \
		"$tmp/log"
done

# server_of PARENT...: the process that one of these has started
server_of() {
	for parent; do
		cat "/proc/$parent/task/$parent/children"
	done | awk '{ print $1 }'
}
no_server_of() {
	[ -z "$(server_of "$@")" ]
}
# check_wait NAME PARENT: the same, of one that starts a server which accepts. It
# is the same for all, ends by itself, and is started again when it was killed.
check_wait() {
	check "$1"
	first=$(server_of "$2")
	check "$1"
	[ "$(server_of "$2")" = "$first" ] || fail "$1: another server"
	wait_for 10 no_server_of "$2"
	check "$1"
	kill -9 "$(server_of "$2")"
	check "$1"
}

port=$(free_port)
shipped inetd-wait.conf | sed -n "s# ed2k-serve $SERVE# $(id -un) $SERVE#;
	s/^$port stream tcp .*/& --linger 1/p" >"$tmp/inetd.conf"
[ -s "$tmp/inetd.conf" ] || fail "no line left of inetd-wait.conf"
inetd -i "$tmp/inetd.conf" 2>"$tmp/log" &
inetd=$!
track $inetd
check_wait "inetd, wait" $inetd

port=$(free_port)
shipped inetd.conf | grep "^$port stream tcp " |
	sed "s# ed2k-serve $SERVE# $(id -un) $SERVE#" >"$tmp/inetd.conf"
[ -s "$tmp/inetd.conf" ] || fail "no line left of inetd.conf"
inetd -i "$tmp/inetd.conf" 2>"$tmp/log" &
track $!
check inetd

# inetd gives the peer as fd 2: without a database the server has much to say,
# and not one byte of it may go there
rm -f "$db" "$db-wal" "$db-shm"
answer=$(echo shut | "$PEER" raw 127.0.0.1 "$port")
[ -z "$answer" ] || fail "inetd: a log line went to the peer: $answer"

# xinetd cannot be installed beside another inetd, but it can be unpacked
xinetd=$(command -v xinetd || echo "${XINETD:-}")
if [ -z "$xinetd" ] && [ "$(id -u)" -eq 0 ]; then
	(cd "$tmp" && apt-get -q download xinetd && dpkg -x xinetd_*.deb x) \
		>"$tmp/apt" 2>&1 && xinetd=$tmp/x/usr/sbin/xinetd
fi
if [ -z "$xinetd" ]; then
	skip "xinetd is missing; tcpserver, tcpsvd and inetd were tested"
fi
link=$("$SHARE" -d "$db" add "$tmp/file")
port=$(free_port)
shipped xinetd.conf | awk '{ print } /^}/ { exit }' >"$tmp/xinetd.conf"
"$xinetd" -dontfork -f "$tmp/xinetd.conf" -pidfile "$tmp/xinetd.pid" \
	>"$tmp/log" 2>&1 &
track $!
check xinetd

port=$(free_port)
shipped xinetd-wait.conf | sed '/server_args/s/$/ --linger 1/; /^}/q' >"$tmp/xinetd.conf"
"$xinetd" -dontfork -f "$tmp/xinetd.conf" -pidfile "$tmp/xinetd.pid" \
	>"$tmp/log" 2>&1 &
xinetd=$!
track $xinetd
check_wait "xinetd, wait" $xinetd
