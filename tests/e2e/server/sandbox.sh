#!/bin/sh
# The sandbox: each thing it is there to prevent is done outside it first, and
# then refused inside; what the server needs works inside. As this user and,
# for root, as nobody too. Then whole conversations with --sandbox require.
. "$(dirname "$0")/../lib.sh"
# a search for leaks needs another process, and memory maps of this one
export ASAN_OPTIONS=detect_leaks=0

cp "$TOOLS/sandbox" "$tmp/try"
"$tmp/try" under nothing /bin/true || skip "the kernel has no seccomp"

mkdir "$tmp/share" "$tmp/share/sub" "$tmp/elsewhere" "$tmp/state"
db=$tmp/share/share.db
random_file "$tmp/share/sub/file" 20000000
link=$("$SHARE" -d "$db" add -r "$tmp/share/sub")
hash=$(hash_of "$link")
echo secret >"$tmp/elsewhere/secret"
chmod 666 "$tmp/share/sub/file" "$tmp/elsewhere/secret"

status=0
echo e3 | unhex | "$SERVE" --sandbox require -d "$db" >"$tmp/out" 2>"$tmp/err" || status=$?
[ "$status" -ne 71 ] || skip "this kernel: $(cat "$tmp/err")"

# try WHERE ATTEMPT [ARGUMENT]: its exit status. WHERE: out, in, or in and
# without landlock or seccomp
try() {
	where=$1
	attempt=$2
	argument=${3:-}
	under=
	case $where in
	landlock | seccomp) under="$tmp/try under $where" where=in ;;
	esac
	# with FORK=1 in a child that was forked, which attacks its parent
	[ -z "${FORK:-}" ] || [ "$where" != in ] || where=child
	status=0
	timeout 20 $as $under "$tmp/try" $where "$db" "$tmp/state" "$attempt" \
		"$argument" 2>"$tmp/err" || status=$?
	echo "$status"
}
# what each of the two refuses without the other
by_filter=' truncate chmod fchmod touch fork vfork exec socket socketpair connect
	bind listen sendto sendmsg kill tgkill setown ptrace limit-other
	priority-of-other map-code map-file-as-code make-code new-call i386 unshare
	setuid prctl mount chroot make-data punch async setsockopt ioctl dup pipe epoll
	timer memfd advise yield shutdown inotify '
by_landlock=' read list write create mkdir link rename '
# and what each of them refuses by itself; Landlock since Linux 6.2
by_both=
cuts='cut open-cut'
if [ "$("$tmp/try" landlock)" -ge 3 ]; then
	by_both=' cut open-cut '
	by_landlock="$by_landlock openat2-cut "
	cuts="$cuts openat2-cut"
fi
# what a kernel or a container may forbid to all
not_everywhere=' i386 new-call ptrace leave-core mount chroot '
# refused ATTEMPT [ARGUMENT]: it works outside, and not inside
refused() {
	if [ "$(try out "$@")" -ne 0 ]; then
		case $not_everywhere in
		*" $1 "*) skip_part "$1 as $who: it is forbidden here" && return ;;
		esac
		fail "$who, outside: $* $(cat "$tmp/err")"
	fi
	[ "$(try in "$@")" -eq 1 ] || fail "$who, inside: $* is not refused $(cat "$tmp/err")"
	tried=$((tried + 1))
	alone=
	case $by_filter in *[[:space:]]"$1"[[:space:]]*) alone=landlock ;; esac
	case $by_landlock in *" $1 "*) alone=seccomp ;; esac
	case $by_both in *" $1 "*) alone='landlock seccomp' ;; esac
	for lack in $alone; do
		[ "$(try $lack "$@")" -eq 1 ] ||
			fail "$who, inside without $lack: $* is not refused $(cat "$tmp/err")"
	done
}
# allowed ATTEMPT [ARGUMENT]
allowed() {
	[ "$(try in "$@")" -eq 0 ] || fail "$who, inside: $*: $(cat "$tmp/err")"
}
has_asan() {
	grep -q __asan_init "$SERVE"
}

