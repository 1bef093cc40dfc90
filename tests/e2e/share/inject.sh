#!/bin/sh
# Errors of the kernel: each system call of both programs in turn ends with EIO,
# EINTR or EAGAIN, and all that reads and writes does less than it was asked to.
# Whatever fails, no wrong byte leaves, the databases stay sound, nothing hangs,
# the exit code is a documented one, and there is a line that says what happened.
#
# A sample of the calls; FULL=1 takes all of them, for which tests/run needs
# TEST_TIMEOUT=3600.
. "$(dirname "$0")/../lib.sh"
need_command strace strace
need_command sqlite3 sqlite3
case $B in
*/asan) skip "strace and LeakSanitizer do not go together" ;;
esac
strace -o "$tmp/trace" -e inject=getppid:error=EIO true 2>"$tmp/err" ||
	skip "strace cannot inject here: $(cat "$tmp/err")"

meet=$TOOLS/meet
mkdir "$tmp/files" "$tmp/state"
random_file "$tmp/files/one" 400000
random_file "$tmp/files/two" 9900000
random_file "$tmp/files/three" 1000
db=$tmp/share.db
"$SHARE" -d "$db" add "$tmp/files/one" "$tmp/files/two" >"$tmp/links"
hash=$(hash_of "$(sed -n 1p "$tmp/links")")

request=$hash$(le 4 0)$(le 4 180000)$(le 4 0)$(le 4 180000)$(le 4 400000)$(le 4 0)
frame_of() {
	frame e3 "$1" "$hash"
}
talk=$hello$(frame_of 58)$(frame_of 4f)$(frame_of 51)$(frame c5 9e "$hash")$(frame_of 54)$(frame e3 47 "$request")

# Each run begins with what stands in $tmp/clean.
mkdir "$tmp/clean"
cp "$db" "$db-wal" "$db-shm" "$tmp/clean"
reset() {
	rm -rf "$db"* "$tmp/state"
	mkdir "$tmp/state"
	cp "$tmp/clean/"* "$tmp"
}

# A lock that could not be given back is waited for, as another's would be: 30 s.
patience=45

# The ways to begin, and what each prints when nothing goes wrong.
begin() {
	case $1 in
	serve)
		echo "$talk" | "$meet" "$tmp/files/one" $inject \
			"$SERVE" -d "$db" -s "$tmp/state"
		;;
	add) timeout $patience $inject "$SHARE" -d "$db" add "$tmp/files/three" ;;
	refresh) timeout $patience $inject "$SHARE" -d "$db" refresh --aich ;;
	remove) timeout $patience $inject "$SHARE" -d "$db" remove "$hash" ;;
	new) timeout $patience $inject "$SHARE" -d "$tmp/new.db" add "$tmp/files/one" ;;
	list) # a file that cannot be looked at is not "ok"
		timeout $patience $inject "$SHARE" -d "$db" list >"$tmp/list" || return
		cut -f 1,2,4 "$tmp/list"
		;;
	verify) # what cannot be read is neither "ok" nor "damaged"
		code=0
		timeout $patience $inject "$SHARE" -d "$db" verify >"$tmp/list" || code=$?
		grep -v '^unreadable' "$tmp/list" || true
		return $code
		;;
	*) timeout $patience $inject "$SHARE" -d "$db" "$1" ;;
	esac
}

n_wrong=0
wrong() {
	printf 'WRONG: %s\n' "$*"
	n_wrong=$((n_wrong + 1))
}

sound() {
	for file in "$db" "$tmp/new.db" "$tmp/state/activity.db"; do
		[ ! -s "$file" ] || [ "$(sqlite3 "$file" 'PRAGMA integrity_check')" = ok ] ||
			wrong "$what: $file is damaged"
	done
}

# judge WHO STATUS: is what came out of it right?
judge() {
	case $1 in
	serve)
		[ "$2" -eq 0 ] || wrong "$what: $(cat "$tmp/err")"
		status=$(sed 's/status \([0-9]*\),.*/\1/' "$tmp/out")
		codes=' 0 64 65 69 71 74 75 76 77 78 '
		;;
	*)
		status=$2
		! grep -vxFf "$tmp/right.$1" "$tmp/out" || wrong "$what: wrong output"
		[ "$status" -ne 0 ] || cmp -s "$tmp/right.$1" "$tmp/out" ||
			wrong "$what: exit code 0, but not all was printed"
		codes=' 0 65 66 69 70 71 73 74 75 77 78 '
		;;
	esac
	# what the loader and libc do before main and after it is not ours
	grep -q 'error while loading shared libraries' "$tmp/err" && return
	case $codes in
	*" $status "*) ;;
	*) wrong "$what: exit code $status: $(cat "$tmp/err")" ;;
	esac
	[ "$status" -eq 0 ] || grep -q '^ed2k-s[a-z]*.*: .' "$tmp/err" ||
		wrong "$what: exit code $status, and not a word"
	# what was printed is shared
	case $1 in
	add) kept=$db ;;
	new) kept=$tmp/new.db ;;
	*) return 0 ;;
	esac
	[ ! -s "$tmp/out" ] || "$SHARE" -d "$kept" link | grep -qxFf "$tmp/out" ||
		wrong "$what: printed, and not in the database"
}

