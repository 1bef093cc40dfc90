#!/bin/sh
# What the disk and other programs do to the databases: locked, corrupt,
# replaced or removed under a server; a state directory that is full or cannot
# be written; ed2k-share killed at any instant. Never a wrong byte, nothing that
# was said to be shared is lost, and there is a line that names the trouble.
#
# KILLS=1000 kills more often.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

meet=$TOOLS/meet
db=$tmp/share.db
random_file "$tmp/file" 20000000
link=$("$SHARE" -d "$db" add "$tmp/file")
hash=$(hash_of "$link")
talk=$hello$(frame e3 58 "$hash")$(frame e3 51 "$hash")$(frame e3 54 "$hash")$(frame e3 47 "$hash$(le 4 0)$(le 4 9728000)$(le 4 0)$(le 4 180000)$(le 4 9900000)$(le 4 0)")

# meets WHAT CODES [OPTION...]: one peer; sets $status, leaves what the server
# said in $tmp/err.
meets() {
	what=$1 codes=$2
	shift 2
	echo "$talk" | "$meet" "$tmp/file" "$SERVE" -d "$db" "$@" >"$tmp/out" \
		2>"$tmp/err" || fail "$what: $(cat "$tmp/out" "$tmp/err")"
	status=$(sed 's/status \([0-9]*\),.*/\1/' "$tmp/out")
	echo "$status" | grep -qxE "$codes" ||
		fail "$what: ended with $status: $(cat "$tmp/err")"
	grep -q '^ed2k-serve.*: .' "$tmp/err" || fail "$what: not a word"
}
# served: did the last one get its data?
served() {
	tail -n 1 "$tmp/out" | grep -q ' 352000 bytes of data' "$tmp/out" ||
		fail "$what: $(cat "$tmp/out" "$tmp/err")"
}
says() {
	grep -qe "$1" "$tmp/err" || fail "$what: no \"$1\" in: $(cat "$tmp/err")"
}
sound() {
	[ "$(sqlite3 "$1" 'PRAGMA integrity_check')" = ok ] || fail "$2: $1 is damaged"
}

meets 'all is well' 0
served

# holding SQL: another program has the database, with this statement
holding() {
	mkfifo "$tmp/hold"
	sqlite3 "$db" <"$tmp/hold" >"$tmp/held" &
	holder=$!
	track $holder
	exec 4>"$tmp/hold"
	printf '%s\n' "$@" 'SELECT 1;' >&4
	wait_for 5 grep -q 1 "$tmp/held"
}
let_go() {
	exec 4>&-
	wait $holder
	rm "$tmp/hold" "$tmp/held"
}

# a writer does not hinder readers; a second writer waits for it
holding 'BEGIN EXCLUSIVE;'
meets 'a writer at work' 0
served
echo more >"$tmp/more"
timeout 40 "$SHARE" -d "$db" add "$tmp/more" >"$tmp/added" 2>"$tmp/add.err" \
	4>&- &
adding=$!
sleep 0.5
[ ! -s "$tmp/added" ] || fail "added while another program was writing"
let_go
wait $adding || fail "add after a wait: $(cat "$tmp/add.err")"
[ -s "$tmp/added" ] || fail "add after a wait: nothing"

# a program that wants it for itself alone keeps all out
holding 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM comment; COMMIT;' \
	'SELECT count(*) FROM file;'
meets 'locked' 75
says 'share.db" is locked by another program; try again'
let_go
"$SHARE" -d "$db" list >"$tmp/out" # makes the side files again
meets 'no longer locked' 0
served

# Replaced while an upload goes on: the upload ends well or ends, whoever comes
# then gets what the new one says.
random_file "$tmp/other" 30000
other=$("$SHARE" -d "$tmp/other.db" add "$tmp/other")
"$SHARE" -d "$tmp/other.db" add "$tmp/file" >"$tmp/out"
cp "$db" "$tmp/first.db"
serve -d "$db"
for how in mv cp 'cp back'; do
	rm -f "$tmp/got"
	timeout 60 "$PEER" get -rate 10000000 127.0.0.1 "$port" "$link" "$tmp/got" \
		2>"$tmp/peer.err" &
	peer=$!
	wait_for 10 has_begun
	case $how in
	mv)
		cp "$tmp/other.db" "$tmp/new"
		mv "$tmp/new" "$db"
		;;
	cp) cp "$tmp/other.db" "$db" ;;
	*) cp "$tmp/first.db" "$db" ;;
	esac
	ended=0
	wait $peer || ended=$?
	size=$(stat -c %s "$tmp/got")
	head -c "$size" "$tmp/file" | cmp - "$tmp/got" || fail "$how: wrong bytes"
	echo "replaced by $how: the peer ended with $ended after $size bytes"
	[ $ended -eq 0 ] || wait_for 5 grep -q 'error:\|warning:' "$log"
	meets "after $how" 0
	served
	case $how in
	'cp back') wanted=3 ;; # that one does not have the other file
	*) wanted=0 ;;
	esac
	ended=0
	"$PEER" get 127.0.0.1 "$port" "$other" "$tmp/got.other" 2>"$tmp/peer.err" ||
		ended=$?
	[ $ended -eq $wanted ] || fail "after $how: the new one does not count"
