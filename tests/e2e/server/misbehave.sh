#!/bin/sh
# Peers that break the rules over real sockets: conversations that break off or
# are spoilt at each byte, floods, peers that never read or reset in the middle
# of an upload, names made to spoil the log. Whatever they do, they get whole
# frames and right bytes, each leaves one line in the log, no server crashes or
# grows beyond its bound, and an honest peer is served right behind them.
. "$(dirname "$0")/../lib.sh"

case ${WRAP:-}${FORK:+fork}$B in
/*/asan) step=3 ;; # where each process takes long to start
/*) step=1 ;;
*) step=60 ;;
esac

[ -z "${FORK:-}" ] || export ED2K_VERBOSE=1 # tells how children end
db=$tmp/share.db
mkdir "$tmp/state"
random_file "$tmp/file" 10000000
link=$("$SHARE" -d "$db" add "$tmp/file")
hash=$(hash_of "$link")
root=$("$SHARE" -d "$db" list --json | sed 's/.*"aich":"\([^"]*\)".*/\1/' |
	base32 -d | hex)
serve -d "$db" -s "$tmp/state" --connections 4000 --slots 64 \
	--per-address 4000 --per-minute 1000000 --address-slots 64 \
	--hello-timeout 3 --idle-timeout 3

# request FIRST BYTES: three ranges next to each other
request() {
	three_ranges "$hash" "$1" "$2"
}
name=$(frame e3 58 "$hash")
status=$(frame e3 4f "$hash")
hash_set=$(frame e3 51 "$hash")
start=$(frame e3 54 "$hash")
aich_root=$(frame c5 9e "$hash")
recovery=$(frame c5 9b "$hash$(le 2 0)$root")
all=$hello$name$status$hash_set$aich_root$start$(request 0 1000)$(request 9727000 900)

# The first connection makes activity.db, for which it takes 0.7 MB more, once.
"$SERVE" -d "$db" -s "$tmp/state" </dev/null >/dev/null 2>&1 || :

# What the server processes take, over and over: peak of resident memory, and
# the data they have mapped, in KiB.
watch_memory() {
	set +e # they come and go
	while sleep 0.05; do
		for pid in $(servers); do
			awk '/^VmHWM|^VmData/ { print $1, $2 }' \
				"/proc/$pid/status"
		done
	done >"$tmp/memory" 2>/dev/null
}
watch_memory &
track $!

peak() {
	awk -v what="$1:" '$1 == what && $2 > n { n = $2 } END { print n + 0 }' \
		"$tmp/memory"
}

# all_have_ended: does no server run any more, and did each say one line?
all_have_ended() {
	! has_server &&
		[ "$(grep -c 'hild .* died' "$log")" -eq \
			"$(grep -c ' end=[a-z]' "$log")" ]
}

# talk TEXT [REPEATED]: what the next rogues say
talk() {
	printf '%s\n' "$@" >"$tmp/talk"
}

# rogues CLASS CODES ARGUMENT...: run them. Then all servers have ended with one
# of these codes, and an honest peer is served.
rogues() {
	class=$1 codes=$2
	shift 2
	before=$(wc -l <"$log")
	timeout 120 "$TOOLS/rogue" "$port" "$tmp/file" "$@" \
		<"$tmp/talk" >"$tmp/said" 2>&1 || fail "$class: $(cat "$tmp/said")"
	rm -f "$tmp/got"
	timeout 60 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" ||
		fail "$class: the honest peer behind them was not served"
	cmp "$tmp/file" "$tmp/got" || fail "$class: the honest peer got other bytes"
	wait_for 30 all_have_ended
	ended=$(tail -n "+$((before + 1))" "$log" |
		sed -n 's/^.*hild .* died with code //p' | sort | uniq -c)
	echo "$class: $(cat "$tmp/said"); peak $(peak VmHWM) KiB," \
		"data $(peak VmData) KiB; exit codes" \
		$(echo "$ended" | awk '{ print $2 ":" $1 }')
	! echo "$ended" | awk '{ print $2 }' | grep -vxE "$codes" ||
		fail "$class: a server ended with a code other than $codes"
	! grep -E '(error|warning):' "$log" || fail "$class: in the log"
}

# frames: how many the last ones got
frames() {
	sed 's/.* connections, \([0-9]*\) frames.*/\1/' "$tmp/said"
}

# ends_with END: did a server of the last class say so?
ends_with() {
	tail -n "+$((before + 1))" "$log" | grep -q " end=$1" ||
		fail "$class: no end=$1"
}

talk "$all"
for end in fin rst mute; do
	rogues "breaks off ($end)" '0' prefix $end "$step"
done
ends_with no-hello
ends_with half-frame
rogues 'spoilt' '0|76' flip "$step"
talk "$hello$start$(request 0 180000)$(request 540000 180000)$(request 1080000 180000)"
rogues 'resets' '0' reset $((200 / step + 1))

