#!/bin/sh
# The Debian package: built, looked at by lintian, and in the container of lib.sh
# installed, used, upgraded, removed and purged by inside-deb.sh.
cd "$(dirname "$0")/../.." || exit 1
. tests/e2e/lib.sh
. tests/systemd/lib.sh
need_command dpkg-buildpackage dpkg-dev
need_command dh debhelper
need_command lintian lintian
[ "$release" = "$host" ] || skip "packages are built for this host's release only"

package=$(DEB_BUILD_OPTIONS=nocheck inetd/deb) || fail "make deb"
cp "$package" "$tmp/old.deb"
lintian --allow-root --fail-on error,warning "$(dirname "$package")"/*.changes ||
	fail "lintian"

# the same again as a later version, for the upgrade
mkdir "$tmp/tree"
dpkg-deb -R "$package" "$tmp/tree"
sed -i 's/^Version: .*/&+later/' "$tmp/tree/DEBIAN/control"
for changed in "$tmp/tree/etc/default/ed2k-serve" \
	"$tmp"/tree/*/systemd/system/ed2k-serve.socket \
	"$tmp"/tree/usr/*/systemd/system/ed2k-serve.socket; do
	[ ! -e "$changed" ] || echo '# later' >>"$changed"
done
dpkg-deb --root-owner-group -b "$tmp/tree" "$tmp/new.deb" >/dev/null

built=/build
boot inside-deb.sh
