#!/bin/sh
# What one address can have written to the log, by one connection or by many: a few
# lines, and how many more there would be. Those of other peers are all there.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
mkdir "$tmp/share" "$tmp/state"
for i in $(seq 40); do
	echo $i >"$tmp/share/file $i"
done
"$SHARE" -d "$db" add -r "$tmp/share" >"$tmp/links"
hashes=$(cut -d '|' -f 5 "$tmp/links")
touch -d '1 hour ago' "$tmp/share"/*

# questions HASH...: in a file for each, with a greeting
questions() {
	{
		echo "$hello"
		for hash; do
			frame e3 58 "$hash"
		done
	} | unhex
}
# connect ADDRESS FILE [OPTION...]: a peer that sends this and hangs up
connect() {
	from=$1
	what=$2
	shift 2
	REMOTE_ADDR=$from REMOTE_PORT=7 "$SERVE" -d "$db" -s "$tmp/state" \
		--per-minute 1000000 "$@" <"$what" 2>>"$log" >/dev/null || true
}
# lines WHAT WANTED [PATTERN]: that many are in the log
lines() {
	echo "$1: $(wc -lc <"$log" | awk '{ print $1 " lines, " $2 " bytes" }')"
	equal "$1" "$(grep -c -e "${3:-}" "$log")" "$2"
}

# two changed files, asked for in turns 16,384 times
set -- $hashes
questions "$1" "$2" | tail -c 44 >"$tmp/turns"
for i in $(seq 13); do
	cat "$tmp/turns" "$tmp/turns" >"$tmp/more"
	mv "$tmp/more" "$tmp/turns"
done
questions | cat - "$tmp/turns" >"$tmp/two"
: >"$log"
connect 192.0.2.1 "$tmp/two"
lines 'two files in turns' 2 'warning: not served: .* has changed since'
lines 'two files in turns, all' 3
tail -n 1 "$log" | grep -q ' end=hung-up unlogged=16382$' || fail "$(tail -n 1 "$log")"

# forty of them
questions $hashes >"$tmp/forty"
: >"$log"
connect 192.0.2.2 "$tmp/forty"
lines 'forty files' 16 'warning: not served'
tail -n 1 "$log" | grep -q ' end=hung-up unlogged=24$' || fail "$(tail -n 1 "$log")"

# by many connections; a peer that comes meanwhile has its lines
questions "$1" >"$tmp/one"
: >"$log"
for i in $(seq 20); do
	connect 192.0.2.3 "$tmp/forty"
done
connect 192.0.2.4 "$tmp/one"
lines 'many connections' 20 'end=.* unlogged='
lines 'many connections, warnings' 21 'warning: not served'
lines 'many connections, all' 42
tail -n 1 "$log" | grep -q 'peer=192.0.2.4:7 .* end=hung-up$' || fail "$(tail -n 1 "$log")"

# without a state directory, each connection has its warnings
: >"$log"
for i in 1 2; do
	REMOTE_ADDR=192.0.2.3 "$SERVE" -d "$db" <"$tmp/forty" 2>>"$log" >/dev/null
done
lines 'no state directory' 32 'warning: not served'

# a deny file that is not there
: >"$log"
for i in $(seq 50); do
	connect 192.0.2.5 "$tmp/one" --deny-file "$tmp/none"
done
lines 'no deny file' 20 ' \(error\|warning\): '
lines 'no deny file, ends' 50 'peer=192.0.2.5:7 .*end=hung-up'

# denied
printf '%s\n' 192.0.2.6 2001:db8::/32 127.0.0.3 >"$tmp/list"
expect 0 "$SHARE" ipfilter "$tmp/list" "$tmp/denied" >"$tmp/out"
: >"$log"
for i in $(seq 50); do
	connect 192.0.2.6 "$tmp/one" --deny-file "$tmp/denied"
	connect 2001:db8:0:$i::1 "$tmp/one" --deny-file "$tmp/denied"
done
connect 2001:db8:1::1 "$tmp/one" --deny-file "$tmp/denied"
lines denied 3
lines 'denied, IPv4' 1 'peer=192.0.2.6:7 end=denied$'

# refused
: >"$log"
connect 192.0.2.7 "$tmp/one" --per-minute 1
for i in $(seq 50); do
	connect 192.0.2.7 "$tmp/one" --per-minute 1
done
lines refused 1 'end=refused fault="too many new connections a minute"$'

# a balancer without a header
: >"$log"
for i in $(seq 50); do
	connect 192.0.2.8 "$tmp/one" --proxy-from 192.0.2.8
done
lines 'no PROXY header' 1 'peer=192.0.2.8:7 end=bad-peer fault="no PROXY header"$'
lines 'no PROXY header, warnings' 20 'warning: 192.0.2.8:7 is listed in --proxy-from'

# a server that accepts: a deny file that is not there, then denied
serve_forking -d "$db" -s "$tmp/state" --per-minute 1000000 --deny-file "$tmp/deny"
"$TOOLS/flood" 127.0.0.1 "$port" 100 127.0.0.2 >/dev/null
wait_for 10 grep -q 'peer=127.0.0.2:.* end=' "$log"
lines 'accepted, no deny file' 1 "^ed2k-serve.$activator.: error: deny file"
mv "$tmp/denied" "$tmp/deny"
"$TOOLS/flood" 127.0.0.1 "$port" 100 127.0.0.3 >/dev/null
wait_for 10 grep -q end=denied "$log"
sleep 0.2
lines 'accepted, denied' 1 'end=denied'
