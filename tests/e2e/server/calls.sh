#!/bin/sh
# No system call that the server makes is refused by its filter: conversations
# under strace, of the program as it is and of the one on the libc of the system.
# What is refused is named.
. "$(dirname "$0")/../lib.sh"
[ "${ED2K_SANDBOX:-}" != off ] || skip "the sandbox is off"
need_command strace strace
need_command sqlite3 sqlite3
strace -qq true 2>"$tmp/err" || skip "strace may not trace: $(cat "$tmp/err")"

cd "$tmp"
random_file file 6000000
link=$("$SHARE" -d share.db add file)
user=$("$SHARE" -d share.db link --source 127.0.0.1:4662 --crypt 2>err |
	sed 's/.*:129:\([0-9a-f]*\).*/\1/')
given=$wrap

shows() {
	"$SHARE" -s state status 2>err | grep -q "^$1"
}
get() {
	timeout 60 "$PEER" get "$@" 127.0.0.1 "$port" "$link" got
}
children() {
	cat "/proc/$activator/task/$activator/children"
}
all_have_ended() {
	[ -z "$(children)" ]
}
recorded() {
	[ "$(sqlite3 real/activity.db 'SELECT count(*) FROM transfer')" -ge "$1" ]
}

# after the filter: what failed as the filter has it fail. SQLite as root would
# give the files that it makes to the owner of the database.
refused() {
	awk '/PR_SET_SECCOMP/ { on[FILENAME] = 1; n++; next }
		on[FILENAME] && / = -1 E(PERM|NOSYS)/ && !/^fchown\(/ { print }
		END { if (n < 7) print "only " n " servers had a filter" }' \
		calls.*
}

for program in "$SERVE" "$TOOLS/ed2k-serve"; do
	SERVE=$program
	rm -rf real state calls.*
	mkdir real
	ln -s real state # which SQLite has to find out
	wrap="$given strace -D -ff -qq -o calls"
	serve -d share.db -s state --slots 1 --rate 20M
	get
	get -crypt "$user"
	timeout 60 "$PEER" direct 127.0.0.1 "$port" "$link" got

	# one waits, is stopped meanwhile, and is served
	get -rate 2000000 2>err &
	first=$!
	wait_for 10 shows uploading
	get >said 2>&1 &
	second=$!
	wait_for 10 shows waiting
	kill -STOP $(children)
	sleep 0.2
	kill -CONT $(children)
	wait $first && wait $second || fail "$program: not served: $(cat "$log")"

	# one is killed, and written down by the next; the board is cut; somebody
	# has the statistics locked
	get -rate 2000000 2>err &
	first=$!
	wait_for 10 shows uploading
	sleep 1.5
	kill -9 $(children)
	wait $first || true
	get -rate 4000000 2>err &
	first=$!
	wait_for 10 shows uploading
	truncate -s 0 state/scoreboard
	(
		echo 'BEGIN IMMEDIATE;'
		sleep 3
		echo 'COMMIT;'
	) | sqlite3 real/activity.db &
	holder=$!
	wait $first || fail "$program: not served: $(cat "$log")"
	wait $holder
	wait_for 20 all_have_ended
	[ -z "$(refused)" ] || fail "$program: refused: $(refused)"
	recorded 7 || fail "$program: not recorded: $(cat "$log")"
	echo "$program makes" $(sed -s '1,/PR_SET_SECCOMP/d; s/(.*//; /^[a-z]/!d' \
		calls.* | sort -u)
	kill $activator
done
