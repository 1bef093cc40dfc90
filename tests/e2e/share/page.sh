#!/bin/sh
# The page of "link --html" in a real browser: it renders without a complaint,
# asks nobody for anything, its search box and buttons do their work, and
# without scripts the links are there all the same. Chromium is driven by the
# WebDriver protocol.
. "$(dirname "$0")/../lib.sh"
need_command chromium chromium
need_command chromedriver chromium-driver
need_command curl curl

db=$tmp/share.db
mkdir "$tmp/files"
for name in 'debian-12.iso' 'Debian Handbook.pdf' '<img src=x onerror=alert(1)>' \
	'a|b%20"&amp;' "$(printf 'not \377 UTF-8')" "$(printf '%0255d' 0)"; do
	random_file "$tmp/files/$name" 5000
done
"$SHARE" -d "$db" add -r "$tmp/files" >/dev/null
"$SHARE" -d "$db" link --html >"$tmp/page.html"
"$SHARE" -d "$db" link >"$tmp/links"

port=$(free_port)
# its own home and its own session, so that all of it ends with the test
HOME=$tmp setsid chromedriver --port="$port" >"$tmp/driver.log" 2>&1 </dev/null &
driver=$!
session=none
at_exit end_driver
end_driver() {
	# ends the browser and waits until it wrote its profile
	curl -s -m 20 -X DELETE "http://127.0.0.1:$port/$session" >/dev/null
	kill -- "-$driver" 2>/dev/null
	wait "$driver" 2>/dev/null
}
wait_for 20 is_listening "$port"

# ask METHOD PATH [JSON]: the answer is in $tmp/answer
ask() {
	curl -s -m 120 -X "$1" -H 'Content-Type: application/json' \
		${3:+--data "$3"} "http://127.0.0.1:$port/$2" >"$tmp/answer" ||
		fail "$1 $2: no answer: $(tail -3 "$tmp/driver.log")"
	! grep -q '"error":' "$tmp/answer" ||
		fail "$1 $2: $(head -c 600 "$tmp/answer")"
}

# browse SCRIPTS: open the page in a new browser, scripts allowed (1) or not (2)
browse() {
	ask POST session "{\"capabilities\":{\"alwaysMatch\":{
		\"goog:loggingPrefs\":{\"browser\":\"ALL\",\"performance\":\"ALL\"},
		\"goog:chromeOptions\":{
		\"prefs\":{\"profile.managed_default_content_settings.javascript\":$1},
		\"args\":[\"--headless=new\",\"--no-sandbox\",\"--disable-gpu\",
		\"--user-data-dir=$tmp/profile$1\"]}}}}"
	session=session/$(sed 's/.*"sessionId":"\([^"]*\)".*/\1/' "$tmp/answer")
	ask POST "$session/url" "{\"url\":\"file://$tmp/page.html\"}"
}

# tell JAVASCRIPT WANTED: evaluate it in the page; quotes are single ones
tell() {
	ask POST "$session/execute/sync" "{\"script\":\"return $1\",\"args\":[]}"
	[ "$(cat "$tmp/answer")" = "{\"value\":$2}" ] ||
		fail "$1 is $(head -c 600 "$tmp/answer"), not $2"
}

# element SELECTOR: print its id
element() {
	ask POST "$session/element" "{\"using\":\"css selector\",\"value\":\"$1\"}"
	sed 's/.*:"\([^"]*\)"}}$/\1/' "$tmp/answer"
}

shown="Array.from(document.querySelectorAll('li')).filter(f => f.offsetHeight)"

browse 1
tell "$shown.length" 6
tell 'document.images.length' 0
tell "document.querySelector('output').textContent" '"6"'
tell "$shown[1].innerText.startsWith('<img src=x onerror=alert(1)>')" true

# each link is one that the browser can follow, and is copied as link prints it
tell "$shown.every(f => f.firstChild.protocol === 'ed2k:')" true
tell "$shown.map(linkOf).join('\\\\n') + '\\\\n'" \
	"\"$(awk '{ printf "%s\\n", $0 }' "$tmp/links")\""

