# What the tests with a real client, amuled 2.3.3, begin with. The server has a
# network namespace to itself (10.77.0.1), and so has each of two clients
# (10.77.0.2, 10.77.0.3), and a crowd of scripted peers (10.77.0.4 and all of
# 10.77.4.0/24); they reach the server and nothing else.
[ -n "${TOOLS:-}" ] || . "$(dirname "$0")/../lib.sh"

need_command amuled amule-daemon
need_command amulecmd amule-utils
need_command bash bash
need_command ip iproute2
need_command systemd-socket-activate systemd
shim=$TOOLS/preload/one_socket_thread.so
[ -e "$shim" ] || fail "no $shim; \"make e2e\" builds it"

net=ed2k-$$-
db=$tmp/share.db
log=$tmp/serve.log
files=$tmp/files
mkdir "$files"

# To be set by a test: the lines of amuled's section [Obfuscation], and options
# of "ed2k-share link".
obfuscation=
link_options=

make_networks() {
	for i in 1 2 3 4; do
		add_network "$net$i" || return
	done
	for i in 2 3 4; do
		ip -n "$net$i" link set lo up &&
			ip -n "$net$i" link add peer type veth \
				peer name "peer$i" netns "${net}1" &&
			ip -n "$net$i" addr add "10.77.0.$i/24" dev peer &&
			ip -n "$net$i" link set peer up &&
			ip -n "${net}1" addr add 10.77.0.1 peer "10.77.0.$i" \
				dev "peer$i" &&
			ip -n "${net}1" link set "peer$i" up || return
	done
	ip -n "${net}4" route add local 10.77.4.0/24 dev lo &&
		ip -n "${net}1" route add 10.77.4.0/24 dev peer4
}

# amuled asks a source only while it is connected to a server or to Kad. So Kad
# is on, knows nobody, and gets a datagram from is_online. MaxUpload is for its
# requests: without it they are sent at leisure.
configure_amuled() {
	mkdir "$HOME/.aMule"
	cat >"$HOME/.aMule/amule.conf" <<-END
		[eMule]
		Autoconnect=1
		ConnectToED2K=0
		ConnectToKad=1
		FilterLanIPs=0
		MaxUpload=60000
		NewVersionCheck=0
		UDPEnable=1
		[ExternalConnect]
		AcceptExternalConnections=1
		ECPassword=$(printf test | md5sum | cut -d ' ' -f 1)
		[Obfuscation]
		$obfuscation
	END
}

# tell COMMAND: to the amuled of $client.
tell() {
	timeout 10 ip netns exec "$net$client" \
		amulecmd -h 127.0.0.1 -P test -c "$1" 2>&1
}

# Is it online? If not, help: whatever begins like a Kad message will do.
is_online() {
	tell status | grep -q 'Kad: Connected' && return
	ip netns exec "$net$client" \
		bash -c 'printf "\344\0" >/dev/udp/127.0.0.1/4672'
	return 1
}

# What `download` ends with; if it failed by itself, then also with a log.
end_amuled() {
	status=$?
	trap '' TERM
	{ kill "$amuled" && wait "$amuled"; } 2>/dev/null || true
	case $status in
	0 | 143) return ;;
	esac
	echo "from the log of amuled:"
	grep -v -e xternal -e 'client: aMulecmd' -e granted \
		"$HOME/amuled.log" | tail -n 25
}

# amuled has one thread for slow tasks, and starts it with a task unless it
# runs. A task that comes while it ends stays undone, such as the last one of a
# download: "Completing" for ever. A new file in a shared directory is the next
# task, and takes the old one along.
nudge() {
	echo "$name is complete, amuled forgets to move it: reminded"
	echo "$completing" >"$HOME/.aMule/Incoming/$completing"
	tell 'reload shared' >"$HOME/reload.log" || true
}

# link_to NAME: what amuled is given; a test may have it otherwise.
link_to() {
	"$SHARE" -d "$db" link --source 10.77.0.1:4662 $link_options "$files/$1"
}

# download CLIENT NAME: let a new amuled do it, and compare. To be run with &.
download() {
	client=$1
	name=$2
	HOME=$(mktemp -d "$tmp/amuled.XXXXXX")
	export HOME LC_ALL=C.UTF-8
	configure_amuled
	LD_PRELOAD=$shim timeout -k 5 150 ip netns exec "$net$client" \
		amuled -o >"$HOME/amuled.log" 2>&1 </dev/null &
	amuled=$!
	trap end_amuled EXIT
	trap 'exit 143' TERM
	wait_for 20 is_online
	sleep 2 # amuled drops the sources of a link from its first second
	link=$(link_to "$name")
	tell "add $link" >"$HOME/add.log" || fail "$(cat "$HOME/add.log")"
	got=$HOME/.aMule/Incoming/$name
	tries=0 completing=0
	until [ -e "$got" ]; do
		kill -0 "$amuled" 2>/dev/null || fail "amuled ended"
		downloads=$(tell 'show dl' || true)
		case $downloads in
		*' - Completing '*)
			completing=$((completing + 1))
			[ $((completing % 10)) -ne 0 ] || nudge
			;;
		esac
		tries=$((tries + 1))
		[ "$tries" -lt 480 ] || fail "no $name yet: $downloads"
		sleep 0.25
	done
	cmp "$files/$name" "$got" || fail "$name came with other bytes"
}

# downloads CLIENT NAME...: at once.
downloads() {
	jobs=
	while [ $# -gt 0 ]; do
		download "$1" "$2" &
		jobs="$jobs $!"
		track $!
		shift 2
	done
	for job in $jobs; do
		wait "$job"
	done
}

# was_sent NAME TIMES: does the log show that many times the bytes of that file,
# and less than a tenth more?
was_sent() {
	hash=$(hash_of "$("$SHARE" -d "$db" link "$files/$1")")
	sed -n "s/.* file=$hash bytes=\([0-9]*\) .*/\1/p" "$log" |
		awk -v wanted=$(($(wc -c <"$files/$1") * $2)) '{ sum += $1 }
			END { exit !(sum >= wanted && sum < 1.1 * wanted) }'
}

show_log() {
	[ "$status" -eq 0 ] && return
	echo "from the log of the servers:"
	tail -n 25 "$log"
}

# serve_amules [OPTION...]: share what is in $files, on 10.77.0.1:4662.
serve_amules() {
	make_networks || skip "no network namespaces can be made here"
	at_exit show_log
	"$SHARE" -d "$db" add -r "$files" >"$tmp/links"
	ip netns exec "${net}1" systemd-socket-activate --accept --inetd \
		-l 10.77.0.1:4662 $wrap "$SERVE" -d "$db" "$@" >"$log" 2>&1 </dev/null &
	track $!
	wait_for 5 grep -q Listening "$log"
}

# Have all servers ended well, and without a complaint?
all_went_well() {
	[ "$(grep -c '^Connection from' "$log")" -eq \
		"$(grep -c ' end=hung-up$' "$log")" ] ||
		fail "a server ended unusually"
	! grep -i -e error -e warning "$log" || fail "the server complained"
}
