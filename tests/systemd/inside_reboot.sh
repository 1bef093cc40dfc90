#!/bin/sh
# In the container, on a booted systemd: the state directory is as it was when the
# power failed in the middle of an upload, under hardened.conf, in a boot that was
# up for much longer than this one.
. /src/tests/systemd/inside_lib.sh

nobody_is_shown() {
	said=$(ed2k-share status 2>&1) || fail "status ended with $?"
	case $said in
	"ed2k-share: nobody is connected"*) ;;
	*) fail "status: $said" ;;
	esac
}

slot_is_free() {
	begin_download first
	ed2k-share status | grep -q '^uploading' ||
		fail "status: $(ed2k-share status)"
	wait $peer || fail "the upload ended early"
	cmp "$file" "$tmp/first" || fail "other bytes"
	socket_is_well
	[ -z "$(journal -p warning)" ] || fail "it warns: $(journal -p warning)"
}

install_units
drop_in Environment=ED2K_SLOTS=1
harden
check "share a file again" share_it
link=$(ed2k-share link --source 127.0.0.1:4662 --crypt "$file")
wait_for 10 nobody_is_left # "link --crypt" asks one whether it takes such peers
rm -rf /var/lib/ed2k-serve
cp -a /out/kept /var/lib/ed2k-serve
check "after a reboot: nobody is connected" nobody_is_shown
check "after a reboot: the only slot is free" slot_is_free
[ "$bad" -ne 0 ] || echo "all is well"