done

# removed while an upload goes on
rm -f "$tmp/got"
timeout 60 "$PEER" get -rate 10000000 127.0.0.1 "$port" "$link" "$tmp/got" \
	2>"$tmp/peer.err" &
peer=$!
wait_for 10 has_begun
mkdir "$tmp/away"
mv "$db" "$db-wal" "$db-shm" "$tmp/away"
wait $peer || fail "removed: what is open goes on: $(cat "$tmp/peer.err")"
cmp "$tmp/file" "$tmp/got" || fail "removed: wrong bytes"
meets 'removed' 78
says 'no share database'
mv "$tmp/away/"* "$tmp"

# Corrupt: a few bytes overwritten here and there, all over the file.
cp "$db" "$tmp/good.db"
size=$(stat -c %s "$db")
n=0 refused=0
for offset in $(seq 0 $((size / 150 + 1)) $((size - 16))); do
	rm -f "$db-wal" "$db-shm"
	cp "$tmp/good.db" "$db"
	printf '\377\000\125\252\377\377\377\377\000\000\000\001\200\177\005\011' |
		dd of="$db" bs=1 seek="$offset" conv=notrunc status=none
	meets "corrupt at $offset" '0|65|74|75|77|78'
	[ "$status" -eq 0 ] || refused=$((refused + 1))
	n=$((n + 1))
	[ $((n % 5)) -eq 0 ] || continue
	for verb in list link "remove $hash" "add $tmp/other"; do
		code=0
		timeout 20 "$SHARE" -d "$db" $verb >"$tmp/out" 2>"$tmp/err" || code=$?
		case $code in
		0) ;;
		65 | 66 | 70 | 74 | 75 | 77 | 78)
			grep -q '^ed2k-share: .' "$tmp/err" ||
				fail "corrupt at $offset: $verb: $code, not a word"
			;;
		*) fail "corrupt at $offset: $verb ended with $code" ;;
		esac
	done
done
echo "corrupt at $n places: refused $refused times"
[ $refused -gt 2 ] || fail "no damage was noticed"
for size in 0 1 99 100 4095 5000; do
	rm -f "$db-wal" "$db-shm"
	head -c "$size" "$tmp/good.db" >"$db"
	meets "only $size bytes of it" '65|78'
done
rm -f "$db-wal" "$db-shm"
cp "$tmp/good.db" "$db"

# ed2k-share killed at any instant: the database is sound, and what was printed
# is shared.
mkdir "$tmp/many"
for i in $(seq 12); do
	random_file "$tmp/many/$i" 3000
done
random_file "$tmp/many/large" 9800000
kills=${KILLS:-50}
rm -f "$tmp/k.db"*