all_attempts() {
	tried=0
	for file in /etc/passwd "$tmp/elsewhere/secret" "$0"; do
		refused read "$file"
	done
	refused list "$tmp/share/sub"
	refused list /
	for file in "$tmp/share/sub/file" "$tmp/elsewhere/secret" "$mine/share.db"; do
		refused write "$file"
	done
	refused create "$mine/new"
	refused mkdir "$mine/new"
	refused mkdir "$tmp/state/new"
	refused link "$mine/file"
	for attempt in truncate chmod touch; do
		refused $attempt "$mine/file"
	done
	refused fchmod
	# who has a file mapped must not see it end
	for attempt in $cuts punch rename; do
		$as sh -c 'head -c 20000 /dev/zero >"$1"' sh "$tmp/state/scoreboard"
		refused $attempt scoreboard
	done
	refused fork
	refused vfork
	refused exec
	for attempt in socket socketpair connect bind listen sendto sendmsg; do
		refused $attempt
	done
	for attempt in kill tgkill setown ptrace limit-other priority-of-other; do
		$as sleep 60 &
		sibling=$!
		track $sibling
		wait_for 5 grep -q '^sleep$' "/proc/$sibling/comm"
		refused $attempt $sibling
		kill $sibling
	done
	for attempt in map-code map-file-as-code make-code new-call unshare \
		setuid prctl many-files leave-core i386; do
		refused $attempt
	done
	[ "$who" = root ] || refused be-looked-into
	if has_asan; then
		echo "not tried: the bound of memory, for AddressSanitizer takes more"
	else
		refused much-memory
	fi
	for file in "$tmp/share/sub/file" "$db" "$db-wal" "$db-shm"; do
		allowed read "$file"
	done
	rm -f "$tmp/state/"*
	allowed create "$tmp/state/new"
	allowed list "$tmp/state"
	allowed extend new
	for attempt in send pace fchmod-0644 lock look-up; do
		allowed $attempt
	done
	# the database is made with mode 0644, its side files too, by any umask
	mask=$(umask)
	umask 077
	allowed record
	umask "$mask"
	for side in '' -wal -shm; do
		[ "$(stat -c %a "$tmp/state/activity.db$side")" = 644 ] ||
			fail "$who: activity.db$side: $(stat -c %a "$tmp/state/activity.db$side")"
	done
	rm -f "$tmp/state/"*
	# 134: SIGABRT, not what comes of an abort that was refused its signal
	[ "$(try in abort)" -eq 134 ] || fail "$who: abort: $(try in abort)"
	# 137: SIGKILL
	[ "$(try out outlive)" -eq 0 ] || fail "$who, outside: outlive: $(cat "$tmp/err")"
	[ "$(try in outlive)" -eq 137 ] || fail "$who: outlive: $(try in outlive)"
	echo "$who: $tried attempts refused"
}

# the same tests with what belongs to the user that tries
mine=$tmp/mine
mkdir "$mine"
touch "$mine/file" "$mine/share.db"
as=
who=$(id -un)
all_attempts
if is_root; then
	refused mount
	refused chroot
fi
if can_be_nobody; then
	chmod 755 "$tmp"
	chown -R nobody "$mine" "$tmp/state"
	as='setpriv --reuid=nobody --regid=nogroup --clear-groups'
	who=nobody
	all_attempts
	chown root "$mine" "$tmp/state"
else
	skip_part "the attempts of nobody: only root can become that"
fi
as=

# sandbox option: where it is not right, and which wins
expect 64 "$SERVE" --sandbox maybe -d "$db" </dev/null
said '"maybe" is none of try, require and off'
ED2K_SANDBOX=never expect 64 "$SERVE" -d "$db" </dev/null
said '"never" is none of'

# a kernel that lacks something: said once, served all the same, unless required
echo e30000000000 | unhex >"$tmp/in" # a broken frame
for lack in timer landlock seccomp both; do
	case $lack in
	timer) line='timer: Resource temporarily unavailable;' ;;
	landlock) line='Landlock: Function not implemented;' ;;
	seccomp) line='seccomp: Invalid argument;' ;;
	both) line='Landlock: Function not implemented, seccomp: Invalid argument;' ;;
	esac
	for mode in try require off; do
		status=0
		"$tmp/try" under $lack "$SERVE" --sandbox $mode -d "$db" \
			<"$tmp/in" >"$tmp/out" 2>"$tmp/err" || status=$?
		lines=$(grep -c "lacks parts of the sandbox: $line" "$tmp/err" || true)
		case "$mode $status $lines" in
		"try 76 1" | "require 71 1" | "off 76 0") ;;
		*) fail "without $lack, $mode: $status, $lines lines: $(cat "$tmp/err")" ;;
		esac
	done
