#!/bin/sh
# ed2k-share stats: what was uploaded, to the byte in every form, also in
# list; pruning, which makes no counter go back; readers who may only read; and
# every mistake.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

ACTIVITY=$TOOLS/activity
dir=$tmp/state
tab=$(printf '\t')
stats() {
	"$SHARE" -s "$dir" stats "$@"
}
# is WHAT COMMAND...: it prints what stands on our standard input, and no word
# on its standard error
is() {
	what=$1
	shift
	cat >"$tmp/wanted"
	"$@" >"$tmp/out" 2>"$tmp/err" || fail "$what: $(cat "$tmp/err")"
	diff "$tmp/wanted" "$tmp/out" >&2 || fail "$what: another output"
	[ ! -s "$tmp/err" ] || fail "$what said: $(cat "$tmp/err")"
}

# nothing yet: said, and no fault; counters begin with zero
expect 0 stats >"$tmp/out"
said 'nothing was uploaded yet: there is no .*state/activity.db"'
[ ! -s "$tmp/out" ] || fail "nothing yet: $(cat "$tmp/out")"
expect 0 stats prune --older 1d
said 'nothing was uploaded yet'
expect 0 stats --openmetrics >"$tmp/zeros"
said 'nothing was uploaded yet'
[ "$(grep -v '^#' "$tmp/zeros")" = 'ed2k_uploads_total 0
ed2k_upload_bytes_total 0
ed2k_upload_seconds_total 0.000
ed2k_uploaded_files 0
ed2k_activity_peers 0' ] || fail "zeros: $(cat "$tmp/zeros")"
[ ! -e "$dir" ] || fail "a reader made the state directory"

a=0123456789abcdef0123456789abcdef
b=ffff456789abcdef0123456789abcdef
user=00112233445566778899aabbccddeeff
"$ACTIVITY" "$dir" <<END
1700000000 192.0.2.7 $user aMule%202.3.3 $a 1000000 1500 hung-up old%20name.iso
1700000500 2001:db8::1 - - $a 500000 500 gone a|b%09"c"\\%E9%1B[31m%0A%C3%A9
1700090000 - - - $b 1 1 stalled small
1700090001 192.0.2.8 $user mallory%0A%22%FF $b 4000000 4000 hung-up small
END

# tabs: total, then a row a file, peer or day; names escaped
is "by file" stats <<END
total${tab}5500001${tab}4${tab}3${tab}2${tab}6001${tab}1700000000${tab}1700090001
file${tab}4000001${tab}2${tab}2${tab}1${tab}4001${tab}1700090000${tab}1700090001${tab}$b${tab}small
file${tab}1500000${tab}2${tab}2${tab}1${tab}2000${tab}1700000000${tab}1700000500${tab}$a${tab}a|b\\t"c"\\\\\\xe9\\x1b[31m\\né
END
is "by peer" stats --by peer <<END
total${tab}5500001${tab}4${tab}3${tab}2${tab}6001${tab}1700000000${tab}1700090001
peer${tab}5000000${tab}2${tab}1${tab}2${tab}5500${tab}1700000000${tab}1700090001${tab}192.0.2.8${tab}$user${tab}mallory\\n"\\xff
peer${tab}500000${tab}1${tab}1${tab}1${tab}500${tab}1700000500${tab}1700000500${tab}2001:db8::1${tab}-${tab}
peer${tab}1${tab}1${tab}1${tab}1${tab}1${tab}1700090000${tab}1700090000${tab}-${tab}-${tab}
END
is "by day" stats --by day <<END
total${tab}5500001${tab}4${tab}3${tab}2${tab}6001${tab}1700000000${tab}1700090001
day${tab}1500000${tab}2${tab}2${tab}1${tab}2000${tab}1700000000${tab}1700000500${tab}2023-11-14
day${tab}4000001${tab}2${tab}2${tab}1${tab}4001${tab}1700090000${tab}1700090001${tab}2023-11-15
END
for since in 2023-11-15 @1700006400 @1700090000; do
	is "since $since" stats --by day --since $since <<END
total${tab}4000001${tab}2${tab}2${tab}1${tab}4001${tab}1700090000${tab}1700090001
day${tab}4000001${tab}2${tab}2${tab}1${tab}4001${tab}1700090000${tab}1700090001${tab}2023-11-15
END
done
is "an age" stats --since 7d <<END
total${tab}0${tab}0${tab}0${tab}0${tab}0${tab}0${tab}0
END

# JSON: one object a line, and a parser finds the same
is "JSON" stats --json <<END
{"by":"total","bytes":5500001,"transfers":4,"peers":3,"files":2,"ms":6001,"first":1700000000,"last":1700090001}
{"by":"file","bytes":4000001,"transfers":2,"peers":2,"files":1,"ms":4001,"first":1700090000,"last":1700090001,"hash":"$b","name":"small"}
{"by":"file","bytes":1500000,"transfers":2,"peers":2,"files":1,"ms":2000,"first":1700000000,"last":1700000500,"hash":"$a","name":"a|b\\u0009\\"c\\"\\\\\\udce9\\u001b[31m\\u000aé"}
END
for by in file peer day; do
	stats --json --by $by | sed '1s/^/[/;$!s/$/,/;$s/$/]/' >"$tmp/json"
	sqlite3 "$tmp/parsed.db" "SELECT json_extract(value, '\$.by'),
		sum(json_extract(value, '\$.bytes')),
		sum(json_extract(value, '\$.transfers')),
		sum(json_extract(value, '\$.ms'))
		FROM json_each(CAST(readfile('$tmp/json') AS TEXT))
		GROUP BY 1 ORDER BY min(key)" >"$tmp/out" ||
		fail "JSON by $by: $(cat "$tmp/json")"
	[ "$(cat "$tmp/out")" = "total|5500001|4|6001
$by|5500001|4|6001" ] || fail "JSON by $by: $(cat "$tmp/out")"
done
[ "$(stats --json --by peer | sed -n '$p')" = \
	'{"by":"peer","bytes":1,"transfers":1,"peers":1,"files":1,"ms":1,"first":1700090000,"last":1700090000,"address":null,"user_hash":null,"client":""}' ] ||
	fail "JSON of a peer: $(stats --json --by peer)"

# a terminal gets a table with bars
in_terminal() {
	script -qec "'$SHARE' -s '$dir' stats --by day" /dev/null </dev/null |
		tr -d '\r' >"$tmp/out"
	cat >"$tmp/wanted" <<-'END'
	4 transfers of 2 files to 3 peers, 5.2 MiB, 2023-11-14 to 2023-11-15

	DAY            SENT                      TRANSFERS  PEERS  FILES
	2023-11-14  1.4 MiB #######                      2      2      1
	2023-11-15  3.8 MiB ####################         2      2      1
	END
	diff "$tmp/wanted" "$tmp/out" >&2 || fail "terminal"
	for by in file peer; do
		script -qec "'$SHARE' -s '$dir' stats --by $by" /dev/null </dev/null |
			tr -d '\r' >"$tmp/out"
		[ "$(grep -c '#' "$tmp/out")" -ge 2 ] ||
			fail "terminal, by $by: $(cat "$tmp/out")"
		! grep -q "$(printf '\033')" "$tmp/out" || fail "a name moved the cursor"
	done
}
if has_terminal; then
	in_terminal
else
	skip_part "what a terminal gets: none can be made here"
fi

# check_metrics FILE: is this OpenMetrics, line by line?
check_metrics() {
	[ "$(tail -n 1 "$1")" = '# EOF' ] || fail "no EOF: $(cat "$1")"
	awk '
	function bad(why) { print FILENAME ":" FNR ": " why ": " $0; failed = 1 }
	ended { bad("behind the end") }
	/^# EOF$/ { ended = 1; next }
	/^# TYPE [a-z][a-z0-9_]* (counter|gauge)$/ {
		if ($3 in type) bad("announced twice")
		family = $3; type[family] = $4; helped = 0; next
	}
	/^# UNIT / {
		if ($3 != family || helped) bad("a unit out of place")
		if (substr(family, length(family) - length($4)) != "_" $4)
			bad("a family without its unit")
		next
	}
	/^# HELP [a-z_0-9]* [A-Z].*\.$/ {
		if ($3 != family) bad("help out of place")
		helped = 1; next
	}
	/^#/ { bad("no such comment") }
	{
		name = $0; sub(/[{ ].*/, "", name)
		if (name != family (type[family] == "counter" ? "_total" : ""))
			bad("a sample of no family, or of another")
		rest = substr($0, length(name) + 1)
		if (rest !~ /^({[a-z]+="([^"\\\n]|\\\\|\\"|\\n)*"(,[a-z]+="([^"\\\n]|\\\\|\\"|\\n)*")*})? [0-9]+(\.[0-9]+)?$/)
			bad("a sample that cannot be read")
		series = $0; sub(/ [0-9.]*$/, "", series)
		if (series in seen) bad("a sample twice")
		seen[series] = 1
		if (!helped) bad("no help")
	}
	END { exit failed }' "$1" >&2 || fail "no OpenMetrics"
	[ "$(iconv -f UTF-8 -t UTF-8 "$1" | cksum)" = "$(cksum <"$1")" ] ||
		fail "not UTF-8"
}
check_metrics "$tmp/zeros"
stats --openmetrics >"$tmp/metrics"
check_metrics "$tmp/metrics"
cat >"$tmp/wanted" <<END
ed2k_uploads_total 4
ed2k_upload_bytes_total 5500001
ed2k_upload_seconds_total 6.001
ed2k_uploaded_files 2
ed2k_activity_peers 3
ed2k_upload_ends_total{outcome="gone"} 1
ed2k_upload_ends_total{outcome="hung-up"} 2
ed2k_upload_ends_total{outcome="stalled"} 1
ed2k_file_uploads_total{hash="$a",name="a|b\\\\t\\"c\\"\\\\\\\\\\\\xe9\\\\x1b[31m\\\\né"} 2
ed2k_file_uploads_total{hash="$b",name="small"} 2
ed2k_file_upload_bytes_total{hash="$a",name="a|b\\\\t\\"c\\"\\\\\\\\\\\\xe9\\\\x1b[31m\\\\né"} 1500000
ed2k_file_upload_bytes_total{hash="$b",name="small"} 4000001
END
grep -v '^#' "$tmp/metrics" | diff "$tmp/wanted" - >&2 || fail "metrics"
# the check can fail
sed 's/4000001$/four/' "$tmp/metrics" >"$tmp/wrong"
(check_metrics "$tmp/wrong") >"$tmp/out" 2>&1 && fail "the check does not check"

