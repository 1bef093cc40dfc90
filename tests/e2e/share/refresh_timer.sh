#!/bin/sh
# The timer and the watch that refresh: systemd finds no fault with their units,
# and what they start shares what is new.
. "$(dirname "$0")/../lib.sh"
need_command systemd-analyze systemd

name=ed2k-share-refresh
mkdir "$tmp/db" "$tmp/root"
for unit in $name.timer $name.service $name@.path; do
	sed -e "s#@BINDIR@/ed2k-share#$SHARE#" \
		-e "s#/var/lib/ed2k-share#$tmp/db#" \
		"$top/inetd/$unit" >"$tmp/$unit"
done
instance=$name@$(systemd-escape -p "$tmp/root").path
cp "$tmp/$name@.path" "$tmp/$instance"

# verify DIRECTORY: what systemd says of other units is theirs
verify() {
	systemd-analyze verify --man=no "$1/$name.timer" "$1/$name.service" \
		"$1/$instance" >"$tmp/verify" 2>&1 || true
	! grep "$name" "$tmp/verify" >&2
}
verify "$tmp" || fail "systemd complains"
# the check can fail
mkdir "$tmp/wrong"
cp "$tmp/$name.service" "$tmp/$name.timer" "$tmp/wrong"
sed 's/^PathChanged=/PathChangedd=/' "$tmp/$instance" >"$tmp/wrong/$instance"
! verify "$tmp/wrong" 2>/dev/null || fail "the check does not check"

random_file "$tmp/root/one" 1000
start=$(sed -n 's/^ExecStart=//p' "$tmp/$name.service")
"$SHARE" -d "$tmp/db/share.db" add -r "$tmp/root" >/dev/null
random_file "$tmp/root/two" 1000
expect 0 $start >"$tmp/out"
[ "$(cat "$tmp/out")" = "$(printf 'new\t%s' "$(realpath "$tmp/root")/two")" ] ||
	fail "refresh: $(cat "$tmp/out")"