# Floods. Senseless requests end the connection soon, sensible ones are answered
# once each at the most, and never faster than the answers are read.
n=$((10000 / step))
talk "$hello" "$(request 0 1000)"
rogues 'data without a slot' '0|76' flood $n
[ "$(frames)" -le 1 ] || fail "strikes: $(cat "$tmp/said")"
ends_with 'bad-peer fault="too many senseless requests"'
talk "$hello$start" "$(request 100000000 1000)"
rogues 'data past the end' '0|76' flood $n
[ "$(frames)" -le 2 ] || fail "past the end: $(cat "$tmp/said")"
talk "$all" "$(request 5000 1000)"
rogues 'the same data' '0' flood $n
talk "$all" "$hash_set"
rogues 'hash sets' '0' flood $n
[ "$(frames)" -le $((n + 20)) ] || fail "hash sets: $(cat "$tmp/said")"
talk "$all" "$recovery"
rogues 'recovery data' '0' flood $n
talk "$all" "$hello"
rogues 'hellos' '0|76' flood $n
[ "$(frames)" -le 20 ] || fail "hellos: $(cat "$tmp/said")"
talk '' "$hello"
rogues 'nothing but hellos' '0|76' flood $n
for what in "$hash_set" "$name" "$(request 0 180000)" "$recovery"; do
	talk "$hello$start" "$what"
	rogues 'deaf' '0' deaf 1000000
	[ "$(sed 's/.*data, \([0-9]*\) bytes said/\1/' "$tmp/said")" -lt 15000000 ] ||
		fail "a server went on reading: $(cat "$tmp/said")"
done

# What a process takes is bounded; see ed2k-serve(8), "Limits".
user=$(echo "$hello" | timeout 20 "$PEER" raw 127.0.0.1 "$port" | cut -c 13-44)
timeout 60 "$PEER" get -crypt "$user" -rate 10000000 127.0.0.1 "$port" "$link" \
	"$tmp/got"
echo "peak $(peak VmHWM) KiB, data $(peak VmData) KiB"
if [ "$step" -eq 1 ]; then
	[ "$(peak VmHWM)" -gt 1000 ] || fail "memory was not measured"
	[ "$(peak VmHWM)" -le 5120 ] || fail "resident: $(peak VmHWM) KiB"
	[ "$(peak VmData)" -le 3072 ] || fail "data: $(peak VmData) KiB"
fi

# Names that would end a line, move the cursor, or be taken for a format: of
# clients, and of a file that is not as it was.
bad_file=$tmp/$(printf 'a\nb\033[2J\r%%n%%s\377\302\205"')
echo x >"$bad_file"
bad_hash=$(hash_of "$("$SHARE" -d "$db" add "$bad_file")")
echo changed >"$bad_file"
before=$(wc -l <"$log")
sessions=0
for bad in 256e2573 1b5b326a1b5d303b780007 0d6b696c6c6564 efbbbf78 610062 \
	610a3c333e66616b656420656e643d676f6e65 ff80c0afeda080 e280a8e280a9 \
	e280ae 222065 5c 7f9b41 c285c29b; do
	n=$(le 2 $((${#bad} / 2)))
	(frame e3 01 "103eb1b958ce0e6cb26abecc97a4a76f1acb00710736120200000002010001$n${bad}02010055$n${bad}000000000000"
	echo
	frame e3 58 "$bad_hash"
	echo
	echo shut) | timeout 20 "$PEER" raw 127.0.0.1 "$port" >"$tmp/answer"
	grep -q "e31100000048$bad_hash" "$tmp/answer" || fail "not refused: $bad"
	sessions=$((sessions + 1))
done
wait_for 10 all_have_ended
tail -n "+$((before + 1))" "$log" |
	grep -vE '^(Connection|Communication|Spawned|Execing|Child) |: debug: ' \
	>"$tmp/lines"
grep ' end=' "$tmp/lines" >"$tmp/ends"
grep -v ' end=' "$tmp/lines" >"$tmp/warnings"
[ "$(wc -l <"$tmp/ends")" -eq "$sessions" ] || fail "not one line a session"
[ "$(wc -l <"$tmp/warnings")" -eq "$sessions" ] || fail "not one line a session of the file"
! grep -vE '^ed2k-serve\[[0-9]+\]: info: peer=127\.0\.0\.1:[0-9]+ client="([^"\\]|\\.)+" mod="([^"\\]|\\.)+" user=.* end=hung-up$' "$tmp/ends" ||
	fail "no such line as ed2k-serve(8) says"
! grep -vF 'warning: not served: "'"$tmp"'/a\nb\x1b[2J\r%n%s\xff\xc2\x85\"" has changed' "$tmp/warnings" ||
	fail "not the name of the file"
! LC_ALL=C.UTF-8 grep -v '^[[:print:]]*$' "$tmp/lines" || fail "not printable"