# prune: old rows go, counters stay, nothing of the peers is left in the files
now=$(date +%s)
echo "$now 192.0.2.9 - fresh $a 7 7 hung-up newest" | "$ACTIVITY" "$dir"
stats --openmetrics >"$tmp/before"
grep -aq mallory "$dir"/activity.db* || fail "nothing to forget"
expect 0 stats prune --older 90d >"$tmp/out"
[ "$(cat "$tmp/out")" = '4 transfers removed' ] || fail "prune: $(cat "$tmp/out")"
! grep -aq mallory "$dir"/activity.db* || fail "prune: the name is still there"
grep -aq fresh "$dir"/activity.db* || fail "prune: the new one is gone too"
stats --openmetrics | sed 's/^ed2k_activity_peers 1$/ed2k_activity_peers 4/' |
	diff "$tmp/before" - >&2 || fail "prune: counters changed"
is "after prune" stats <<END
total${tab}7${tab}1${tab}1${tab}1${tab}7${tab}$now${tab}$now
file${tab}7${tab}1${tab}1${tab}1${tab}7${tab}$now${tab}$now${tab}$a${tab}newest
END
expect 0 stats prune --older 90d >"$tmp/out"
[ "$(cat "$tmp/out")" = '0 transfers removed' ] || fail "twice: $(cat "$tmp/out")"

