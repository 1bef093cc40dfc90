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

# The lines we ship, with this test's paths in place of the system's.
shipped() {
	sed -e "s#@LIBEXECDIR@/ed2k-serve#$SERVE#" \
		-e "s#/var/lib/ed2k-share/share.db#$db#" \
		-e "s#/var/lib/ed2k-serve#$tmp#" \
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
