#!/bin/sh
# What ed2k-share never shares: the state directory of the server, the share
# database, and file systems that the kernel makes up. add refuses them, refresh
# leaves them out of directories that were shared before, check warns.
. "$(dirname "$0")/../lib.sh"

tmp=$(realpath "$tmp")
root=$tmp/root
db=$tmp/share.db
mkdir -p "$root/state/sub" "$root/files" "$tmp/elsewhere"
random_file "$root/files/a" 1000
random_file "$root/state/activity.db" 1001
random_file "$root/state/sub/b" 1002
random_file "$tmp/file" 1003

# ed2k STATE ARGUMENT...: with this state directory
ed2k() {
	state=$1
	shift
	"$SHARE" -d "$db" -s "$state" "$@"
}
# shared: the paths below $root, one a line
shared() {
	"$SHARE" -d "$db" list | cut -f 4 | sed "s|^$root/||" | tr '\n' ' '
}

# the state directory, what is in it, and what holds it
expect 0 ed2k "$root/state" add "$tmp/file" >/dev/null
for path in state state/sub; do
	expect 64 ed2k "$root/state" add -r "$root/$path"
	said "$path\" is not shared: it belongs to the state directory of ed2k-serve, "
done
expect 64 ed2k "$root/state" add "$root/state/activity.db"
said 'is not shared: it belongs to the state directory of ed2k-serve, '
expect 64 ed2k "$root/state" add -r "$root"
said "^ed2k-share: \"$root\" is not shared: the state directory .*\"--exclude state\"\$"
ln -s "$root" "$tmp/link"
expect 64 ed2k "$tmp/link/state" add -r "$tmp/link"
expect 64 env ED2K_STATE_DIR="$root/state" "$SHARE" -d "$db" add -r "$tmp"
said '"--exclude root/state"'
equal 'what is shared' "$(shared)" "$tmp/file "
# no root was made of it
expect 0 ed2k "$tmp/elsewhere" refresh >"$tmp/out"
[ ! -s "$tmp/out" ] || fail "a root: $(cat "$tmp/out")"
# what the message proposes
expect 0 ed2k "$root/state" add -r --exclude state "$root" >/dev/null
equal 'without it' "$(shared)" "$tmp/file files/a "
expect 69 ed2k "$root/state" check -p 1 >"$tmp/out"
! grep 'lies in' "$tmp/out" || fail "left out, and told nevertheless"
"$SHARE" -d "$db" remove -r "$root"

# the database: itself, and a directory that holds it
expect 64 ed2k "$tmp/elsewhere" add "$db"
said 'is not shared: it belongs to the share database, '
expect 64 ed2k "$tmp/none" add -r "$tmp"
said 'the share database, .* lies in it; .*"--exclude share.db"'
# a hidden one does not count
mkdir "$tmp/home" "$tmp/home/.local"
random_file "$tmp/home/c" 1004
expect 0 "$SHARE" -d "$tmp/home/.local/share.db" -s "$tmp/elsewhere" \
	add -r "$tmp/home" >"$tmp/out"
[ "$(wc -l <"$tmp/out")" -eq 1 ] || fail "home: $(cat "$tmp/out")"
expect 64 "$SHARE" -d "$tmp/home/.local/share.db" -s "$tmp/elsewhere" \
	add -r --all "$tmp/home"

# shared before, as when the server got another state directory
expect 0 ed2k "$tmp/elsewhere" add -r "$root" >/dev/null
all="$tmp/file files/a state/activity.db state/sub/b "
equal 'all of it' "$(shared)" "$all"
random_file "$root/files/new" 1005
random_file "$root/state/new" 1006
echo x >>"$root/state/activity.db"
expect 0 ed2k "$root/state" refresh >"$tmp/out"
grep -q "ed2k-share: the state directory .*/root/state\", lies in .*/root\", and is left out; .*--exclude state" \
	"$tmp/err" || fail "refresh warned of no root: $(cat "$tmp/err")"
grep -q 'activity.db" is not shared as it is now; "ed2k-share remove" forgets it' \
	"$tmp/err" || fail "refresh warned of no file: $(cat "$tmp/err")"
[ "$(wc -l <"$tmp/err")" -eq 2 ] || fail "more: $(cat "$tmp/err")"
equal 'refreshed' "$(cat "$tmp/out")" "new	$root/files/new"
equal 'nothing is lost' "$(shared)" \
	"$tmp/file files/a files/new state/activity.db state/sub/b "
expect 0 ed2k "$root/state" refresh "$root/state/sub" >"$tmp/out"
said 'state/sub" belongs to the state directory .*left out'
expect 69 ed2k "$root/state" check -p 1 >"$tmp/out"
grep -q '^warning	files	the state directory of ed2k-serve, .* lies in the shared directory .*/root", and' \
	"$tmp/out" || fail "check warned of no root: $(cat "$tmp/out")"
grep -q '^warning	files	.*activity.db" is shared, but belongs to the state ' \
	"$tmp/out" || fail "check warned of no file: $(cat "$tmp/out")"
# what the messages propose
"$SHARE" -d "$db" remove -r "$root/state"
for verb in refresh 'check -p 1'; do
	ed2k "$root/state" $verb >"$tmp/out" 2>&1 || [ $? -eq 69 ]
	! grep 'state directory of' "$tmp/out" || fail "removed, and told by $verb"
done
equal 'removed' "$(shared)" "$tmp/file files/a files/new "

# a root within it
expect 0 ed2k "$tmp/elsewhere" add -r "$root/state/sub" >/dev/null
expect 69 ed2k "$root/state" check -p 1 >"$tmp/out"
grep -q '^warning	files	.*/state/sub" is shared, but belongs to .* remove -r ' \
	"$tmp/out" || fail "check: $(cat "$tmp/out")"
"$SHARE" -d "$db" remove -r "$root/state/sub"

# what the kernel makes up
for path in /proc /proc/sys/kernel; do
	expect 66 ed2k "$tmp/elsewhere" add -r "$path"
	said "\"$path\" is not shared: it is in a file system that the kernel"
done
expect 66 ed2k "$tmp/elsewhere" add /proc/self/maps
said 'is in a file system that the kernel makes up'
if can_mount; then
	mkdir "$root/files/proc"
	unshare -m sh -ec 'mount -t proc none "$1"; shift; "$@"' sh \
		"$root/files/proc" "$SHARE" -d "$db" -s "$tmp/elsewhere" \
		add -r "$root/files" >"$tmp/out" 2>"$tmp/err"
	[ "$(wc -l <"$tmp/out")" -eq 2 ] || fail "proc: $(cat "$tmp/out")"
	said 'files/proc" is in a file system that the kernel makes up; left out'
	unshare -m sh -ec 'mount -t proc none "$1"; shift; "$@"' sh \
		"$root/files/proc" "$SHARE" -d "$db" -s "$tmp/elsewhere" \
		refresh >"$tmp/out" 2>"$tmp/err"
	[ ! -s "$tmp/out" ] || fail "proc, refreshed: $(cat "$tmp/out")"
	said 'files/proc" is in a file system that the kernel makes up; left out'
else
	skip_part "procfs in a shared directory: nothing can be mounted here"
fi
