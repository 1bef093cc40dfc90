# What every end-to-end test begins with: . "$(dirname "$0")/../lib.sh"
# A temporary directory ($tmp), the programs ($SERVE, $SHARE, $PEER), and an end
# that cleans up after success, failure and signals alike.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=${here%/tests/*}
B=$(cd "${B:-build}" && pwd)
SERVE=$B/ed2k-serve
SHARE=$B/ed2k-share
TOOLS=$B/tests/e2e/tools
PEER=$B/tests/e2e/peer/peer
tmp=$(mktemp -d)
log=$tmp/log # of the servers started next
wrap=        # what else to give systemd-socket-activate
cleanups=
pids=

# at_exit COMMAND: run it at the end, the last one registered first.
at_exit() {
	cleanups="$1
$cleanups"
}

# track PID: a process of ours to end when the test ends.
track() {
	pids="$pids $1"
}

# is_mine PID: is it ours still? Of one that has ended another may have the number.
is_mine() {
	grep -q "^PPid:	$$\$" "/proc/$1/status" 2>/dev/null
}

finish() {
	status=$?
	trap - EXIT
	trap '' HUP INT TERM # one that comes again does not stop this
	set +e
	for pid in $pids; do
		is_mine "$pid" && kill "$pid" 2>/dev/null
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null
	done
	eval "$cleanups"
	cat "$tmp"/valgrind.* 2>/dev/null | grep . && status=1
	rm -rf "$tmp"
	[ "$status" -ne 0 ] || [ -z "$in_part" ] || status=77
	exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
	echo "FAILED: $*" >&2 # stdout may be a file just now
	exit 1
}

skip() {
	echo "skipped: $*"
	exit 77
}

# skip_part WHAT: go on without it; in the end the test counts as skipped.
in_part=
skip_part() {
	echo "skipped: $*"
	in_part=1
}

# need_command NAME PACKAGE
need_command() {
	command -v "$1" >/dev/null || skip "$1 is missing (package $2)"
}

# What not everybody may: it is tried, for a container can forbid it to root.
is_root() {
	[ "$(id -u)" -eq 0 ]
}
can_be_nobody() {
	is_root && setpriv --reuid 65534 --regid 65534 --clear-groups true \
		2>/dev/null
}
can_mount() { # in a mount namespace of its own
	is_root && unshare -m mount -t tmpfs none /mnt 2>/dev/null
}
has_terminal() {
	script -qec true /dev/null >/dev/null 2>&1 </dev/null
}
# small_disk SIZE DIRECTORY: mount one there, until the end
small_disk() {
	mount -t tmpfs -o "size=$1" none "$2" 2>/dev/null && at_exit "umount '$2'"
}
# add_network NAME: a network namespace, until the end
add_network() {
	ip netns add "$1" 2>/dev/null && at_exit "ip netns del '$1'" &&
		ip netns exec "$1" true 2>/dev/null
}

# expect STATUS COMMAND...: run it with its messages in $tmp/err; fail unless
# it ends with that status.
expect() {
	wanted=$1
	shift
	status=0
	"$@" 2>"$tmp/err" || status=$?
	[ "$status" -eq "$wanted" ] ||
		fail "$* ended with $status, not $wanted: $(cat "$tmp/err")"
}

# said PATTERN: did the last `expect` say one line, and that one?
said() {
	[ "$(wc -l <"$tmp/err")" -eq 1 ] ||
		fail "not one line: $(cat "$tmp/err")"
	grep -q -e "$1" "$tmp/err" ||
		fail "\"$(cat "$tmp/err")\" does not say \"$1\""
}

# equal WHAT GOT EXPECTED
equal() {
	[ "$2" = "$3" ] || fail "$1
got      $2
expected $3"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	tries=$(($1 * 50))
	shift
	while ! "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || fail "waited in vain for: $*"
		sleep 0.02
	done
}

# is_listening PORT, in this network namespace
is_listening() {
	awk -v port="$(printf ':%04X' "$1")" \
		'$4 == "0A" && index($2, port) { found = 1 } END { exit !found }' \
		/proc/net/tcp /proc/net/tcp6
}

# free_port: print a TCP port that nobody listens on just now. By chance, for
# other tests look for one at the same time; below those that dialling takes.
free_port() {
	port=
	while [ -z "$port" ] || is_listening "$port"; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
	done
	echo "$port"
}