# list: what was ever sent of each file, also what was pruned since
db=$tmp/share.db
random_file "$tmp/one" 1000
random_file "$tmp/two" 2000
cp "$tmp/one" "$tmp/one again"
one=$(hash_of "$("$SHARE" -d "$db" add "$tmp/one")")
two=$(hash_of "$("$SHARE" -d "$db" add "$tmp/two")")
"$SHARE" -d "$db" add "$tmp/one again" >/dev/null
list() {
	"$SHARE" -d "$db" -s "$listed" list "$@"
}
# lists NAME-OF-STATE-DIRECTORY SENT-OF-ONE SENT-OF-TWO
lists() {
	listed=$tmp/$1
	is "list of $1" list <<END
$one${tab}1000${tab}ok${tab}$tmp/one${tab}$2
$one${tab}1000${tab}ok${tab}$tmp/one again${tab}$2
$two${tab}2000${tab}ok${tab}$tmp/two${tab}$3
END
	[ "$(list --json two | grep -o '"state":"ok","sent":[0-9]*,"name"')" = \
		"\"state\":\"ok\",\"sent\":$3,\"name\"" ] ||
		fail "list --json of $1: $(list --json two)"
}
lists nowhere 0 0
lists state 0 0
"$ACTIVITY" "$tmp/sent" <<END
1700000000 192.0.2.7 - - $one 400 1 hung-up x
1700000000 192.0.2.7 - - $one 50 1 gone x
1700000000 192.0.2.7 - - $b 9 1 gone not%20shared
$now 192.0.2.8 - - $one 5000000000 1 hung-up x
END
lists sent 5000000450 0
expect 0 "$SHARE" -s "$tmp/sent" stats prune --older 1d >"$tmp/out"
[ "$(cat "$tmp/out")" = '3 transfers removed' ] || fail "prune: $(cat "$tmp/out")"
lists sent 5000000450 0
echo "$now 192.0.2.8 - - $two 7 1 hung-up x" | "$ACTIVITY" "$tmp/sent"
lists sent 5000000450 7
[ "$(ED2K_STATE_DIR=$tmp/sent "$SHARE" -d "$db" list two | cut -f 5)" = 7 ] ||
	fail "list and ED2K_STATE_DIR"
