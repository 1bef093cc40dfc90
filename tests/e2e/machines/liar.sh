#!/bin/sh
# A router that lies to ed2k-map-ports, stalls, sends without end, or names a
# stranger to talk to: nothing of it is believed, and it costs seconds at most. Two
# network namespaces: the host's and the router's.
. "$(dirname "$0")/../lib.sh"

need_command ip iproute2

host=ed2k-liar-$$-host
net=ed2k-liar-$$-router
inside=10.77.0.2
gateway=10.77.0.1
stranger=1.77.0.1
answers=$tmp/answers
state=$tmp/run/outside
export RUNTIME_DIRECTORY="$tmp/run"

make_networks() {
	for name in "$host" "$net"; do
		add_network "$name" || return
		ip -n "$name" link set lo up || return
	done
	ip -n "$host" link add lan type veth peer name lan netns "$net" &&
		ip -n "$host" addr add $inside/24 dev lan &&
		ip -n "$net" addr add $gateway/24 dev lan &&
		ip -n "$net" addr add $stranger/24 dev lo &&
		ip -n "$host" link set lan up &&
		ip -n "$net" link set lan up &&
		ip -n "$host" route add default via $gateway
}

# lied_to STATUS PATTERN: what comes of opening a port; nothing is believed if the
# status is 69
lied_to() {
	: >"$tmp/asked"
	expect "$1" timeout 60 ip netns exec "$host" "$B/ed2k-map-ports" open 4662
	said "$2"
	[ "$1" -eq 0 ] || ! grep -q '^address=' "$state" ||
		fail "believed: $(cat "$state")"
}

# Of NAT-PMP, numbers in hex.
tell() {
	name=$1
	shift
	echo "$*" | unhex >"$answers/nat-pmp.$name"
}
# Of UPnP: tell_action NAME ELEMENT=VALUE...
tell_action() {
	name=$1
	shift
	{
		printf '<s:Envelope><s:Body><u:%sResponse>' "$name"
		for pair; do
			printf '<%s>%s</%s>' "${pair%%=*}" "${pair#*=}" "${pair%%=*}"
		done
		printf '</u:%sResponse></s:Body></s:Envelope>' "$name"
	} >"$answers/$name"
}

# describe CONTROL-URL [LOCATION]: a gateway device, to be found
describe() {
	service=urn:schemas-upnp-org:service
	printf 'HTTP/1.1 200 OK\r\nST: %s\r\nUSN: uuid:1\r\nLOCATION: %s\r\n\r\n' \
		urn:schemas-upnp-org:device:InternetGatewayDevice:1 \
		"${2:-http://$gateway:5000/}" >"$answers/search"
	cat >"$answers/GET" <<-END
		<root><device><serviceList><service>
		<serviceType>$service:WANCommonInterfaceConfig:1</serviceType>
		<controlURL>/common</controlURL>
		</service><service>
		<serviceType>$service:WANIPConnection:1</serviceType>
		<controlURL>$1</controlURL>
		</service></serviceList></device></root>
	END
}

make_networks && ip -n "$host" route add unreachable 239.255.255.250 ||
	skip "no network namespaces can be made here"
mkdir "$answers"
ip netns exec "$net" "$TOOLS/liar" $gateway "$answers" >"$tmp/asked" 2>&1 &
track $!
wait_for 5 grep -q ready "$tmp/asked"

# NAT-PMP (tests/unit/test_trust.c has more lies), while nobody hears a search:
# short, of another version, refused; addresses that nobody outside can reach.
for lie in '00 80 00 00 00000001' '02 80 00 00 00000001 01020304' \
	'00 80 00 03 00000001 01020304'; do
	tell 0 "$lie"
	lied_to 69 'nothing opened: NAT-PMP: no answer; UPnP: no answer; by hand: '
done
for lie in 0a010203:10.1.2.3 00000000:0.0.0.0; do
	tell 0 "00 80 00 00 00000001 ${lie%:*}"
	lied_to 69 "NAT-PMP: the router's own address, ${lie#*:}, is not public; "
