#!/bin/sh
# In the container, on a booted systemd: the life of the Debian package.
. /src/tests/systemd/inside_lib.sh

# quietly COMMAND...: what it says is told only if it fails
quietly() {
	"$@" >"$tmp/said" 2>&1 || fail "$* failed: $(cat "$tmp/said")"
}
is_enabled() {
	systemctl -q is-enabled "$1"
}
set_option() {
	echo "$1" >>/etc/default/ed2k-serve
}

install_it() {
	quietly dpkg -i /out/old.deb
	[ "$(stat -c '%U:%G %a' /var/lib/ed2k-share)" = "root:ed2k-serve 2750" ] &&
		[ "$(stat -c '%U:%G %a' /var/lib/ed2k-serve)" = \
			"ed2k-serve:ed2k-serve 750" ] || fail "directories"
	for unit in $(cd /usr/lib/systemd/system && ls ed2k-*.socket ed2k-*.timer); do
		! is_enabled "$unit" || fail "$unit is enabled"
		! systemctl -q is-active "$unit" || fail "$unit runs"
	done
	! is_listening 4662 || fail "somebody listens"
	systemctl enable --now ed2k-serve.socket || fail "no socket"
}

# what add says of files that the user of the server cannot read, and how it ends
tells_unreadable() {
	umask 077
	mkdir /srv/private && random_file /srv/private/file 1000
	ed2k-share add /srv/private/file 2>"$tmp/said" >/dev/null ||
		fail "add ended with $?"
	grep -q 'may not search "/srv/private"' "$tmp/said" || fail "$(cat "$tmp/said")"
	chmod o+x /srv/private && chmod o+r /srv/private/file
	ed2k-share add /srv/private/file 2>"$tmp/said" >/dev/null
	[ ! -s "$tmp/said" ] || fail "$(cat "$tmp/said")"
	ed2k-share remove /srv/private/file
}

transfers() {
	download plain get
	download direct direct
	download obfuscated get -crypt "$user"
	socket_is_well
}

options() {
	set_option ED2K_NO_OBFUSCATION=1
	timeout 60 "$PEER" get -crypt "$user" 127.0.0.1 4662 "$link" "$tmp/no" &&
		fail "obfuscated all the same"
	download plain get
	set_option ED2K_NO_OBFUSCATION=0
	download obfuscated get -crypt "$user"
}

upgrade() {
	before=$(ed2k-share link | sort)
	begin_download slow
	quietly dpkg -i --force-confdef --force-confold /out/new.deb
	wait $peer || fail "a connection was broken"
	cmp "$file" "$tmp/slow" || fail "other bytes"
	[ "$(ed2k-share link | sort)" = "$before" ] || fail "the share changed"
	is_enabled ed2k-serve.socket || fail "the socket is not enabled any more"
	grep -q '^ED2K_NO_OBFUSCATION=0' /etc/default/ed2k-serve || fail "options"
	[ "$(systemctl show -P NeedDaemonReload ed2k-serve.socket)" = no ] ||
		fail "daemon-reload is missing: $(cat "$tmp/said")"
	transfers
}

remove() {
	systemctl enable --now ed2k-stats-prune.timer ed2k-share-refresh.timer \
		ed2k-share-refresh@srv-archive.path ||
		fail "no timers and watch"
	begin_download ended
	quietly dpkg -r ed2k-serve
	wait $peer && fail "an upload goes on"
	nobody_is_left || fail "a server runs on"
	! is_listening 4662 || fail "somebody listens"
	[ -z "$(systemctl list-units --plain --no-legend --state=active 'ed2k-*')" ] ||
		fail "active: $(systemctl list-units 'ed2k-*')"
	[ -e /var/lib/ed2k-share/share.db ] || fail "the database is gone"
	quietly dpkg -i --force-confold /out/new.deb
	systemctl start ed2k-serve.socket || fail "no socket"
	transfers
}

purge() {
	quietly dpkg -P ed2k-serve
	left=$(find / -xdev -name '*ed2k*' -not -path '/out/*' -not -path '/src/*' \
		-not -path '/build/*' -not -path '/proc/*' -not -path '/sys/*')
	[ -z "$left" ] || fail "left behind: $left"
	left=$(systemctl list-unit-files --no-legend 'ed2k-*')
	[ -z "$left" ] || fail "units: $left"
	[ -s "$file" ] || fail "the shared file is gone"
}

check "install; nothing listens before it is enabled" install_it
check "share a file" share_it
check "a file that the server cannot read is told" tells_unreadable
link=$(ed2k-share link --source 127.0.0.1:4662 --crypt "$file")
user=${link%|/}
user=${user##*:}
check "plain, direct and obfuscated downloads" transfers
check "options of /etc/default/ed2k-serve" options
check "an upgrade breaks no connection and keeps the share" upgrade
check "removal ends uploads and keeps the share" remove
check "purging leaves nothing but what was shared" purge
[ "$bad" -ne 0 ] || echo "all is well"
