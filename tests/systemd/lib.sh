# A Debian container, made once and booted with all that it changes kept in
# memory. Behind tests/e2e/lib.sh, in the top directory. RELEASE: of Debian, this
# host's if not given. CACHE: where containers are kept.
unset MAKEFLAGS MFLAGS

host=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
release=${RELEASE:-$host}
cache=${CACHE:-$B/container}

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
	printf 'systemd,systemd-sysv,dbus,iproute2,'
	case $release in
	"$host") printf 'libsqlite3-0,' ;;
	*) printf '%s' build-essential,debhelper,libminiupnpc-dev, \
		libnatpmp-dev,libsqlite3-dev,libssl-dev,zlib1g-dev, ;;
	esac
	case $release in
	bookworm) echo libssl3,libminiupnpc17,libnatpmp1 ;;
	*) echo libssl3t64,libminiupnpc18,libnatpmp1t64 ;;
	esac
}

# made anew when it has to have something else
base=$cache/$release-$(packages | cksum | cut -d ' ' -f 1)

# contained SECONDS COMMAND...: it cannot outlive us, nor leave mounts behind: its
# process namespace ends with its first process. In the background, so that a
# signal to us is not held up by it. With uptime=N its clock is N seconds ahead.
uptime=0
contained() {
	seconds=$1
	shift
	timeout -k 10 "$seconds" \
		unshare --mount --pid --fork --kill-child --mount-proc \
		--time --monotonic "$uptime" --boottime "$uptime" "$@" \
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

# boot SCRIPT: boot it; the one of this directory runs there, writes what it finds
# to /out/result, and ends it.
boot() {
	: >"$tmp/result"
	ln -sf "/src/tests/systemd/$1" "$tmp/check"
	nspawn --boot \
		--system-call-filter='landlock_create_ruleset landlock_add_rule landlock_restrict_self' \
		--setenv=B=$built \
		--bind-ro="$PWD/tests/systemd/check.service:/etc/systemd/system/check.service" \
		systemd.wants=check.service >"$tmp/console" 2>&1 || {
		cat "$tmp/result"
		tail -20 "$tmp/console"
		fail "the container ended with $?"
	}
	cat "$tmp/result"
	tail -1 "$tmp/result" | grep -q '^all is well$' || fail "see above"
}
