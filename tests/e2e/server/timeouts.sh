#!/bin/sh
# Every timeout, with a peer that goes silent, trickles or takes nothing at each
# point of a conversation. All at once, each from an address of its own, by
# which the log tells them apart. Whatever the peer does, its server says in one
# line why it ended, exits with 0 and is gone.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

[ -z "${FORK:-}" ] || export ED2K_VERBOSE=1 # tells how children end
db=$tmp/share.db
state=$tmp/state
mkdir "$state"
truncate -s 60000000 "$tmp/file"
link=$("$SHARE" -d "$db" add "$tmp/file")
hash=$(hash_of "$link")
user=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')

half_hello=$(echo "$hello" | cut -c -60)
name=$(frame e3 58 "$hash")
half=$(echo "$name" | cut -c -20)
questions=$name$(frame e3 4f "$hash")$(frame e3 51 "$hash")
start=$(frame e3 54 "$hash")
cancel=$(frame e3 56)
# request FIRST: three whole blocks, from this one on
request() {
	three_ranges "$hash" $(($1 * 184320)) 184320
}
# few: a request for less than two frames
few() {
	frame e3 47 "$hash$(le 12 0)$(le 4 20000)$(le 8 0)"
}
# direct BYTES: a request of a direct client
direct() {
	frame e3 47 "$hash$(le 8 0)$(le 8 "$1")"
}
# flood: requests for more than any socket buffers
flood() {
	for first in 0 3 6 9 12 15 18 21 24 27; do
		request "$first"
		echo
	done
}
# trickle HEX: a byte at a time, each sooner than any timeout, all of them later
trickle() {
	echo "$1" | sed 's/../&\nsleep 300\n/g'
}
# each_half_second LINE: for longer than any timeout
each_half_second() {
	for i in $(seq 100); do
		echo "$1"
		echo sleep 500
	done
}
long_name=$(frame e3 58 "$hash$(le 64 0)")

# server NAME OPTION...: a port with these options; its number is in $NAME.
server() {
	server=$1
	shift
	log=$tmp/log.$server
	serve -d "$db" "$@"
	eval "$server=$port"
}

# play END WHAT PORT [OPTION...]: let a peer with these options play what is in
# $script, then listen; END is how its server has to end, after $least seconds
# at the earliest.
script=$tmp/script
least=2
played=0
play() {
	played=$((played + 1))
	printf '%s\t%s\t127.0.1.%s\t%s\n' "$1" "$least" "$played" "$2" \
		>>"$tmp/expected"
	to=$3
	shift 3
	mv "$script" "$script.$played"
	timeout 60 "$PEER" raw -bind "127.0.1.$played" "$@" 127.0.0.1 "$to" \
		<"$script.$played" >/dev/null 2>&1 &
	track $!
}

# all_gone: as many servers as peers have exited
all_gone() {
	[ "$(cat "$tmp"/log.* | grep -c "hild .* died with")" -ge "$played" ]
}