# Where the kernel or a container has no whole sandbox, each server would warn of
# that; server/sandbox.sh tells whether it does.
if "$SHARE" -d "$tmp/none" check -p 1 2>/dev/null | grep -q '^warning	sandbox'; then
	export ED2K_SANDBOX=off
fi
[ -z "${ED2K_SANDBOX:-}" ] || wrap="-E ED2K_SANDBOX"
# With WRAP=valgrind the servers that `serve` starts run under it, on a libc that
# it can get in between, and what it finds fails the test.
case ${WRAP:-} in
valgrind)
	SERVE=$TOOLS/ed2k-serve
	wrap="-E ED2K_SANDBOX=off -E LD_PRELOAD=$TOOLS/preload/openat2.so valgrind -q
		--leak-check=full --show-leak-kinds=definite --log-file=$tmp/valgrind.%p"
	;;
esac

# serve [OPTION...]: listen on 127.0.0.1:$port, one server a connection, log in
# $log. With FORK=1 the server listens itself, and forks.
serve() {
	if [ -n "${FORK:-}" ]; then
		serve_forking "$@"
		return
	fi
	need_command systemd-socket-activate systemd
	[ -z "${WRAP:-}" ] || need_command valgrind valgrind
	port=$(free_port)
	systemd-socket-activate --accept --inetd -l "127.0.0.1:$port" \
		$wrap "$SERVE" "$@" >"$log" 2>&1 </dev/null &
	activator=$!
	track "$activator"
	wait_for 5 is_listening "$port"
}

serve_forking() {
	port=$(free_port)
	"$SERVE" --listen "127.0.0.1:$port" --user "$(id -un)" "$@" >"$log" 2>&1 </dev/null &
	activator=$!
	track "$activator"
	wait_for 5 is_listening "$port"
}

# servers: the processes of those that `serve` has started and that run now.
servers() {
	cat "/proc/$activator/task/$activator/children"
}
# server_pid: the one that was started last
server_pid() {
	servers | awk '{ print $NF }'
}
has_server() {
	[ -n "$(servers)" ]
}

# has_begun: has so much come to $tmp/got that the download is in its middle?
has_begun() {
	[ "$(stat -c %s "$tmp/got" 2>/dev/null || echo 0)" -gt 1000000 ]
}

# all_done WHAT PID...: wait for these, none of which may fail.
all_done() {
	what=$1
	shift
	for pid; do
		wait "$pid" || fail "$what"
	done
}

# random_file PATH BYTES
random_file() {
	head -c "$2" /dev/urandom >"$1"
}

# flip FILE OFFSET: another byte there, size and time as they were.
flip() {
	touch -r "$1" "$tmp/time"
	byte=$(tail -c +$(($2 + 1)) "$1" | head -c 1 | od -An -tu1)
	printf "$(printf '\\%03o' $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
	touch -r "$tmp/time" "$1"
}

# hash_of LINK: the eD2k hash in it
hash_of() {
	echo "$1" | cut -d '|' -f 5
}

# Bytes and frames in hex: hex [FILE] prints, unhex turns back.
hex() {
	od -An -v -tx1 "$@" | tr -d ' \n'
}
unhex() {
	env printf "$(tr -d ' \n' | sed 's/../\\x&/g')"
}
# le BYTES NUMBER: little-endian, in hex
le() {
	value=$2
	for _ in $(seq "$1"); do
		printf '%02x' $((value & 255))
		value=$((value >> 8))
	done
}
# frame PROTOCOL OPCODE [PAYLOAD-HEX]
frame() {
	payload=${3:-}
	printf '%s%s%s%s' "$1" "$(le 4 $((1 + ${#payload} / 2)))" "$2" "$payload"
}
# three_ranges HASH BYTE SIZE: a request for three ranges, one behind the other
three_ranges() {
	starts= ends= at=$2
	for _ in 1 2 3; do
		starts=$starts$(le 4 $at)
		at=$((at + $3))
		ends=$ends$(le 4 $at)
	done
	frame e3 47 "$1$starts$ends"
}
# The hello of aMule 2.3.3, which reads names in UTF-8.
hello=e35d00000001103eb1b958ce0e6cb26abecc97a4a76f1acb007107361207000000020100\
010500614d756c65030100113c000000030100f940124012030100fb800d0403030100fa123213\
34030100feb80d0000030100ef01000000000000000000
