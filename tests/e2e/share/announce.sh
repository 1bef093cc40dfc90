#!/bin/sh
# ed2k-share announce: files, and whole directories, are kept out of announcing,
# and stay so when they are changed, renamed and joined by others.
. "$(dirname "$0")/../lib.sh"

db=$tmp/share.db
mkdir "$tmp/dir" "$tmp/dir/sub" "$tmp/other"
random_file "$tmp/dir/one" 1000
random_file "$tmp/dir/sub/two" 2000
random_file "$tmp/other/three" 3000
random_file "$tmp/other/four" 4000
"$SHARE" -d "$db" add -r "$tmp/dir" "$tmp/other" >/dev/null

# kept: the names of what is kept out
kept() {
	"$SHARE" -d "$db" list --json |
		sed -n 's/.*"path":"[^"]*\/\([^"]*\)","announce":"no".*/\1/p' |
		sort | tr '\n' ' '
}
# is NAMES...: nothing but these is kept out
is() {
	[ "$(kept)" = "$(printf '%s ' "$@")" ] || fail "not $*: $(kept)"
}
[ -z "$(kept)" ] || fail "at first: $(kept)"

# a path, a hash; and back
expect 0 "$SHARE" -d "$db" announce "$tmp/other/three" no
is three
link=$("$SHARE" -d "$db" link "$tmp/other/four")
expect 0 "$SHARE" -d "$db" announce "$link" no
is four three
expect 0 "$SHARE" -d "$db" announce "$link" yes
is three

# another copy of the same content is not announced either
cp "$tmp/other/three" "$tmp/dir/copy"
"$SHARE" -d "$db" add "$tmp/dir/copy" >/dev/null
is copy three
expect 0 "$SHARE" -d "$db" announce "$tmp/dir/copy" yes
said 'dir/copy" is still not announced: the directory .*or another copy'
"$SHARE" -d "$db" remove "$tmp/dir/copy"

# it is changed, renamed, and both at once
random_file "$tmp/other/three" 3500
"$SHARE" -d "$db" refresh >/dev/null
is three
mv "$tmp/other/three" "$tmp/other/tres"
"$SHARE" -d "$db" refresh >/dev/null
is tres
mv "$tmp/other/tres" "$tmp/other/trois"
touch -d 2001-01-01 "$tmp/other/trois"
"$SHARE" -d "$db" refresh >/dev/null
is trois

# a directory stands for what comes later, and for directories shared in it
expect 0 "$SHARE" -d "$db" announce "$tmp/dir" no
is one trois two
random_file "$tmp/dir/new" 5000
"$SHARE" -d "$db" refresh >/dev/null
"$SHARE" -d "$db" add -r "$tmp/dir/sub" >/dev/null
random_file "$tmp/dir/sub/newer" 6000
"$SHARE" -d "$db" refresh >/dev/null
is new newer one trois two
expect 0 "$SHARE" -d "$db" announce "$tmp/dir/one" yes
said 'one" is still not announced'
expect 0 "$SHARE" -d "$db" announce "$tmp/dir" yes
is trois

# mistakes
mkdir "$tmp/strange"
expect 66 "$SHARE" -d "$db" announce "$tmp/strange" no
said 'strange" is not shared as a whole; name'
expect 66 "$SHARE" -d "$db" announce "$tmp/nothing" no
said 'nothing" is not shared'
expect 64 "$SHARE" -d "$db" announce "$tmp/dir" perhaps
said '"perhaps" is neither yes nor no'
expect 64 "$SHARE" -d "$db" announce no
is trois
