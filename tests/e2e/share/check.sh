#!/bin/sh
# ed2k-share check, and link --source auto: what is said of a server that works,
# of none, of others on its port; and of every kind of address and answer of a
# router. In a network namespace of its own, so that addresses and ports are as
# the test makes them.
case ${1:-} in
inside) ;;
*)
	if [ "$(id -u)" -eq 0 ]; then
		unshare -nm true 2>/dev/null && exec unshare -nm "$0" inside
	else
		unshare -rn true 2>/dev/null && exec unshare -rn "$0" inside
	fi
	echo "skipped: no network namespaces here"
	exit 77
	;;
esac
. "$(dirname "$0")/../lib.sh"
need_command ip iproute2
need_command systemd-socket-activate systemd

chmod 755 "$tmp" # other users look into it
db=$tmp/share.db
state=$tmp/state
export ED2K_OUTSIDE="$tmp/outside"
mkdir -m 777 "$state"
random_file "$tmp/file" 30000
hash=$(hash_of "$("$SHARE" -d "$db" add "$tmp/file")")

# check STATUS [OPTION...]: its lines are in $tmp/out
check() {
	wanted=$1
	shift
	expect "$wanted" "$SHARE" -d "$db" -s "$state" check "$@" >"$tmp/out"
	! grep -vE '^(ok|warning|problem)	[a-z0-9]+	[^	]+$' "$tmp/out" ||
		fail "not three fields"
}

# line LEVEL TOPIC PATTERN: is there one?
line() {
	grep -qE "^$1	$2	$3" "$tmp/out" ||
		fail "no $1 about $2, $3: $(cat "$tmp/out")"
}

# no_line PATTERN. (The sandbox is no fault of the server.)
no_line() {
	! grep -v '	sandbox	' "$tmp/out" | grep -E "$1" >&2 || fail "a line too many"
}

# listen ADDRESS COMMAND...: one for each connection
listen() {
	address=$1
	shift
	systemd-socket-activate --accept --inetd -l "$address" $wrap "$@" \
		>"$log" 2>&1 </dev/null &
	listener=$!
	track $listener
	wait_for 5 is_listening "${address##*:}"
}

close_port() {
	kill $listener
	wait $listener || :
	pids=${pids% "$listener"}
}

# mapped LINE...: what ed2k-map-ports wrote
mapped() {
	printf '%s\n' "$@" >"$ED2K_OUTSIDE"
}
soon="expires=$(($(date +%s) + 3600))"

# address ADDRESS: the only one of this host, with a route to everywhere
address() {
	ip addr flush dev wan
	ip addr add "$1/24" dev wan
	ip route add default via "${1%.*}.1"
}

ip link set lo up
ip link add wan type veth peer name far || skip "no veth here"
ip link set wan up
ip link set far up
address 1.77.0.2

# nothing listens: the usual ports, and one that was asked for
check 69
line ok database ".*/share.db\" can be read\$"
line ok files '1 file is as shared$'
line problem socket 'nobody listens on port 4662; "systemctl enable'
line warning socket 'nobody listens on port 4661; "systemctl enable'
line ok state '.* nobody was connected yet$'
line '(ok|warning)' sandbox 'the kernel has '
line ok router 'this host has a public address itself: 1.77.0.2$'
line ok ipv6 'this host has no global IPv6 address; '
check 69 -p 4999
line problem socket 'nobody listens on port 4999; '
[ "$(grep -c '	socket	' "$tmp/out")" -eq 1 ] || fail "other ports"

# a size that some clients never complete
no_line 'MLDonkey'
truncate -s 19456000 "$tmp/odd"
"$SHARE" -d "$db" add "$tmp/odd" >"$tmp/out" 2>&1
check 69
line ok files '2 files are as shared$'
line warning files '1 of 2 files, such as ".*/odd": MLDonkey never completes'
"$SHARE" -d "$db" remove "$tmp/odd"

# a server that works, on every address of both families
listen 4662 "$SERVE" -d "$db" -s "$state"
check 0 -p 4662
line ok socket 'port 4662 is open on ::$'
line ok conversation "127.0.0.1:4662 answers as this share and offers .*/file\"\$"
line ok conversation '\[::1\]:4662 answers as this share and offers '
line ok state 'the servers share a scoreboard in '
no_line '^(warning|problem)'
# 4661 alone missing: direct clients only
check 0
line warning socket 'nobody listens on port 4661; '

