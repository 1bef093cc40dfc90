#!/bin/sh
# "add" tells of files that the server's user cannot read, with the command that
# mends it, and the command does. In a mount namespace of its own, where the user
# ed2k-serve is one of this test's.
. "$(dirname "$0")/../lib.sh"
[ "${1:-}" = inside ] || {
	can_mount || skip "no mounts can be made here"
	exec unshare --mount "$0" inside
}
grep -v '^ed2k-serve:' /etc/passwd >"$tmp/passwd"
echo 'ed2k-serve:x:64997:64998::/:/bin/false' >>"$tmp/passwd"
{ grep -v '^ed2k-' /etc/group; echo 'ed2k-readers:x:64999:ed2k-serve'; } >"$tmp/group"
mount --bind "$tmp/passwd" /etc/passwd
mount --bind "$tmp/group" /etc/group

db=$tmp/db/share.db
chmod 755 "$tmp"
cp "$SHARE" "$tmp/ed2k-share"
mkdir -m 2750 "$tmp/db" && chgrp 64998 "$tmp/db"
mkdir "$tmp/dir" "$tmp/dir/sub"
for name in a b sub/c sub/d; do random_file "$tmp/dir/$name" 1000; done

# add [USER]: what it says of $tmp/dir to USER, if not root, whose files these are
add() {
	[ $# -eq 0 ] || set -- setpriv --reuid "$1" --regid "$1" --clear-groups
	expect 0 "$@" "$tmp/ed2k-share" -d "$db" add -r "$tmp/dir" >"$tmp/links"
	[ "$(wc -l <"$tmp/links")" -eq 4 ] || fail "links: $(cat "$tmp/links")"
}
nothing_said() {
	[ ! -s "$tmp/err" ] || fail "$1: $(cat "$tmp/err")"
}
# mend N: run command N that the last warning has
mend() {
	command=$(sed 's/\\"/"/g' "$tmp/err" | grep -oE '"(chmod|setfacl) [^"]*"[^"]*"[^"]*"' |
		sed -n "$1{s/^\"//;s/\"\$//p}")
	[ -n "$command" ] || fail "no command in: $(cat "$tmp/err")"
	echo "$command"
	sh -c "$command"
}

# check [USER]: the four ways to be in the way, and what mends them
check() {
	chgrp -R 0 "$tmp/dir"
	chmod 755 "$tmp/dir" "$tmp/dir/sub"
	chmod 644 "$tmp/dir/a" "$tmp/dir/b" "$tmp/dir/sub/c" "$tmp/dir/sub/d"
	add "$@"
	nothing_said "all may read it"

	chmod 600 "$tmp/dir/a"
	add "$@"
	said "ed2k-serve may not read \"$tmp/dir/a\", so it cannot be served"
	mend 1
	add "$@"
	nothing_said "mended"

	chmod 600 "$tmp/dir/sub/c" "$tmp/dir/sub/d"
	add "$@"
	said "may not read 2 files in \"$tmp/dir/sub\", such as \"$tmp/dir/sub/c\""
	mend 1
	add "$@"
	nothing_said "mended"

	chmod 700 "$tmp/dir"
	add "$@"
	said "may not search \"$tmp/dir\", so \"$tmp/dir/a\" and others cannot"
	mend 1
	add "$@"
	nothing_said "mended"

	# by group, also one of its supplementary ones; by group, but not this
	chmod 710 "$tmp/dir" && chgrp 64998 "$tmp/dir"
	chmod 640 "$tmp/dir/sub/"? && chgrp 64999 "$tmp/dir/sub/"?
	add "$@"
	nothing_said "the group may read it"
	chgrp 65534 "$tmp/dir/sub/c"
	add "$@"
	said "may not read \"$tmp/dir/sub/c\""
	chgrp 64999 "$tmp/dir/sub/c"
	chmod g-r "$tmp/dir/sub/c" && chmod o+r "$tmp/dir/sub/c"
	add "$@"
	said "may not read \"$tmp/dir/sub/c\""
	mend 1
	add "$@"
	nothing_said "mended for the group"

	# it is the owner, and others may more
	chmod 044 "$tmp/dir/b" && chown 64997 "$tmp/dir/b"
	[ $# -gt 0 ] || {
		add
		said "may not read \"$tmp/dir/b\""
		mend 1
		add
		nothing_said "mended for the owner"
	}
	chown "${1:-0}" "$tmp/dir/b"
	chmod 644 "$tmp/dir/b"
}

check
if command -v setfacl >/dev/null && setfacl -m u:64997:r "$tmp/dir/a"; then
	chmod 700 "$tmp/dir"
	add
	mend 2
	add
	nothing_said "the access list lets it search"
	setfacl -m u:64997:- "$tmp/dir/sub/c"
	add
	said "may not read \"$tmp/dir/sub/c\""
	setfacl -bR "$tmp/dir"
else
	echo "no setfacl (package acl): access lists were not tried"
fi

# somebody else who may write the database: guessed by the modes
chown -R 64996 "$tmp/dir" "$tmp/db"
check 64996
chmod 600 "$tmp/dir/a"
if command -v setfacl >/dev/null && setfacl -m u:64997:r "$tmp/dir/a"; then
	add 64996
	nothing_said "an access list, which modes do not tell"
	setfacl -bR "$tmp/dir"
fi
# a database that it cannot read is for another server, and so are the files
chmod 600 "$tmp/dir/a"
chmod 711 "$tmp/dir"
chmod 700 "$tmp/db"
chown -R 0 "$tmp/db"
add
nothing_said "another user's share"
# and without that user nothing is said
chmod 2750 "$tmp/db"
add
said "may not read \"$tmp/dir/a\""
umount /etc/passwd
getent passwd ed2k-serve >/dev/null || {
	add
	nothing_said "no user ed2k-serve"
}
