#!/bin/sh
# AICH recovery data makes the server read and hash a part, 9.3 MiB, for a
# request of 44 bytes. What an address gets of it in a minute is bounded, however
# many connections it has; one beside it that found a part corrupt is helped.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

db=$tmp/share.db
state=$tmp/state
mkdir "$state"
random_file "$tmp/file" 10000000
hash=$(hash_of "$("$SHARE" -d "$db" add "$tmp/file")")
root=$(sqlite3 "$db" 'SELECT lower(hex(aich_root)) FROM file' 2>/dev/null) ||
	root=$(sqlite3 "$db" 'SELECT lower(hex(root)) FROM aich_root')
serve -d "$db" -s "$state"
request=$(frame c5 9b "${hash}0000$root")
refusal=$(frame c5 9c "$hash")

# ask ADDRESS TIMES NAME: in the background
ask() {
	(echo "$hello"; for i in $(seq "$2"); do echo "$request"; done; echo shut) |
		timeout 60 "$PEER" raw -bind "$1" 127.0.0.1 "$port" >"$tmp/$3" &
	asked="$asked $!"
	track $!
}
# helped NAME...: how many answers with data, of all requests
helped() {
	for name; do
		grep -o "9c${hash}0000$root" "$tmp/$name" || true
	done | wc -l
}

asked=
for i in 1 2 3 4 5 6; do
	ask 127.0.0.2 12 many.$i
done
ask 127.0.0.3 2 honest
for pid in $asked; do
	wait "$pid" || fail "one was not answered"
done
n=$(helped many.1 many.2 many.3 many.4 many.5 many.6)
echo "$n of 72 requests of one address: $((n * 9728000)) bytes read"
[ "$n" -eq 10 ] || fail "$n answers in a minute"
equal "the honest one" "$(helped honest)" 2
# the others are told so, which is what eMule takes to ask elsewhere
n=$(cat "$tmp"/many.* | grep -o "$refusal" | wc -l)
equal "refusals" "$n" 62
