#!/bin/sh
# A byte goes bad on the way to a real client, amuled 2.3.3. With a link that
# has the AICH root it asks for recovery data and fetches no more than what is
# bad; without AICH it would fetch the whole part again, 9.7 MB.
. "$(dirname "$0")/../clients/amule_lib.sh"

random_file "$files/large.bin" 31457280
make_networks || skip "no network namespaces can be made here"
at_exit show_log
"$SHARE" -d "$db" add -r "$files" >"$tmp/links"
ip -n "${net}1" link set lo up
ip netns exec "${net}1" systemd-socket-activate --accept --inetd \
	-l 127.0.0.1:4662 $wrap "$SERVE" -v -d "$db" >"$log" 2>&1 </dev/null &
track $!
# in the second part that is sent, so that it is found while others come
ip netns exec "${net}1" "$TOOLS/spoil" 10.77.0.1 4662 127.0.0.1 4662 \
	5000000 >"$tmp/spoil.log" 2>&1 </dev/null &
track $!
wait_for 5 grep -q Listening "$log"

link_options=--full
downloads 2 large.bin

grep -q 'got 0xC5/0x9B AICHREQUEST' "$log" ||
	fail "amuled did not ask for recovery data"
hash=$(hash_of "$("$SHARE" -d "$db" link "$files/large.bin")")
sent() {
	sed -n "s/.* file=$hash bytes=\([0-9]*\) .*/\1/p" "$log" |
		awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}
all_sent() {
	[ "$(sent)" -gt 31457280 ]
}
wait_for 5 all_sent
extra=$(($(sent) - 31457280))
echo "$extra bytes were sent again"
[ "$extra" -lt 1000000 ] || fail "$extra bytes were sent again"

# and it asked in bundles, as it does when it may
grep -q 'got 0xC5/0xA4 MULTIPACKET_EXT' "$log" || fail "no bundle was asked"
