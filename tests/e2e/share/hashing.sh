#!/bin/sh
# Hashing many files at once, of sizes around the borders of blocks and parts, finds
# what rhash finds; also while one of them changes, and again in verify.
. "$(dirname "$0")/../lib.sh"
need_command rhash rhash

db=$tmp/share.db
mkdir "$tmp/share"
random_file "$tmp/bytes" 20000000
for border in 64 36864 184320 9728000 19456000; do
	for more in -9 -1 0 1 64; do
		size=$((border + more))
		head -c $size "$tmp/bytes" >"$tmp/share/$size"
	done
done
# as many small ones
for i in $(seq 500); do
	tail -c +$i "$tmp/bytes" | head -c $((i * i % 70000 + 1)) >"$tmp/share/small $i"
done

# ours ROOT, theirs ROOT: hash, AICH root and path of each file, sorted
ours() {
	"$SHARE" -d "$db" list --json |
		sed 's/^{"hash":"\([0-9a-f]*\)".*"aich":"\([A-Z2-7]*\)".*"path":"\([^"]*\)".*$/\1 \2 \3/' |
		sort
}
theirs() {
	rhash -r --printf '%{ed2k} %{aich} %p\n' "$1" |
		awk '{ $2 = toupper($2); print }' | sort
}
theirs "$tmp/share" >"$tmp/theirs"
equal 'files that rhash hashed' "$(wc -l <"$tmp/theirs")" 525

for jobs in 1 2 5; do
	rm -f "$db"*
	"$SHARE" -d "$db" add -r --jobs $jobs "$tmp/share" >/dev/null
	ours >"$tmp/ours"
	diff "$tmp/theirs" "$tmp/ours" || fail "with --jobs $jobs"
done
"$SHARE" -d "$db" verify >"$tmp/out" || fail "verify: $(cat "$tmp/out")"

# one grows all the time, as a download does: the others are right
(
	while :; do
		echo more
	done
) >>"$tmp/share/small 1" &
grows=$!
track $grows
rm -f "$db"*
status=0
"$SHARE" -d "$db" add -r "$tmp/share" >/dev/null 2>"$tmp/err" || status=$?
kill $grows
equal 'exit code' $status 75
grep -q 'small 1' "$tmp/err" || fail "$(cat "$tmp/err")"
ours >"$tmp/ours"
grep -v '/small 1$' "$tmp/theirs" | diff - "$tmp/ours" || fail "beside a file that grows"