done
# 4662 is 1236: outside port 0, another port inside, no time
tell 0 '00 80 00 00 00000001 01020304'
for lie in '00 82 00 00 00000001 1236 0000 0000003c' \
	'00 82 00 00 00000001 1237 1236 0000003c' \
	'00 82 00 00 00000001 1236 1236 00000000'; do
	tell 2 "$lie"
	lied_to 69 'NAT-PMP: port 4662 cannot be had; UPnP: no answer; '
done
tell 2 '00 82 00 02 00000001 1236 1236 0000003c'
lied_to 69 'NAT-PMP: port 4662 is refused; UPnP: no answer; '
tell 2 '00 82 00 00 00000001 1236 1236 0000003c'
lied_to 0 "opened by nat-pmp for 60 s (TCP): 1.2.3.4:4662 to $inside:4662\$"

# UPnP, while NAT-PMP is refused. First what it would be if all were well.
ip -n "$host" route del unreachable 239.255.255.250
tell 0 '00 80 00 03 00000001 00000000'
describe /control
tell_action GetStatusInfo NewConnectionStatus=Connected
tell_action GetExternalIPAddress NewExternalIPAddress=1.2.3.4
tell_action AddPortMapping
tell_action GetSpecificPortMappingEntry NewInternalClient=$inside \
	NewInternalPort=4662 NewLeaseDuration=60
lied_to 0 "opened by upnp for 60 s (TCP): 1.2.3.4:4662 to $inside:4662\$"
# it says that it did it, but shows another one's port
tell_action GetSpecificPortMappingEntry NewInternalClient=10.77.0.9 \
	NewInternalPort=4662 NewLeaseDuration=60
lied_to 69 'UPnP: port 4662 is refused (error unknown); by hand: '
tell_action AddPortMapping errorCode=718
lied_to 69 "UPnP: port 4662 is another host's (error 718); by hand: "
tell_action AddPortMapping "errorCode=$(printf '\033[2J-99999999999')"
lied_to 69 'UPnP: port 4662 is refused (error unknown); by hand: '
# it knows no leases
tell_action AddPortMapping errorCode=725
tell_action permanent
lied_to 69 'UPnP: port 4662 is refused (error unknown); by hand: '
tell_action GetSpecificPortMappingEntry NewInternalClient=$inside \
	NewInternalPort=4662 NewLeaseDuration=0
lied_to 0 "opened by upnp without end (TCP): 1.2.3.4:4662 to $inside:4662\$"
# its address is none, or of no use
tell_action GetExternalIPAddress \
	"NewExternalIPAddress=$(printf '1.2.3.4\033[2J\nexpires=1')"
lied_to 69 'UPnP: no answer; by hand: '
tell_action GetExternalIPAddress NewExternalIPAddress=192.168.1.2
lied_to 69 "UPnP: the router's own address, 192.168.1.2, is not public; "
tell_action GetStatusInfo NewConnectionStatus=Disconnected
tell_action GetExternalIPAddress NewExternalIPAddress=1.2.3.4
lied_to 69 'UPnP: no answer; by hand: '
tell_action GetStatusInfo NewConnectionStatus=Connected
# it names a stranger in the Internet, who is not asked
describe /control "http://$stranger:5000/"
lied_to 69 'UPnP: no answer; by hand: '
! grep -q GET "$tmp/asked" || fail "a stranger was asked for a description"
describe "http://$stranger:5000/control"
lied_to 69 'UPnP: no answer; by hand: '
grep -q GET "$tmp/asked" || fail "no description was asked for"
! grep -q GetStatusInfo "$tmp/asked" || fail "a stranger was asked"
# it sends without end, then byte by byte
: >"$answers/GET"
lied_to 69 'UPnP: no answer; by hand: '
rm "$answers/GET"
began=$(date +%s)
lied_to 69 'UPnP: no answer; by hand: '
[ $(($(date +%s) - began)) -le 20 ] || fail "it had us wait"

