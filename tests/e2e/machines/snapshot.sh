#!/bin/sh
# The share database for other machines: complete in one file, replaced under
# servers that run, never changed; and whose user hash they answer with.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
snap="$tmp/a %?#snapshot"
random_file "$tmp/file" 3000000
link=$("$SHARE" -d "$db" add "$tmp/file")
"$SHARE" -d "$db" comment -r 5 "$tmp/file" good
(umask 077 && "$SHARE" -d "$db" snapshot "$snap")

# it says the same, from one file, to anybody
"$SHARE" -d "$db" list >"$tmp/list"
"$SHARE" -d "$snap" list | diff "$tmp/list" - || fail "another list"
[ "$("$SHARE" -d "$snap" link)" = "$link" ] || fail "another link"
[ "$(ls "$tmp" | grep -c snapshot)" -eq 1 ] || fail "side files: $(ls "$tmp")"
[ "$(stat -c %a "$snap")" = 644 ] || fail "mode"

# nobody writes to it
expect 78 "$SHARE" -d "$snap" add "$tmp/file"
said 'is a snapshot, which is never changed; name the database'
expect 78 "$SHARE" -d "$snap" remove "$tmp/file"
expect 64 "$SHARE" -d "$db" snapshot
expect 64 "$SHARE" -d "$db" snapshot "$db"
said 'would replace the database itself'
expect 73 "$SHARE" -d "$db" snapshot "$tmp/nowhere/snapshot"
said 'cannot write the snapshot'
expect 78 "$SHARE" -d "$tmp/none.db" snapshot "$snap"

equal "what is true on one machine alone" "$(sqlite3 -readonly "$snap" \
	'SELECT count(*) FROM copy WHERE inode <> 0 OR ctime_ns <> 0')" 0

# the same file elsewhere: another inode, size and time as they were
cp -p "$tmp/file" "$tmp/file.copy"
mv "$tmp/file.copy" "$tmp/file"
serve -d "$db"
expect 3 "$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got"
serve -d "$snap"
"$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" || fail "not served"
cmp "$tmp/file" "$tmp/got" || fail "other bytes"

# replaced under a server that runs: that one goes on, the next has the new one
touch "$tmp/begun"
"$PEER" get -rate 1500000 127.0.0.1 "$port" "$link" "$tmp/slow" &
slow=$!
track $slow
random_file "$tmp/second" 5000
second=$("$SHARE" -d "$db" add "$tmp/second")
expect 3 "$PEER" get 127.0.0.1 "$port" "$second" "$tmp/got2"
"$SHARE" -d "$db" remove "$tmp/file"
"$SHARE" -d "$db" snapshot "$snap"
"$PEER" get 127.0.0.1 "$port" "$second" "$tmp/got2" || fail "no new snapshot"
cmp "$tmp/second" "$tmp/got2" || fail "other bytes of the second"
wait $slow || fail "the download that was under way"
cmp "$tmp/file" "$tmp/slow" || fail "other bytes of the slow one"
"$SHARE" -d "$db" add "$tmp/file" >"$tmp/added"

# killed at any moment, it is the old one or the new one
for i in $(seq 20); do
	"$SHARE" -d "$db" snapshot "$snap" &
	killed=$!
	sleep "0.00$i"
	kill -9 $killed 2>/dev/null || true
	wait $killed 2>/dev/null || true
	"$SHARE" -d "$snap" list >"$tmp/list" || fail "after kill $i"
	grep -q second "$tmp/list" || fail "after kill $i: $(cat "$tmp/list")"
done

# the user hash in HELLOANSWER: size of the hash, then that
user_hash() {
	echo "$hello" | unhex | "$SERVE" "$@" 2>"$tmp/err" |
		hex | cut -c 13-44
}
shared=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')
[ "$(user_hash -d "$db")" = "$shared" ] || fail "not the hash of the database"
own=$(user_hash -d "$snap")
case $own in
"$shared") fail "every server of the snapshot would have one hash" ;;
??????????0e????????????????6f??) ;;
*) fail "no user hash: $own" ;;
esac
[ "$(user_hash -d "$snap")" = "$own" ] || fail "it changes"
[ "$(user_hash -d "$snap" --identity own)" = "$own" ] || fail "--identity own"
[ "$(user_hash -d "$snap" --identity shared)" = "$shared" ] ||
	fail "--identity shared"
expect 64 "$SERVE" -d "$snap" --identity mine </dev/null
said 'mine.* is neither shared nor own'

# behind a balancer all have one, and nobody can say otherwise
[ "$(user_hash -d "$snap" --proxy-from 192.0.2.1)" = "$shared" ] ||
	fail "behind a balancer: a hash of its own"
[ "$(user_hash -d "$snap" --proxy-from 192.0.2.1 --identity shared)" = "$shared" ] ||
	fail "behind a balancer: --identity shared"
for database in "$db" "$snap"; do
	expect 64 "$SERVE" -d "$database" --proxy-from 192.0.2.1 --identity own \
		</dev/null
	said '--identity own: .* behind a balancer'
done
"$SHARE" -d "$snap" link --source 192.0.2.1:4662 --crypt "$tmp/second" |
	grep -qi "$own" || fail "link --crypt: not $own"

# another machine has another
if can_mount; then
	echo 00112233445566778899aabbccddeeff >"$tmp/machine-id"
	: >"$tmp/no-id"
	# as_machine FILE: the user hash with that as the id of the machine
	as_machine() {
		echo "$hello" | unhex | unshare -m sh -c \
			'mount --bind "$1" /etc/machine-id && exec "$2" -d "$3"' \
			- "$1" "$SERVE" "$snap" 2>"$tmp/err" | hex | cut -c 13-44
	}
	other=$(as_machine "$tmp/machine-id")
	case $other in
	"$own" | "$shared") fail "two machines with one hash" ;;
	??????????0e????????????????6f??) ;;
	*) fail "no user hash on another machine: $other" ;;
	esac
	[ -z "$(as_machine "$tmp/no-id")" ] || fail "without an id: a hash"
	grep -q 'this machine has no id in' "$tmp/err" ||
		fail "without an id: $(cat "$tmp/err")"
else
	skip_part "the user hash of another machine: no mounts can be made here"
fi
