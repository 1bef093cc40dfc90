#!/bin/sh
# The units on a real systemd as PID 1: a Debian container is made once, booted
# with all that it changes kept in memory, and inside.sh checks them there.
# RELEASE: of Debian, this host's if not given; another is built for inside.
# CACHE: where containers are kept.
cd "$(dirname "$0")/../.." || exit 1
. tests/e2e/lib.sh
unset MAKEFLAGS MFLAGS

host=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
release=${RELEASE:-$host}
cache=${CACHE:-$B/container}
base=$cache/$release

[ "$(id -u)" -eq 0 ] || skip "only root can boot a container"
need_command systemd-nspawn systemd-container
need_command debootstrap debootstrap

# The mirror that this host uses.
mirror() {
	awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources \
		2>/dev/null | grep . ||
		awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) {
			print $i; exit } }' /etc/apt/sources.list
}

# What the container has: to run, or, of another release, to build.
packages() {
	printf 'systemd,systemd-sysv,dbus,'
	case $release in
	"$host") printf 'libsqlite3-0,' ;;
	*) printf 'make,gcc,libc6-dev,libsqlite3-dev,libssl-dev,' ;;
	esac
	case $release in
	bookworm) echo libssl3 ;;
	*) echo libssl3t64,openssl-provider-legacy ;;
	esac
}

# contained SECONDS COMMAND...: it cannot outlive us, nor leave mounts behind: its
# process namespace ends with its first process. In the background, so that a
# signal to us is not held up by it.
contained() {
	seconds=$1
	shift
	timeout -k 10 "$seconds" \
		unshare --mount --pid --fork --kill-child --mount-proc "$@" \
		</dev/null &
	track $!
	status=0
	wait $! || status=$?
	pids=
	return $status
}

# nspawn OPTION...: run something in the container. What nspawn keeps in /run is
# its own. This host's systemd, if any, is not asked for a unit: it would not
# know the process by the number that it has in there. Newer systemds run on the
# unified hierarchy alone.
nspawn() {
	contained 300 env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 \
		sh -c 'mkdir -p /run/systemd/nspawn &&
			mount -t tmpfs nspawn /run/systemd/nspawn && exec "$@"' sh \
		systemd-nspawn -q -D "$base" --volatile=overlay --private-network \
		--register=no --keep-unit --bind-ro="$PWD:/src" \
		--bind-ro="$B:/build" --bind="$tmp:/out" "$@"
}

# Nobody else removes the container's cgroups, which are in ours.
remove_cgroups() {
	while IFS=: read -r _ controllers path; do
		for top in "/sys/fs/cgroup$path" "/sys/fs/cgroup/unified$path" \
			"/sys/fs/cgroup/${controllers#name=}$path"; do
			find "$top/payload" "$top/supervisor" -depth -type d \
				-exec rmdir {} + 2>/dev/null
		done
	done </proc/self/cgroup
}
at_exit remove_cgroups

if [ ! -d "$base" ]; then
	echo "making a container of $release in $base"
	mkdir -p "$cache"
	rm -rf "$base.new"
	at_exit "rm -rf '$base.new'"
	contained 400 debootstrap --variant=minbase --include="$(packages)" \
		"$release" "$base.new" "$(mirror)" >"$tmp/log" 2>&1 || {
		tail -5 "$tmp/log"
		skip "debootstrap cannot make a container of $release"
	}
	mv "$base.new" "$base"
fi
nspawn /bin/true >"$tmp/log" 2>&1 || {
	tail -5 "$tmp/log"
	skip "systemd-nspawn cannot run a container here"
}

if [ "$release" = "$host" ]; then
	make -s B="$B" install DESTDIR="$tmp/root" PREFIX=/usr
	built=/build
else
	built=/out/build
	nspawn make -s -C /src B=$built install DESTDIR=/out/root PREFIX=/usr \
		$built/tests/e2e/peer $built/tests/systemd/dial \
		$built/tests/systemd/answer >"$tmp/log" 2>&1 || {
		tail -20 "$tmp/log"
		fail "it does not build on $release"
	}
fi

: >"$tmp/result"
nspawn --boot \
	--system-call-filter='landlock_create_ruleset landlock_add_rule landlock_restrict_self' \
	--setenv=B=$built \
	--bind-ro="$here/check.service:/etc/systemd/system/check.service" \
	systemd.wants=check.service >"$tmp/console" 2>&1 || {
	cat "$tmp/result"
	tail -20 "$tmp/console"
	fail "the container ended with $?"
}
cat "$tmp/result"
tail -1 "$tmp/result" | grep -q '^all is well$' || fail "see above"
