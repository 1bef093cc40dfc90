#!/bin/sh
# Files that are shared one by one: a process that a peer has taken over can read
# these, and not what lies beside them, up to a number that is stated.
. "$(dirname "$0")/../lib.sh"
# a search for leaks needs another process
export ASAN_OPTIONS=detect_leaks=0

"$TOOLS/sandbox" under nothing /bin/true || skip "the kernel has no seccomp"
db=$tmp/db/share.db
state=$tmp/state
mkdir "$tmp/db" "$state" "$tmp/dir" "$tmp/dir/sub" "$tmp/tree"
random_file "$tmp/dir/shared" 1000
random_file "$tmp/dir/beside" 1000
random_file "$tmp/dir/sub/deep" 1000
random_file "$tmp/tree/walked" 1000
random_file "$tmp/tree/.hidden" 1000

status=0
echo e3 | unhex | "$SERVE" --sandbox require -d "$db" >/dev/null 2>"$tmp/err" || status=$?
[ "$status" -ne 71 ] || skip "this kernel: $(cat "$tmp/err")"

# may STATUS FILE...: 0: it can be read within the sandbox, 1: it cannot
may() {
	wanted=$1
	shift
	for file; do
		status=0
		"$TOOLS/sandbox" in "$db" "$state" read "$file" 2>"$tmp/err" || status=$?
		[ $status -eq "$wanted" ] ||
			fail "$file, with $n files: $status, not $wanted: $(cat "$tmp/err")"
	done
}
share() {
	"$SHARE" -d "$db" add "$@" >/dev/null
}

n=1
share "$tmp/dir/shared"
may 0 "$tmp/dir/shared"
may 1 "$tmp/dir/beside" "$tmp/dir/sub/deep" "$tmp/tree/walked"

# beside a directory that is walked; that counts as a whole
share -r "$tmp/tree"
may 0 "$tmp/dir/shared" "$tmp/tree/walked" "$tmp/tree/.hidden"
may 1 "$tmp/dir/beside"

# what took the place of a shared file is not what was shared
ln -s "$tmp/dir/beside" "$tmp/dir/link"
mv "$tmp/dir/shared" "$tmp/dir/kept"
mv "$tmp/dir/link" "$tmp/dir/shared"
may 1 "$tmp/dir/shared" "$tmp/dir/beside"
rm "$tmp/dir/shared"
mkdir "$tmp/dir/shared"
random_file "$tmp/dir/shared/file" 1000
may 1 "$tmp/dir/shared/file"
rm -r "$tmp/dir/shared"
mv "$tmp/dir/kept" "$tmp/dir/shared"

# up to 32; beyond that by directory
for n in $(seq 2 32); do
	random_file "$tmp/dir/shared.$n" 1000
	share "$tmp/dir/shared.$n"
done
may 0 "$tmp/dir/shared" "$tmp/dir/shared.32" "$tmp/tree/walked"
may 1 "$tmp/dir/beside"
n=33
share "$tmp/dir/sub/deep"
may 0 "$tmp/dir/shared" "$tmp/dir/shared.32" "$tmp/dir/sub/deep" \
	"$tmp/dir/beside" "$tmp/tree/walked"
may 1 /etc/passwd

# the server serves them, one and all
"$SHARE" -d "$db" remove "$tmp/dir/sub/deep"
serve --sandbox require -d "$db" -s "$state"
for name in shared shared.2 shared.32; do
	link=$("$SHARE" -d "$db" link "$tmp/dir/$name")
	rm -f "$tmp/got"
	"$PEER" get 127.0.0.1 "$port" "$link" "$tmp/got" || fail "$name is not served"
	cmp "$tmp/dir/$name" "$tmp/got" || fail "$name: other bytes"
done
