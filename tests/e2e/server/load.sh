#!/bin/sh
# A thousand connections at once on 64 slots: nobody is turned away, all wait,
# then all are served in turn, every byte right. N_PEERS for another number. (What
# waiting costs: tests/bench/waiting.)
# alone: all have to be there before the first slot was unused for 30 s
. "$(dirname "$0")/../lib.sh"

case $B in
*/asan) n=${N_PEERS:-150} ;; # under AddressSanitizer each takes 30 MiB
*) n=${N_PEERS:-1000} ;;
esac
mkdir "$tmp/state"
random_file "$tmp/file" 1000000
link=$("$SHARE" -d "$tmp/share.db" add "$tmp/file")
serve -d "$tmp/share.db" -s "$tmp/state" --connections 4000 --slots 64 \
	--per-address 4000 --per-minute 100000 --address-slots 64

mkfifo "$tmp/go"
timeout 240 "$TOOLS/crowd" "$port" "$link" "$tmp/file" "$n" \
	<"$tmp/go" >"$tmp/said" &
crowd=$!
track $crowd
exec 3>"$tmp/go"
wait_for 100 grep -q "^$n peers" "$tmp/said"
cat "$tmp/said"
grep -q "^$n peers: 64 uploading, $((n - 64)) waiting" "$tmp/said" ||
	fail "slots: $(cat "$tmp/said")"
[ "$("$SHARE" -s "$tmp/state" status | grep -c ^waiting)" -eq $((n - 64)) ] ||
	fail "status does not show $((n - 64)) waiting"

echo >&3
wait $crowd || fail "$(tail -1 "$tmp/said")"
grep -q "^$n served" "$tmp/said" || fail "$(cat "$tmp/said")"
wait_for 10 sh -c "[ \$(grep -c ' end=hung-up' '$tmp/log') -eq $n ]"
[ "$(grep -c 'end=' "$tmp/log")" -eq "$n" ] ||
	fail "other ends: $(grep -v end=hung-up "$tmp/log" | head -3)"
recorded() {
	[ "$(sqlite3 "$tmp/state/activity.db" \
		'SELECT count(*), sum(bytes) FROM transfer')" = "$n|${n}000000" ]
}
wait_for 10 recorded # which is done after the line in the log
! grep -e warning: -e error: "$tmp/log" || fail "in the log"