if has_terminal; then
	COLUMNS=100 script -qec "'$SHARE' -d '$db' -s '$tmp/sent' list 'one'" /dev/null \
		</dev/null | tr -d '\r' >"$tmp/out"
	cat >"$tmp/wanted" <<-END
	$(printf '%8s %-10s %8s %s' SIZE STATE SENT PATH)
	$(printf '%8s %-10s %8s %s' '1000 B' ok '4.7 GiB' "$tmp/one")
	END
	diff "$tmp/wanted" "$tmp/out" >&2 || fail "terminal: list"
fi

# one that cannot be read: said once, and the rest is listed all the same
mkdir "$tmp/no database"
head -c 5000 /dev/zero | tr '\0' x >"$tmp/no database/activity.db"
listed="$tmp/no database"
expect 0 list >"$tmp/out"
said 'is no activity database; move it away'
[ "$(cut -f 4- "$tmp/out")" = "$tmp/one$tab-
$tmp/one again$tab-
$tmp/two$tab-" ] || fail "not known: $(cat "$tmp/out")"
expect 0 list --json two >"$tmp/out"
said 'is no activity database'
grep -q '"sent":null,' "$tmp/out" || fail "not known: $(cat "$tmp/out")"

# the state directory by its variable
[ "$(ED2K_STATE_DIR=$dir "$SHARE" stats)" = "$(stats)" ] || fail "ED2K_STATE_DIR"

# anonymous: networks alone
printf '%s\n' "1700000000 192.0.2.77 $user aMule $a 5 5 hung-up x" \
	"1700000000 2001:db8:1:2::3 $user aMule $a 4 5 hung-up x" |
	"$ACTIVITY" -a "$tmp/anonymous"
"$SHARE" -s "$tmp/anonymous" stats --by peer | cut -f 1,2,9- >"$tmp/out"
[ "$(cat "$tmp/out")" = "total${tab}9
peer${tab}5${tab}192.0.2.0${tab}-${tab}
peer${tab}4${tab}2001:db8:1::${tab}-${tab}" ] || fail "anonymous: $(cat "$tmp/out")"

# readers and a prune while servers write: nobody fails, nothing is lost
many=$tmp/many
i=0
while [ $i -lt 9000 ]; do
	echo "$((1600000000 + i)) 192.0.2.1 - - $a 1 1 hung-up x"
	i=$((i + 1))
done | "$ACTIVITY" "$many"
jobs=
for i in 1 2 3; do
	(for k in $(seq 30); do
		echo "$now 192.0.2.$i - - $b 1 1 hung-up x" |
			"$ACTIVITY" "$many" || exit 1
	done) 2>"$tmp/err.$i" &
	jobs="$jobs $!"
done
"$SHARE" -s "$many" stats prune --older 1d >"$tmp/pruned" 2>"$tmp/err.4" &
jobs="$jobs $!"
for k in $(seq 20); do
	expect 0 "$SHARE" -s "$many" stats --openmetrics >"$tmp/out"
	n=$(sed -n 's/^ed2k_uploads_total //p' "$tmp/out")
	[ "$n" -ge "${last:-9000}" ] || fail "a counter went from $last to $n"
	last=$n
done
for job in $jobs; do
	wait "$job" || fail "at once: $(cat "$tmp"/err.*)"
done
[ ! -s "$tmp/err.1" ] || fail "at once: $(cat "$tmp/err.1")"
[ "$(cat "$tmp/pruned")" = '9000 transfers removed' ] || fail "at once: prune"
[ "$("$SHARE" -s "$many" stats | sed -n "s/^total${tab}\([0-9]*\).*/\1/p")" -eq 90 ] ||
	fail "at once: something was lost"
[ "$(sqlite3 "$many/activity.db" 'PRAGMA integrity_check')" = ok ] || fail integrity

# who holds the lock for too long is named, and nothing is half written
mkfifo "$tmp/hold"
sqlite3 "$many/activity.db" <"$tmp/hold" >/dev/null &
track $!
exec 9>"$tmp/hold"
echo 'BEGIN IMMEDIATE; INSERT INTO pruned_outcome VALUES (1, 1);' >&9
one="$now - - - $a 1 1 hung-up x"
is_locked() {
	! timeout 0.3 sqlite3 "$many/activity.db" 'BEGIN IMMEDIATE' 2>/dev/null
}
wait_for 5 is_locked
echo "$one" >"$tmp/one"
began=$(date +%s)
expect 1 "$ACTIVITY" "$many" <"$tmp/one"
said 'activity.db" is locked by another program; find that with fuser'
took=$(($(date +%s) - began))
[ $took -ge 4 ] && [ $took -le 12 ] || fail "it waited $took seconds"
expect 0 "$SHARE" -s "$many" stats >"$tmp/out" # readers never wait
exec 9>&-

# mistakes
expect 64 stats --by week
said 'week" is neither file nor peer nor day'
for since in yesterday 2023-02-29 2023-11 -1 7w @-1; do
	expect 64 stats --since "$since"
	said 'is neither a day like 2026-11-22, nor an age like 7d'
done
expect 64 stats --json --openmetrics
said '--openmetrics takes no other option'
expect 64 stats file
said 'stats takes options only'
expect 64 stats prune
said 'prune takes --older and an age'
expect 64 stats prune --older 9w
said '--older: "9w" is no number'
expect 0 "$SHARE" stats --help >"$tmp/out"
grep -q '^usage: ed2k-share \[-s DIR\] stats' "$tmp/out" || fail "stats --help"

# a foreign file, and one of a newer version
mkdir "$tmp/foreign" "$tmp/newer" "$tmp/text"
sqlite3 "$tmp/foreign/activity.db" 'CREATE TABLE t (x)'
expect 78 "$SHARE" -s "$tmp/foreign" stats
said 'is no activity database; move it away, or name another state dir'
sqlite3 "$tmp/newer/activity.db" \
	'PRAGMA application_id = 0x65643261; PRAGMA user_version = 9'
expect 78 "$SHARE" -s "$tmp/newer" stats
said 'has version 9, this program speaks version 2; install the newer'
head -c 5000 /dev/zero | tr '\0' x >"$tmp/text/activity.db"
cp "$tmp/text/activity.db" "$tmp/text/scoreboard"
expect 78 "$SHARE" -s "$tmp/text" stats prune --older 1d
said 'is no activity database'
for watch in '' -w; do
	expect 78 timeout 10 "$SHARE" -s "$tmp/text" status $watch
	said 'the scoreboard in .*text" is damaged or of another version; install'
done
expect 74 "$SHARE" -s "$tmp/text/scoreboard" status
said 'cannot read the scoreboard in .*: Not a directory; .* with -s'
expect 0 "$SHARE" -s "$tmp/foreign" status
said 'nobody is connected, or the server keeps its state elsewhere'
expect 78 "$SHARE" -d "$dir/activity.db" list
said 'is no share database; name another with -d'

# a full disk: one line, what was there stays, and space mends it
full_disk() {
	expect 0 "$ACTIVITY" "$tmp/full" <"$tmp/one"
	head -c 1000000 /dev/zero >"$tmp/full/ballast" 2>/dev/null || true
	expect 1 "$ACTIVITY" "$tmp/full" <"$tmp/one"
	said 'no room for .*full/activity.db": free some space on its disk'
	expect 0 "$SHARE" -s "$tmp/full" stats >"$tmp/out"
	grep -q "^total${tab}1${tab}1${tab}" "$tmp/out" || fail "full: $(cat "$tmp/out")"
	rm "$tmp/full/ballast"
	expect 0 "$ACTIVITY" "$tmp/full" <"$tmp/one"
	rm "$tmp/full"/activity.db*
	head -c 1000000 /dev/zero >"$tmp/full/ballast" 2>/dev/null || true
	expect 1 "$ACTIVITY" "$tmp/full" <"$tmp/one"
	said 'no room for .*full/activity.db'
	[ "$(ls "$tmp/full")" = ballast ] || fail "full: $(ls "$tmp/full")"
}
mkdir "$tmp/full"
if small_disk 400k "$tmp/full"; then
	full_disk
else
	skip_part "a full disk: none can be mounted here"
fi

can_be_nobody || skip "foreign users: only root can be one; all else was tested"

# somebody else: reads with read permission alone, and never writes
chmod 755 "$tmp"
cp "$SHARE" "$ACTIVITY" "$tmp/"
as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
expect 77 as_nobody "$tmp/ed2k-share" -s "$dir" stats
said 'cannot read .*activity.db": Permission denied; .*"chmod 750"'
expect 0 as_nobody "$tmp/ed2k-share" -d "$db" -s "$dir" list two >"$tmp/out"
said 'cannot read .*activity.db": Permission denied; .*"chmod 750"'
[ "$(cut -f 5 "$tmp/out")" = - ] || fail "list, not known: $(cat "$tmp/out")"
for watch in '' -w; do
	expect 77 as_nobody timeout 10 "$tmp/ed2k-share" -s "$dir" status $watch
	said 'cannot read the scoreboard in .*: Permission denied; run this as root'
done
chown :65534 "$dir"
expect 0 as_nobody "$tmp/ed2k-share" -s "$dir" stats >"$tmp/out"
stats | diff - "$tmp/out" >&2 || fail "another user reads something else"
expect 77 as_nobody "$tmp/ed2k-share" -s "$dir" stats prune --older 1d
said 'cannot write .*activity.db": Permission denied; .*chown'
expect 1 as_nobody "$tmp/activity" "$dir" <"$tmp/one"
said 'cannot write .*activity.db": Permission denied; .*chown'
expect 1 as_nobody "$tmp/activity" "$tmp/state of root" <"$tmp/one"
said 'cannot create .*activity.db": No such file or directory; give the state'
# without the side files only the owner gets in, and that mends it
rm "$dir/activity.db-wal" "$dir/activity.db-shm"
expect 77 as_nobody "$tmp/ed2k-share" -s "$dir" stats
said 'cannot use .* or its -wal and -shm files; .*"ed2k-share stats" once'
expect 0 stats >"$tmp/out"
expect 0 as_nobody "$tmp/ed2k-share" -s "$dir" stats >"$tmp/out"
# root prunes what belongs to the server, and leaves it the server's
mkdir -m 750 "$tmp/theirs"
chown 65534:65534 "$tmp/theirs"
expect 0 as_nobody "$tmp/activity" "$tmp/theirs" <"$tmp/one"
rm "$tmp/theirs/activity.db-wal" "$tmp/theirs/activity.db-shm"
expect 0 "$SHARE" -s "$tmp/theirs" stats prune --older 1d >"$tmp/out"
expect 0 as_nobody "$tmp/activity" "$tmp/theirs" <"$tmp/one"
