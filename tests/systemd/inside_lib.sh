# What the checks in the container begin with: one line a check in /out/result,
# and what the units and their peers do.
exec >/out/result 2>&1
. /src/tests/e2e/lib.sh

bad=0
# check WHAT FUNCTION: in a shell of its own, which may fail
check() {
	if (set +e; "$2") >"$tmp/why" 2>&1; then
		echo "ok      $1"
		sed -n 's/^told: /        /p' "$tmp/why"
	else
		echo "NOT OK  $1"
		sed 's/^/    /' "$tmp/why"
		bad=1
	fi
}

# journal [OPTION...]: what the server wrote; bare text, unless options say else
journal() {
	journalctl --sync
	journalctl -q -a -t ed2k-serve -o cat "$@"
}
n_lines() {
	journal | wc -l
}
has_lines() {
	[ "$(n_lines)" -ge "$1" ]
}
# logged N PATTERN: the last N lines of the journal, each of which matches
logged() {
	[ "$(journal | tail -n "$1" | grep -c -e "$2")" -eq "$1" ] ||
		fail "not $1 lines of $2: $(journal | tail -n "$1")"
}
# said_by_systemd PATTERN: its own lines since the boot
said_by_systemd() {
	journalctl --sync
	journalctl -q -o cat _PID=1 | grep -e "$1"
}
instances() {
	systemctl list-units --plain --no-legend 'ed2k-serve@*'
}
nobody_is_left() {
	[ -z "$(instances)" ]
}
socket_is_well() {
	systemctl -q is-active ed2k-serve.socket || fail "the socket is not active"
	wait_for 20 nobody_is_left
	failed=$(systemctl --failed --plain --no-legend)
	[ -z "$failed" ] || fail "failed units: $failed"
}

# download NAME MODE [OPTION...]: the shared file over the socket, to $tmp/NAME
download() {
	name=$1
	shift
	rm -f "$tmp/$name"
	timeout 60 "$PEER" "$@" 127.0.0.1 4662 "$link" "$tmp/$name" ||
		fail "peer $* ended with $?: $(journal | tail -n 3)"
	cmp "$file" "$tmp/$name" || fail "peer $*: other bytes"
}
# begin_download NAME: one that takes four seconds, until it is under way
begin_download() {
	rm -f "$tmp/$1"
	timeout 60 "$PEER" get -rate 1000000 127.0.0.1 4662 "$link" "$tmp/$1" &
	peer=$!
	wait_for 10 [ -s "$tmp/$1" ]
}
# drop_in TEXT...: settings of the service, and nothing of an earlier drop-in
drop_in() {
	rm -rf /etc/systemd/system/ed2k-serve@.service.d
	[ $# -eq 0 ] || {
		mkdir /etc/systemd/system/ed2k-serve@.service.d
		printf '%s\n' '[Service]' "$@" \
			>/etc/systemd/system/ed2k-serve@.service.d/check.conf
	}
	systemctl daemon-reload
}

harden() {
	enable=$(sed -n 's/^#   \(install .*\)/\1/p' \
		/usr/share/doc/ed2k-serve/hardened.conf)
	[ -n "$enable" ] && sh -ec "$enable" || fail "cannot enable: $enable"
}
# what "make install" made, as README says
install_units() {
	cp -a /out/root/. / || fail "cannot copy"
	systemctl daemon-reload
	systemd-sysusers && systemd-tmpfiles --create ed2k-serve.conf ||
		fail "no user or no directories"
	systemctl enable --now ed2k-serve.socket || fail "no socket"
}
file=/srv/archive/some.iso
share_it() {
	mkdir -p /srv/archive && random_file "$file" 4000000
	ed2k-share add -r /srv/archive || fail "cannot share"
}