# on a phone and on a desk nothing stands out at the side
for width in 360 1280; do
	ask POST "$session/window/rect" "{\"width\":$width,\"height\":800}"
	tell 'document.documentElement.scrollWidth <= window.innerWidth' true
	tell "$shown.every(f => f.scrollWidth <= f.clientWidth)" true
done

# typing filters, words in any order, and emptying the box brings all back
box=$(element input)
ask POST "$session/element/$box/value" '{"text":"12 DEB"}'
tell "$shown.map(f => f.innerText.split('\\\\n')[0])" '["debian-12.iso"]'
tell "document.querySelector('output').textContent" '"1 of 6"'
ask POST "$session/element/$box/value" '{"text":"x"}'
tell "$shown.length" 0
ask POST "$session/element/$box/value" '{"text":"\uE009a\uE000\uE017"}'
tell "$shown.length" 6
ask POST "$session/element/$box/value" '{"text":"debian"}'

# the buttons: one link, and all that are shown. What is in the clipboard is
# seen by pasting it.
# copied BUTTON LINES: click it; what is then in the clipboard?
copied() {
	ask POST "$session/element/$(element "$1")/click" '{}'
	tell "document.querySelector('#pasted').value = ''" '""'
	ask POST "$session/element/$(element '#pasted')/value" \
		'{"text":"\uE009v\uE000"}'
	tell "document.querySelector('#pasted').value" "\"$2\""
}
tell "document.body.appendChild(document.createElement('textarea')).id = 'pasted'" \
	'"pasted"'
copied 'li:not([hidden]) button' "$(grep Handbook "$tmp/links")"
copied 'form button' \
	"$(grep -i debian "$tmp/links" | awk '{ printf "%s%s", n++ ? "\\n" : "", $0 }')"
# as on a page that came by plain HTTP
tell "Object.defineProperty(navigator, 'clipboard', {value: null}).clipboard" null
copied 'li:not([hidden]) ~ li:not([hidden]) button' "$(grep iso "$tmp/links")"

# nothing to complain of, and nothing asked for but the page
# (the browser has pages of its own)
ask POST "$session/se/log" '{"type":"browser"}'
! grep -o '"message":"[^"]*' "$tmp/answer" | grep -v '"message":"chrome' >&2 ||
	fail "the browser complains: $(cat "$tmp/answer")"
ask POST "$session/se/log" '{"type":"performance"}'
sed 's/\\"//g' "$tmp/answer" | grep -o 'Network.requestWillBeSent,[^}]*' |
	grep -o 'documentURL:[^,]*' | grep -v 'documentURL:chrome' >"$tmp/asked"
[ "$(cat "$tmp/asked")" = "documentURL:file://$tmp/page.html" ] ||
	fail "asked for: $(cat "$tmp/asked")"

# a name that got through unescaped would not run: the policy forbids it
sed 's|^</ul>|<script>document.title = "bad"</script>&|' "$tmp/page.html" \
	>"$tmp/bad.html"
ask POST "$session/url" "{\"url\":\"file://$tmp/bad.html\"}"
tell 'document.title' '"Shared files"'
ask DELETE "$session"

# without scripts: the links, and no box or button that would do nothing
browse 2
ask POST "$session/elements" '{"using":"css selector","value":"li a"}'
[ "$(grep -o 'element-[0-9a-f-]*":' "$tmp/answer" | grep -c .)" -eq 6 ] ||
	fail "without scripts: $(cat "$tmp/answer")"
for selector in form 'form button' 'li button'; do
	ask GET "$session/element/$(element "$selector")/displayed"
	grep -q '{"value":false}' "$tmp/answer" || fail "a dead $selector is shown"
done
ask GET "$session/element/$(element 'li a')/displayed"
grep -q '{"value":true}' "$tmp/answer" || fail "without scripts no link is shown"
ask DELETE "$session"