# nothing is counted as sent, and the log says who it was
grep -q 'client="ed2k-share check" .* bytes=0 ' "$log" || fail "no log line"
[ "$("$SHARE" -d "$db" -s "$state" list | cut -f 5)" = 0 ] || fail "counted"

# JSON, an object a line
"$SHARE" -d "$db" -s "$state" check --json -p 4662 >"$tmp/out"
! grep -vE '^\{"level":"(ok|warning)","topic":"[a-z0-9]+","text":"([^"\\]|\\.)*"\}$' \
	"$tmp/out" || fail "no JSON"
[ "$(wc -l <"$tmp/out")" -eq 9 ] || fail "not nine objects"

# on a terminal: lined up, and broken between words
lined_up() {
	COLUMNS=60 script -qec "'$SHARE' -d '$db' -s '$state' check -p 4999" \
		/dev/null </dev/null | tr -d '\r' >"$tmp/out" || :
	grep -qx 'problem socket       nobody listens on port 4999; "systemctl' \
		"$tmp/out" &&
		grep -qx ' \{21\}enable --now ed2k-serve.socket" starts' "$tmp/out" ||
		fail "not lined up: $(cat "$tmp/out")"
}
if has_terminal; then
	lined_up
else
	skip_part "what a terminal gets: none can be made here"
fi

# files that are gone, changed, new
cp "$tmp/file" "$tmp/file.ok"
"$SHARE" -d "$db" add "$tmp/file.ok" >/dev/null
mv "$tmp/file" "$tmp/away"
check 0 -p 4662
line warning files '1 of 2 files are not served: 1 missing, such as .*/file"; "ed2k-share refresh'
touch -d @1 "$tmp/file.ok"
check 69 -p 4662
line problem files '2 of 2 files are not served: 1 changed, 1 missing, such as '
line ok conversation '127.0.0.1:4662 answers as this share$'
mv "$tmp/away" "$tmp/file"
rm "$tmp/file.ok"
"$SHARE" -d "$db" remove "$tmp/file.ok"

# another share, and none
"$SHARE" -d "$tmp/other.db" add "$tmp/file" >/dev/null
expect 69 "$SHARE" -d "$tmp/other.db" -s "$state" check -p 4662 >"$tmp/out"
line problem conversation '.* another eD2k program answers, "ed2k-serve", or ed2k-serve with another database'
expect 69 "$SHARE" -d "$tmp/no.db" -s "$state" check -p 4662 >"$tmp/out"
line problem database '.*/no.db" cannot be used; '
said 'no share database '
line warning conversation '.* answers as "ed2k-serve"; without the database '
# state elsewhere
mkdir "$tmp/elsewhere"
expect 0 "$SHARE" -d "$db" -s "$tmp/elsewhere" check -p 4662 >"$tmp/out"
line warning state 'the server keeps no state in .*/elsewhere", '
expect 69 "$SHARE" -d "$db" -s "$tmp/none" check -p 4999 >"$tmp/out"
line warning state 'there is no .*/none"; '
close_port

# reached from here alone; by IPv6 alone
listen 127.0.0.1:4662 "$SERVE" -d "$db" -s "$state"
check 69 -p 4662
line problem socket 'port 4662 is open on 127.0.0.1 alone, and no peer outside'
line ok conversation '127.0.0.1:4662 answers as this share '
close_port
echo 1 >/proc/sys/net/ipv6/bindv6only
listen 4662 "$SERVE" -d "$db" -s "$state"
check 69 -p 4662
line problem conversation '127.0.0.1:4662 refuses connections, as when a socket has IPv6 alone'
line ok conversation '\[::1\]:4662 answers as this share '
close_port
echo 0 >/proc/sys/net/ipv6/bindv6only

# it tells peers another port than they dial
listen 4662 "$SERVE" -d "$db" -s "$state" -p 5000
check 0 -p 4662
line warning conversation 'the server at 127.0.0.1:4662 tells peers to come back to port 5000; .* "-p 4662"$'
mapped method=nat-pmp address=1.2.3.4 inside=1.77.0.2 port.4662=5000 "$soon"
check 0 -p 4662
line ok router 'from outside, 1.2.3.4:5000 leads to port 4662$'
no_line 'come back'
rm "$ED2K_OUTSIDE"
close_port