done
# and inside somebody else's filter
expect 76 "$tmp/try" under nothing "$SERVE" --sandbox require -d "$db" <"$tmp/in"
said 'end=bad-peer'

# whole conversations
serve --sandbox require -d "$db" -s "$tmp/state"
user=$("$SHARE" -d "$db" link --source 127.0.0.1:4662 --crypt "$hash" |
	sed 's/.*:129:\([0-9a-f]*\).*/\1/')
for options in '' "-crypt $user"; do
	rm -f "$tmp/got"
	"$PEER" get $options -rate 10000000 127.0.0.1 "$port" "$link" "$tmp/got" &
	peer=$!
	wait_for 10 has_begun
	cat "/proc/$(server_pid)/status" >"$tmp/status"
	wait $peer || fail "get $options"
	cmp "$tmp/share/sub/file" "$tmp/got" || fail "get $options: other bytes"
	for line in 'NoNewPrivs:	1' 'Seccomp:	2'; do
		grep -q "^$line\$" "$tmp/status" || fail "get $options: not $line"
	done
done
"$PEER" direct 127.0.0.1 "$port" "$link" "$tmp/got" || fail "direct"
recorded() {
	"$SHARE" -s "$tmp/state" stats --by file --json |
		grep -q '"bytes":60000000'
}
wait_for 5 recorded

# under inetd itself
if command -v inetd >/dev/null; then
	port=$(free_port)
	echo "$port stream tcp nowait.1200 $(id -un) $SERVE ed2k-serve" \
		"-d $db --sandbox require" >"$tmp/inetd.conf"
	inetd -i "$tmp/inetd.conf" 2>"$tmp/err" &
	track $!
	wait_for 5 is_listening "$port"
	for options in '' "-crypt $user"; do
		rm -f "$tmp/got"
		"$PEER" get $options 127.0.0.1 "$port" "$link" "$tmp/got" ||
			fail "inetd: get $options"
		cmp "$tmp/share/sub/file" "$tmp/got" || fail "inetd: other bytes"
	done
else
	echo "not tried: inetd (package openbsd-inetd)"
fi

# By a pipe: recovery data, and a file that is shared in a new directory while
# the peer is connected. It may not have that, and is told nothing, for another
# connection has it.
mkfifo "$tmp/fifo"
: >"$tmp/answers"
"$SERVE" --sandbox require -d "$db" -s "$tmp/state" <"$tmp/fifo" \
	>"$tmp/answers" 2>"$tmp/err" &
server=$!
track $server
exec 9>"$tmp/fifo"
# ask FRAMES: what is answered, in hex, until it is quiet for a while
has_grown() {
	[ "$(stat -c %s "$tmp/answers")" -gt "$before" ]
}
ask() {
	before=$(stat -c %s "$tmp/answers")
	echo "$1" | unhex >&9
	wait_for 5 has_grown
	sleep 0.2
	tail -c +$((before + 1)) "$tmp/answers" | hex
}
ask "$hello" >/dev/null
root=$(ask "$(frame c5 9e "$hash")")
root=${root#"c5250000009d$hash"}
[ ${#root} -eq 40 ] || fail "no AICH root: $root"
case $(ask "$(frame c5 9b "${hash}0100$root")") in
c5????????"9c${hash}0100$root"??*) ;;
*) fail "no recovery data" ;;
esac
mkdir "$tmp/late"
random_file "$tmp/late/new" 5000
late=$(hash_of "$("$SHARE" -d "$db" add "$tmp/late/new")")
known="e3????????59${hash}0400$(printf file | hex)"
case $(ask "$(frame e3 58 "$late")$(frame e3 58 "$hash")") in
$known) ;;
*) fail "a question about a file it cannot read was answered" ;;
esac
grep -q 'not served to this peer: ".*/late/new" was shared' "$tmp/err" ||
	fail "the log does not tell: $(cat "$tmp/err")"
exec 9>&-
wait $server || fail "ended with $?: $(cat "$tmp/err")"
echo "$hello$(frame e3 58 "$late")" | unhex |
	"$SERVE" --sandbox require -d "$db" 2>"$tmp/err" | hex >"$tmp/out"
grep -q "59${late}0300$(printf new | hex)\$" "$tmp/out" ||
	fail "the next connection: $(cat "$tmp/out" "$tmp/err")"
