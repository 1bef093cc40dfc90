#!/bin/sh
# The units on a real systemd as PID 1: installed by "make install" in the
# container of lib.sh, where inside.sh checks them, and inside_reboot.sh after a
# reboot. RELEASE: of Debian, this host's if not given; another is built for inside.
cd "$(dirname "$0")/../.." || exit 1
. tests/e2e/lib.sh
. tests/systemd/lib.sh

if [ "$release" = "$host" ]; then
	make -s B="$B" install DESTDIR="$tmp/root" PREFIX=/usr
	built=/build
else
	built=/out/build
	nspawn make -s -C /src B=$built install DESTDIR=/out/root PREFIX=/usr \
		$built/tests/e2e/peer/peer $built/tests/e2e/tools/liar \
		$built/tests/systemd/dial $built/tests/systemd/answer \
		>"$tmp/log" 2>&1 || {
		tail -20 "$tmp/log"
		fail "it does not build on $release"
	}
fi

# the first boot is up for longer than the second one will ever be
uptime=1000000
boot inside.sh
uptime=0
boot inside_reboot.sh