# the server may not read the file
if can_be_nobody; then
	chmod 600 "$tmp/file"
	listen 4662 setpriv --reuid=65534 --clear-groups \
		"$SERVE" -d "$db" -s "$state"
	check 69 -p 4662
	line ok files '1 file is as shared$'
	line problem conversation '127.0.0.1:4662 answers as this share but .*/file"; its log says why '
	close_port

	# and it is known which user that is
	grep -v '^ed2k-serve:' /etc/passwd >"$tmp/passwd"
	echo 'ed2k-serve:x:64997:64998::/:/bin/false' >>"$tmp/passwd"
	mount --bind "$tmp/passwd" /etc/passwd
	check 69 -p 4999
	line problem files "the user ed2k-serve may not read \"$tmp/file\", so that 1 of 1 files cannot be served; \"chmod o\+r \"$tmp/file\"\" mends it\$"
	chmod o+r "$tmp/file"
	check 69 -p 4999
	no_line 'may not'
	chmod 700 "$tmp" && chmod 644 "$db"*
	check 69 -p 4999 # nor the database: it is not who serves this
	no_line 'may not'
	chmod 755 "$tmp"
	umount /etc/passwd
	chmod 644 "$tmp/file"
else
	skip_part "a server of another user: only root can start one"
fi

# others on the port
listen 127.0.0.1:4662 echo 'SSH-2.0-OpenSSH_9.2'
check 69 -p 4662
line problem conversation '127.0.0.1:4662 does not speak eD2k; another program '
close_port
listen 127.0.0.1:4662 true
check 69 -p 4662
line problem conversation '127.0.0.1:4662 closes the connection; '
close_port
listen 127.0.0.1:4662 sleep 60
check 69 -p 4662
line problem conversation '127.0.0.1:4662 says nothing for 5 s; '
close_port
# the hello of this share, and then not a word, or one about another file; and
# one of somebody whose name would forge a line
user=$("$SHARE" -d "$db" link --source 1.2.3.4:4662 --crypt "$hash" |
	sed 's/.*:129:\([0-9a-f]*\)|.*/\1/')
frame e3 4c "${user}00000000361200000000000000000000" | unhex >"$tmp/hello"
listen 127.0.0.1:4662 sh -c "cat '$tmp/hello'; sleep 60"
check 69 -p 4662
line problem conversation '127.0.0.1:4662 answers as this share but says nothing about '
close_port
frame e3 50 "${user}0000" | unhex >>"$tmp/hello"
listen 127.0.0.1:4662 sh -c "cat '$tmp/hello'; sleep 60"
check 69 -p 4662
line problem conversation '127.0.0.1:4662 answers as this share but says nothing about '
close_port
forged="$(printf '%032d' 0)00000000361201000000020100010a00$(
	printf 'ok\n\tx\033[2J' | hex)41000000000000"
frame e3 4c "$forged" | unhex >"$tmp/hello"
listen 127.0.0.1:4662 sh -c "cat '$tmp/hello'; sleep 60"
check 69 -p 4662
line problem conversation 'at 127.0.0.1:4662 another eD2k program answers, "ok\\n\\tx\\x1b\[2JA"'
close_port
# more messages than anybody sends, and data without end
for _ in $(seq 99); do
	frame c5 98 00000000
done | unhex >"$tmp/many"
listen 127.0.0.1:4662 cat "$tmp/many"
check 69 -p 4662
line problem conversation '127.0.0.1:4662 does not speak eD2k; '
close_port

# the router, as ed2k-map-ports found it
mapped method=upnp address=1.2.3.4 port.4662=4662 "$soon"
check 69 -p 4662 -p 4661
line ok router 'from outside, 1.2.3.4:4662 leads to port 4662$'
line problem router 'the router, 1.2.3.4, forwards nothing to port 4661; '
mapped method=upnp address=1.2.3.4 port.4662=4662 expires=1700000000
check 69 -p 4662
line problem router 'what the router opened ended [0-9]+ s ago '
no_line '1\.2\.3\.4'
for hostile in "address=1.2.3.4;x port.4662=4662 $soon" \
	"address=1.2.3.4 port.4662=4662" "port.4662=4662 $soon" \
	"address=1.2.3.4 address=1.2.3.5 port.4662=4662 $soon" \
	"address=1.2.3.4 port.4662=99999 $soon" "$soon error=x" nonsense; do
	mapped $hostile
	check 69 -p 4662
	line warning router '.*/outside" was not written by ed2k-map-ports and is ignored; '
	line ok router 'this host has a public address itself: 1.77.0.2$'
	no_line '1\.2\.3\.[45]'
