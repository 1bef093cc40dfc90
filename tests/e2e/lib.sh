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

# track PID: a process to end when the test ends.
track() {
	pids="$pids $1"
}

finish() {
	status=$?
	trap - EXIT
	trap '' HUP INT TERM # one that comes again does not stop this
	set +e
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null
	done
	eval "$cleanups"
	cat "$tmp"/valgrind.* 2>/dev/null | grep . && status=1
	rm -rf "$tmp"
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

# need_command NAME PACKAGE
need_command() {
	command -v "$1" >/dev/null || skip "$1 is missing (package $2)"
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

[ -z "${ED2K_SANDBOX:-}" ] || wrap="-E ED2K_SANDBOX"
# With WRAP=valgrind the servers that `serve` starts run under it, on a libc that
# it can get in between, and what it finds fails the test.
case ${WRAP:-} in
valgrind)
	SERVE=$TOOLS/ed2k-serve
	wrap="-E ED2K_SANDBOX=off -E LD_PRELOAD=$TOOLS/preload/openat2.so valgrind -q
		--leak-check=full --log-file=$tmp/valgrind.%p"
	;;
esac

# serve [OPTION...]: listen on 127.0.0.1:$port, one server a connection, log in
# $log.
serve() {
	need_command systemd-socket-activate systemd
	[ -z "${WRAP:-}" ] || need_command valgrind valgrind
	port=$(free_port)
	systemd-socket-activate --accept --inetd -l "127.0.0.1:$port" \
		$wrap "$SERVE" "$@" >"$log" 2>&1 </dev/null &
	activator=$!
	track "$activator"
	wait_for 5 is_listening "$port"
}

# random_file PATH BYTES
random_file() {
	head -c "$2" /dev/urandom >"$1"
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
