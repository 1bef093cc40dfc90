#!/bin/sh
# A server that is killed while it sends: the next one records what the kernel had
# taken of it, to within the block of its last call, whatever it sent and however
# many files.
#
# KILLS=1000 kills more often.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3

kills=${KILLS:-30}
db=$tmp/share.db
random_file "$tmp/one" 60000000
random_file "$tmp/two" 20000000
one=$(hash_of "$("$SHARE" -d "$db" add "$tmp/one")")
two=$(hash_of "$("$SHARE" -d "$db" add "$tmp/two")")

# ranges HASH FIRST-BLOCK: a request for three blocks from there
ranges() {
	payload=$1
	for n in 0 1 2 1 2 3; do # where they begin, then where they end
		payload=$payload$(le 4 $((($2 + n) * 184320)))
	done
	echo "552960 $(frame e3 47 "$payload")"
}
begin="0 $hello$(frame e3 58 "$one")$(frame e3 54 "$one")"
{
	echo "$begin"
	for i in $(seq 0 3 320); do
		ranges "$one" "$i"
	done
} >"$tmp/of one file"
{
	echo "$begin"
	for i in $(seq 0 3 100); do
		ranges "$one" "$i"
		ranges "$two" "$i"
	done
} >"$tmp/of two files by turns"
for i in 0 1 2 3 4; do # to direct clients, 10 MiB at a time
	range=$(le 8 $((i * 10485760)))$(le 8 $(((i + 1) * 10485760)))
	echo "10485760 $(frame e3 47 "$one$range")"
done >"$tmp/to a direct client"

for what in 'of one file' 'of two files by turns' 'to a direct client'; do
	mkdir "$tmp/state"
	"$TOOLS/killed" "$kills" "$tmp/state" "$SERVE" -d "$db" -s "$tmp/state" \
		--per-address 1 --per-minute 1000000 <"$tmp/$what" >"$tmp/out" 2>"$tmp/err" ||
		fail "$what: $(cat "$tmp/err")"
	awk -v block=184320 -v what="$what" '
	{
		less = $1 - $2
		if (NR == 1 || less > most) most = less
		if (NR == 1 || less < least) least = less
		sum += $1
		bad += less < 0 || less > block
	}
	END {
		printf "%s: %d kills, %.1f MB a kill, recorded %d to %d bytes less\n",
			what, NR, sum / NR / 1e6, least, most
		exit bad > 0 || sum / NR < 1e6
	}' "$tmp/out" || fail "$what: not what came: $(tr '\n' ';' <"$tmp/out")"
	rm -r "$tmp/state"
done