# once WHO WHAT: begin it anew and judge
once() {
	what="$1: $2"
	reset
	status=0
	begin "$1" >"$tmp/out" 2>"$tmp/err" || status=$?
	judge "$1" "$status"
	sound
}

# calls WHO: those of a run, name and number, from the first that is not the
# loader's on, without the messages. Its last is munmap, and mprotect where all is
# linked in. libc aborts when futex fails, a name service of systemd when
# rt_sigprocmask does, and brk has no error to return.
calls() {
	program=$SHARE
	[ "$1" != serve ] || program=$SERVE
	last=munmap
	! ldd "$program" | grep -q 'statically linked' || last=mprotect
	awk -v last=$last '{ sub(/^[0-9]+ +/, ""); name = $0; sub(/\(.*/, "", name) }
		name !~ /^[a-z_0-9]+$/ { next }
		{ n[name]++ }
		name == last { begun = 1 }
		begun && !/^(write\(2,|exit|brk|futex|munmap|rt_sigprocmask)/ { print name, n[name] }' \
		"$tmp/trace"
}

inject=
for who in serve add new list link verify remove refresh; do
	if [ $who = refresh ]; then # a database with something to do
		sqlite3 "$tmp/clean/share.db" 'UPDATE file SET aich_root = NULL;
			DELETE FROM aich_parts; PRAGMA wal_checkpoint(TRUNCATE)' >"$tmp/out"
	fi
	reset
	begin $who >"$tmp/right.$who" 2>"$tmp/err" || fail "$who: $(cat "$tmp/err")"
	reset
	inject="strace -f -o $tmp/trace"
	begin $who >"$tmp/out" 2>"$tmp/err"
	calls $who >"$tmp/calls"
	n_calls=$(wc -l <"$tmp/calls")
	[ "$n_calls" -gt 50 ] || fail "$who: only $n_calls calls"
	stride=$((n_calls / ${N_SAMPLE:-20} + 1)) i=0 n=0
	for error in EIO EINTR EAGAIN; do
		while read -r name number; do
			i=$((i + 1))
			[ -n "${FULL:-}" ] || [ $((i % stride)) -eq 0 ] || continue
			inject="strace -f -o $tmp/trace -e inject=$name:error=$error:when=$number"
			once $who "call $number of $name ends with $error"
			n=$((n + 1))
		done <"$tmp/calls"
	done
	echo "$who: $n failures in $n_calls calls"

	# all that reads and writes, again and again; between the program and libc
	SERVE=$TOOLS/ed2k-serve
	inject="env LD_PRELOAD=$TOOLS/preload/short.so SHORT_LOG=$tmp/short"
	rm -f "$tmp/short"
	once $who "short reads and writes"
	[ -s "$tmp/short" ] || wrong "$who: nothing was cut short"
	[ "$status" -eq 0 ] || wrong "$what: ended with $status: $(cat "$tmp/err")"
	[ $who != serve ] || grep -q ' 400000 bytes of data' "$tmp/out" ||
		wrong "$what: $(cat "$tmp/out")"
	inject= SERVE=$B/ed2k-serve
done

# the same for whole downloads, of each kind
reset
rm -f "$tmp/short"
SERVE=$TOOLS/ed2k-serve
wrap="-E LD_PRELOAD=$TOOLS/preload/short.so -E SHORT_LOG=$tmp/short"
serve -d "$db"
user=$(sqlite3 "$db" 'SELECT lower(hex(user_hash)) FROM identity')
for kind in get direct "get -crypt $user"; do
	rm -f "$tmp/got"
	timeout 60 "$PEER" $kind 127.0.0.1 "$port" "$(sed -n 2p "$tmp/links")" \
		"$tmp/got" || fail "$kind with short reads and writes"
	cmp "$tmp/files/two" "$tmp/got" || fail "$kind: wrong bytes"
done
cut_short() {
	[ "$(wc -c <"$tmp/short")" -ge 3 ]
}
wait_for 5 cut_short
[ "$n_wrong" -eq 0 ] || fail "$n_wrong times"
