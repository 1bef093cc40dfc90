#!/bin/sh
# What ed2k-share says of the announcer, by the status file that it writes: on
# which server the files are listed, or what is to be done; for people, in JSON,
# and whatever a server had the announcer write.
. "$(dirname "$0")/../lib.sh"
need_command script bsdutils

export ED2K_ANNOUNCE_STATE="$tmp/announcer"
db=$tmp/share.db
state=$tmp/state
mkdir "$ED2K_ANNOUNCE_STATE" "$state"
random_file "$tmp/file" 1000
"$SHARE" -d "$db" add "$tmp/file" >/dev/null

# wrote AGE LINE...: the announcer wrote this, so many seconds ago
wrote() {
	written=$(($(date +%s) - $1))
	shift
	printf '%s\n' "written=$written" "$@" >"$ED2K_ANNOUNCE_STATE/status"
}

# check LEVEL PATTERN: what the verb says of it
check() {
	"$SHARE" -d "$db" -s "$state" check >"$tmp/out" 2>/dev/null || :
	grep -qE "^$1	announcer	$2" "$tmp/out" ||
		fail "no $1 $2: $(grep announcer "$tmp/out")"
}

# json: the object of the announcer
json() {
	"$SHARE" -s "$state" status --json 2>/dev/null
}

# it was never started: not a word
"$SHARE" -d "$db" -s "$state" check >"$tmp/out" 2>/dev/null || :
! grep announcer "$tmp/out" || fail "who?"
[ -z "$(json)" ] || fail "JSON: $(json)"

listed='server=203.0.113.5:4661
phase=listed
id=3405803785
address=203.0.113.9
port=4662
since=1796000000
listed=800
files=812'
wrote 10 "$listed"
check ok 'listed on "203.0.113.5:4661" since 2026-1[12]-.*, with High ID, as 203.0.113.9:4662: 800 of 812 files$'
json | grep -qF '"state":"announcer","phase":"listed","running":"yes","server":"203.0.113.5:4661","id":3405803785,"address":"203.0.113.9","port":4662,"since":1796000000,"next":0,' ||
	fail "JSON: $(json)"
# with tabs there are connections alone
[ -z "$("$SHARE" -s "$state" status 2>/dev/null)" ] || fail "a line too many"
if has_terminal; then
	script -qec "'$SHARE' -s '$state' status" /dev/null </dev/null |
		tr -d '\r' >"$tmp/out"
	grep -q '^announcer: listed on "203.0.113.5:4661" since' "$tmp/out" ||
		fail "on a terminal: $(cat "$tmp/out")"
else
	skip_part "what a terminal gets: none can be made here"
fi

# it has died, or was stopped
wrote 400 "$listed"
check problem 'nothing is listed: it was last seen at 2.*; see "journalctl'
json | grep -q '"running":"no"' || fail "it runs: $(json)"
wrote 10 phase=stopped
check problem 'nothing is listed: it was stopped at '

# on no server
wrote 10 phase=low-id server=s.example:4661 address=203.0.113.9 port=4662
check problem 'nothing is listed: "s.example:4661" could not reach 203.0.113.9:4662 \(Low ID\); let the router'
wrote 10 phase=waiting next=1796000000 'reason=this server is full'
check warning 'on no server, the next attempt is at 2026-.*: "this server is full"'
wrote 10 phase=connecting server=s.example:4661
check warning 'on no server yet: connecting "s.example:4661"'
wrote 10 phase=nothing
check warning 'there are no files to announce'

# a server may have had it write anything
wrote 10 phase=waiting "reason=$(printf '\033[31m\tred')"
check warning '.*: "\\033\[31m\\tred"$|.*: "\\x1b\[31m\\tred"$|.*: "\\e\[31m\\tred"$'
wrote 10 phase=odd
check problem 'the status of ed2k-announce is damaged'
head -c 5000 /dev/zero >"$ED2K_ANNOUNCE_STATE/status"
check problem 'the status of ed2k-announce is damaged'
rm "$ED2K_ANNOUNCE_STATE/status"
mkfifo "$ED2K_ANNOUNCE_STATE/status"
check problem 'the status of ed2k-announce is damaged'
json | grep -qx '{"state":"announcer"}' || fail "JSON: $(json)"