# ended END SECONDS ADDRESS: one line says so, and its process has exited with 0.
ended() {
	line=$(cat "$tmp"/log.* | grep " peer=$3:.* end=")
	case $line in
	*" seconds="*" end=$1") ;;
	*) return 1 ;;
	esac
	seconds=${line#* seconds=}
	[ "${seconds%%.*}" -ge "$2" ] || return 1
	pid=${line#*\[}
	grep -q "hild ${pid%%\]*} died with code 0$" "$tmp"/log.*
}

# no-hello, idle, half-frame and stalled
server plain --hello-timeout 3 --idle-timeout 2 --send-timeout 2

least=3
: >"$script"
play no-hello 'silent from the start' "$plain"
echo "$half_hello" >"$script"
play no-hello 'half a hello' "$plain"
trickle "$hello" >"$script"
play no-hello 'a hello in drops' "$plain"
echo 5a >"$script"
play no-hello 'a byte of an obfuscated handshake' "$plain"
trickle 5a01020304050607 >"$script"
play no-hello 'a handshake in drops' "$plain"
: >"$script"
play no-hello 'silent after the handshake' "$plain" -crypt "$user"
echo "$half_hello" >"$script"
play no-hello 'half an obfuscated hello' "$plain" -crypt "$user"
direct 1000 | cut -c -40 >"$script"
play no-hello 'half a direct request' "$plain"
least=2

echo "$hello" >"$script"
play idle 'silent after hello' "$plain"
echo "$hello" >"$script"
play idle 'silent after an obfuscated hello' "$plain" -crypt "$user"
echo "$hello$questions" >"$script"
play idle 'silent after questions' "$plain"
echo "$hello$start" >"$script"
play idle 'silent with a slot' "$plain"
echo "$hello$start$(request 0)" >"$script"
play idle 'silent after all data' "$plain"
echo "$hello$start$(request 0)$cancel" >"$script"
play idle 'silent after a cancel' "$plain"
direct 1000 >"$script"
play idle 'direct, silent after its answer' "$plain"

(echo "$hello"; each_half_second "$(frame e3 7f)") >"$script"
play idle 'says nothing that we understand' "$plain"
(echo "$hello$start"; each_half_second "$(frame e3 5b "$hash")") >"$script"
play idle 'the same with a slot' "$plain"
(direct 1000; echo; each_half_second "$name") >"$script"
play idle 'direct, the same' "$plain"

echo "$hello$half" >"$script"
play half-frame 'half a request after hello' "$plain"
echo "$hello$half" >"$script"
play half-frame 'half an obfuscated request' "$plain" -crypt "$user"
echo "$hello$questions$half" >"$script"
play half-frame 'half a request after questions' "$plain"
echo "$hello$start$half" >"$script"
play half-frame 'half a request with a slot' "$plain"
echo "$hello$start$(request 0)$half" >"$script"
play half-frame 'half a request after all data' "$plain"
echo "$(direct 1000)$half" >"$script"
play half-frame 'direct, half a request after its answer' "$plain"
(echo "$hello"; trickle "$long_name") >"$script"
play half-frame 'a request in drops' "$plain"
(echo "$hello$start"; trickle "$long_name") >"$script"
play half-frame 'a request in drops with a slot' "$plain"

(echo "$hello$start$(request 0)$half"; for i in $(seq 100); do
	echo read 10000
	echo sleep 100
done) >"$script"
play half-frame 'half a request while it loads' "$plain" -small

# who takes nothing has a zero window soon
asleep='sleep 30000'
(echo "$hello$start"; flood; echo "$asleep") >"$script"
play stalled 'reads nothing' "$plain" -small
(echo "$hello$start"; flood; echo "$half"; echo "$asleep") >"$script"
play stalled 'reads nothing, half a request' "$plain" -small
(echo "$hello$start"; flood; echo "$asleep") >"$script"
play stalled 'reads nothing, obfuscated' "$plain" -small -crypt "$user"
(direct 10000000; echo; echo "$asleep") >"$script"
play stalled 'direct, reads nothing' "$plain" -small

# nor are 12 KB/s enough, where 64 KiB in 4 s are
server slow --send-timeout 4
least=4
(echo "$hello$start"; flood; each_half_second 'read 6000') >"$script"
play stalled 'reads in drops' "$slow" -small
(echo "$hello$start"; flood; each_half_second 'read 6000') >"$script"
play stalled 'reads in drops, obfuscated' "$slow" -small -crypt "$user"
(direct 10000000; echo; each_half_second 'read 6000') >"$script"
play stalled 'direct, reads in drops' "$slow" -small

# a frame in five seconds: not the peer is slow, but the rate
server low --rate 2K --idle-timeout 2 --send-timeout 2
least=6
echo "$hello$start$(few)" >"$script"
play idle 'takes all that a low rate lets through' "$low"
echo "$hello$start$(few)" >"$script"
play idle 'the same, obfuscated' "$low" -crypt "$user"
echo "$(direct 15000)$(direct 1000)" >"$script"
play idle 'direct, the same' "$low"
least=2

# the whole session: silent, asking, loading
server brief --session-timeout 2
: >"$script"
play time-up 'old before hello' "$brief"
echo "$hello" >"$script"
play time-up 'old after hello' "$brief"
(echo "$hello"; for i in $(seq 20); do
	echo "$name"
	echo sleep 300
done) >"$script"
play time-up 'old while it asks' "$brief"
(echo "$hello$start"; flood; for i in $(seq 100); do
	echo read 10000
	echo sleep 100
done) >"$script"
play time-up 'old while it loads' "$brief" -small

# waiting: for a slot that a slow peer has
server held -s "$state" --slots 1
timeout 60 "$PEER" get -rate 500000 127.0.0.1 "$held" "$link" "$tmp/got" &
track $!
uploading() {
	"$SHARE" -s "$state" status | grep -q '^uploading'
}
wait_for 5 uploading
server waiting -s "$state" --slots 1 --idle-timeout 2 --wait-timeout 4
echo "$hello$start" >"$script"
least=4
play idle 'silent while it waits' "$waiting"
least=2
echo "$hello$start$half" >"$script"
play half-frame 'half a request while it waits' "$waiting"
(echo "$hello$start"; trickle "$long_name") >"$script"
play half-frame 'a request in drops while it waits' "$waiting"
server waiting_brief -s "$state" --slots 1 --session-timeout 2
echo "$hello$start" >"$script"
play time-up 'old while it waits' "$waiting_brief"
direct 1000 >"$script"
play time-up 'direct, old while it waits' "$waiting_brief"

(wait_for 20 all_gone) || true
bad=0
while IFS='	' read -r end least address what; do
	ended "$end" "$least" "$address" && continue
	bad=$((bad + 1))
	echo "$what: not end=$end after $least s, with 0, but:"
	cat "$tmp"/log.* | grep " peer=$address:" || true
done <"$tmp/expected"
[ "$bad" -eq 0 ] || fail "$bad of $played"
