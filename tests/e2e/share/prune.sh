#!/bin/sh
# The timer that prunes: systemd finds no fault with its units, and what they
# start removes what is older than a year, and nothing else.
. "$(dirname "$0")/../lib.sh"
need_command systemd-analyze systemd

name=ed2k-stats-prune
for unit in $name.timer $name.service; do
	sed -e "s#@BINDIR@/ed2k-share#$SHARE#" \
		-e "s#/var/lib/ed2k-serve#$tmp/state#" \
		"$top/inetd/$unit" >"$tmp/$unit"
done

# verify DIRECTORY: what systemd says of other units is theirs
verify() {
	systemd-analyze verify --man=no "$1/$name.timer" \
		"$1/$name.service" >"$tmp/verify" 2>&1 || true
	! grep "$name" "$tmp/verify" >&2
}
verify "$tmp" || fail "systemd complains"
# the check can fail
mkdir "$tmp/wrong"
cp "$tmp/$name.service" "$tmp/wrong"
sed 's/^OnCalendar=.*/OnCalendar=sometimes/' "$tmp/$name.timer" \
	>"$tmp/wrong/$name.timer"
! verify "$tmp/wrong" 2>/dev/null || fail "the check does not check"

now=$(date +%s)
hash=0123456789abcdef0123456789abcdef
printf '%s 192.0.2.7 - - '$hash' 1 1 hung-up x\n' $((now - 366 * 86400)) \
	$((now - 364 * 86400)) "$now" | "$TOOLS/activity" "$tmp/state"
start=$(sed -n 's/^ExecStart=//p' "$tmp/$name.service")
expect 0 $start >"$tmp/out"
[ "$(cat "$tmp/out")" = '1 transfer removed' ] || fail "prune: $(cat "$tmp/out")"