done
mapped "error=NAT-PMP: no answer; $(printf '\033')[2J"
check 69 -p 4662
line problem router 'the router opened nothing: "NAT-PMP: no answer; \\x1b\[2J"; '
mapped "error=NAT-PMP: the router's own address, 100.64.1.2, is not public"
check 69 -p 4662
line problem router "the router's own address, 100.64.1.2, is an address of a provider's own network .* ask the provider"
mapped "error=UPnP: the router's own address, 192.168.3.4, is not public"
check 69 -p 4662
line problem router "the router's own address, 192.168.3.4, is a private address; another router "
mapped method=upnp address=10.1.2.3 port.4662=4662 "$soon"
check 69 -p 4662
line problem router "the router's own address, 10.1.2.3, is a private address; "
rm "$ED2K_OUTSIDE"

# our own address
for private in 10.77.0.2 172.31.0.2 192.168.7.2; do
	address $private
	check 69 -p 4662
	line warning router "this host has a private address, $private, .* aMule and eMule ignore; let the router forward TCP port 4662 "
done
address 100.64.0.2
check 69 -p 4662
line warning router "the address of this host, 100.64.0.2, is an address of a provider's own network"
ip route del default
check 69 -p 4662
line problem router 'no route leads to the Internet by IPv4'
ip addr add 2a00::77/64 dev wan nodad
ip -6 route add default via 2a00::1
check 69 -p 4662
line ok ipv6 'peers that speak IPv6 can use 2a00::77, '

# link --source auto: the router first, then our own address, else an error
link() {
	"$SHARE" -d "$db" link --source "$@" "$hash"
}
expect 69 link auto
said '^ed2k-share: --source auto: nobody knows where port 4662 is reached'
address 192.168.7.2
expect 69 link auto
address 1.77.0.2
link auto | grep -q '|/|sources,1.77.0.2:4662|/$' || fail "own address"
link auto:5662 | grep -q '|sources,1.77.0.2:5662|/$' || fail "own port"
mapped method=nat-pmp address=1.2.3.4 port.4662=5000 "$soon"
link auto | grep -q '|sources,1.2.3.4:5000|/$' || fail "mapped"
link auto --crypt | grep -q '|sources,1.2.3.4:5000:129:[0-9a-f]*|/$' ||
	fail "mapped, with the hint"
address 192.168.7.2
expect 69 link auto:4661
mapped method=upnp address=1.2.3.4 port.4662=5000 expires=1700000000
expect 69 link auto
mapped method=upnp address=10.2.3.4 port.4662=5000 "$soon"
expect 69 link auto
expect 64 link auto:0
expect 64 link auto:
"$SHARE" -d "$db" link >"$tmp/out"
! grep -q sources "$tmp/out" || fail "a source that nobody asked for"

# a source that cannot work is printed, with a warning
warned() {
	expect 0 link "$1:4662" >"$tmp/out"
	grep -q "|sources,$1:4662|/\$" "$tmp/out" || fail "no link"
	said "^ed2k-share: --source: $1 is $2"
}
warned 127.0.0.1 'an address of this host alone, .* aMule and eMule ignore$'
warned 192.168.7.2 'a private address, .* while "filter LAN IPs" is on$'
warned 100.64.0.2 "an address of a provider's own network"
warned 169.254.1.2 'an address of its network alone, '
for fine in 1.2.3.4 203.0.113.7 example.org 10.example.org; do
	expect 0 link "$fine:4662" >"$tmp/out"
	[ ! -s "$tmp/err" ] || fail "$fine: $(cat "$tmp/err")"
done

for arguments in x '-p 0' '-p 65536' '-p x' '-p 4662 x'; do
	expect 64 "$SHARE" -d "$db" check $arguments
	said '^ed2k-share: '
done