# kill_at INSTANT VERB...: run it and kill it then, of $kills instants that
# divide the time it takes
kill_at() {
	instant=$1 pause=$(awk "BEGIN { print $took * $1 / $per_verb }")
	shift
	: >"$tmp/printed" # it may die before it does that
	"$SHARE" -d "$tmp/k.db" "$@" >"$tmp/printed" 2>"$tmp/err" &
	victim=$!
	sleep "$pause"
	kill -9 $victim 2>/dev/null && killed=$((killed + 1))
	wait $victim 2>/dev/null || true
	sound "$tmp/k.db" "$* killed at instant $instant"
}
now() {
	date +%s.%N
}
per_verb=$((kills / 4 + 1)) killed=0
for verb in add remove aich refresh; do
	for i in $(seq 0 $per_verb); do
		rm -f "$tmp/many/new"
		[ ! -f "$tmp/many/moved" ] || mv "$tmp/many/moved" "$tmp/many/1"
		case $verb in
		add) rm -f "$tmp/k.db"* ;;
		*) "$SHARE" -d "$tmp/k.db" add -r "$tmp/many" >"$tmp/all" ;;
		esac
		case $verb in
		add) set -- add -r "$tmp/many" ;;
		remove) set -- remove $(cut -d '|' -f 5 "$tmp/all" | head -8) ;;
		aich)
			sqlite3 "$tmp/k.db" 'UPDATE file SET aich_root = NULL;
				DELETE FROM aich_parts'
			set -- refresh --aich
			;;
		refresh)
			mv "$tmp/many/1" "$tmp/many/moved"
			random_file "$tmp/many/new" 3000
			set -- refresh
			;;
		esac
		if [ "$i" -eq 0 ]; then # how long is it?
			began=$(now)
			"$SHARE" -d "$tmp/k.db" "$@" >"$tmp/printed"
			took=$(awk "BEGIN { print $(now) - $began }")
			continue
		fi
		[ $verb != add ] || "$SHARE" -d "$tmp/k.db" add "$tmp/file" >"$tmp/before"
		kill_at "$i" "$@"
		"$SHARE" -d "$tmp/k.db" link >"$tmp/left" 2>"$tmp/err" ||
			fail "$verb killed: $(cat "$tmp/err")"
		case $verb in
		add) # a line cut short by the kill is nobody's promise
			grep '/$' "$tmp/printed" | cat "$tmp/before" - >"$tmp/promised"
			;;
		remove) tail -n +9 "$tmp/all" >"$tmp/promised" ;;
		aich) cp "$tmp/all" "$tmp/promised" ;;
		refresh) grep -v '|1|' "$tmp/all" >"$tmp/promised" ;;
		esac
		! grep -vxFf "$tmp/left" "$tmp/promised" || fail "$verb killed at $i: lost"
		# and the next one does the rest
		"$SHARE" -d "$tmp/k.db" add -r "$tmp/many" >"$tmp/printed"
		"$SHARE" -d "$tmp/k.db" refresh --aich >>"$tmp/printed"
	done
done
echo "killed $killed times"
[ "$killed" -ge $((kills / 3)) ] || fail "only $killed were killed in time"

# A state directory that is full or cannot be written: peers are served.
can_mount || skip "no small disk can be mounted here; all else was tested"
cat >"$tmp/small.sh" <<'END'
set -eu
mount -t tmpfs -o size="$1" none "$2"
shift 2
eval "$*"
END
# on_disk SIZE COMMAND: run this with a disk of that size on $tmp/disk
mkdir "$tmp/disk"
on_disk() {
	printf '%s\n' "$talk" >"$tmp/talk"
	SERVE=$SERVE SHARE=$SHARE db=$db tmp=$tmp meet=$meet hash=$hash \
		unshare -m sh "$tmp/small.sh" "$1" "$tmp/disk" "$2" \
		>"$tmp/out" 2>"$tmp/err" || fail "$2: $(cat "$tmp/out" "$tmp/err")"
}
meet_on_disk='"$meet" "$tmp/file" "$SERVE" -d "$db" -s "$tmp/disk" <"$tmp/talk"'
what='no room for the scoreboard'
on_disk 64k "$meet_on_disk"
served
says 'no scoreboard in .*: No space left on device; slots and limits do not hold'
what='no room for activity.db'
on_disk 8m "$meet_on_disk; rm \$tmp/disk/activity.db-wal
	cat /dev/zero >\$tmp/disk/filler || true; $meet_on_disk"
served
says 'no room for .*activity.db'
what='a disk that cannot be written'
on_disk 8m "mount -o remount,ro \$tmp/disk; $meet_on_disk"
served
says 'no scoreboard in .*: Read-only file system; slots and limits do not hold'
what='read-only after the first'
on_disk 8m "$meet_on_disk; mount -o remount,ro \$tmp/disk; $meet_on_disk"
served
what='no room for what is shared'
on_disk 160k 'cp "$tmp/good.db" "$tmp/disk/share.db"; code=0
	"$SHARE" -d "$tmp/disk/share.db" add -r "$tmp/many" || code=$?
	i=0; while [ $code -eq 0 ] && [ $i -lt 400 ]; do i=$((i + 1))
		head -c 3000 /dev/urandom >"$tmp/many/more"
		"$SHARE" -d "$tmp/disk/share.db" add "$tmp/many/more" || code=$?
		mv "$tmp/many/more" "$tmp/many/more.$i"; done
	[ $code -eq 74 ]; sqlite3 -readonly "$tmp/disk/share.db" "PRAGMA integrity_check"
	"$SHARE" -d "$tmp/disk/share.db" link >"$tmp/left"'
says 'no room for .*share.db'
grep -qx ok "$tmp/out" || fail "$what: $(cat "$tmp/out")"
! grep '^ed2k:' "$tmp/out" | grep -vxFf "$tmp/left" || fail "$what: lost"
