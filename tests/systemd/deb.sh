#!/bin/sh
# The Debian package: built, looked at by lintian, and in the container of lib.sh
# installed, used, upgraded, removed and purged by inside_deb.sh. RELEASE: of
# Debian, this host's if not given; for another it is built inside.
cd "$(dirname "$0")/../.." || exit 1
. tests/e2e/lib.sh
. tests/systemd/lib.sh
need_command dpkg-deb dpkg

if [ "$release" = "$host" ]; then
	need_command dh debhelper
	need_command lintian lintian
	package=$(DEB_BUILD_OPTIONS=nocheck inetd/deb) || fail "make deb"
	lintian --allow-root --fail-on error,warning \
		"$(dirname "$package")"/*.changes || fail "lintian"
else
	nspawn --chdir=/src --setenv=B=/out/build \
		--setenv=DEB_BUILD_PROFILES=nocheck \
		--setenv=DEB_BUILD_OPTIONS=nocheck inetd/deb >"$tmp/log" 2>&1 || {
		tail -20 "$tmp/log"
		fail "it does not build on $release"
	}
	package=$(echo "$tmp"/build/deb/ed2k-serve_*.deb)
fi
cp "$package" "$tmp/old.deb"

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
boot inside_deb.sh
