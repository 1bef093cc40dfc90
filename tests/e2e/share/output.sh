#!/bin/sh
# What ed2k-share prints of files with any names: whatever bytes a name has, each
# form that programs read gives them back, no byte of them gets at a terminal or
# a page, and a table is never wider than the terminal.
. "$(dirname "$0")/../lib.sh"
need_command sqlite3 sqlite3
need_command openssl openssl
unset COLUMNS LC_ALL LC_CTYPE
export LANG=C.UTF-8

db=$tmp/share.db
mkdir "$tmp/dir" "$tmp/names"
dir=$(cd "$tmp/dir" && pwd -P)

# add_name PRINTF-FORMAT: a file with this name. Its size, 1000 and more, tells
# which one it is; the name's bytes are kept in $tmp/names/SIZE.
n=1000
add_name() {
	printf -- "$1" >"$tmp/names/$n"
	name=$(cat "$tmp/names/$n" && echo x) # keeps newlines at the end
	random_file "$tmp/dir/${name%x}" $n
	n=$((n + 1))
}

every_byte=
for byte in $(seq 1 46) $(seq 48 255); do
	every_byte=$every_byte$(printf '\\%03o' "$byte")
done
add_name "$(printf '%s' "$every_byte" | sed 's/\\045/%%/')"
add_name 'plain-name.iso'
add_name ' two  blanks '
add_name 'new\nline\ttab\n'
add_name '"quoted" & '"'"'<script>alert(1)<\\script>'
add_name '%%n%%s%%20%%7C|bar'
add_name '\033[31mred\033]0;title\007'
add_name 'invalid \377\376 \351t\351 \342\202 \355\240\200 \300\257'
add_name 'override \342\200\256txt.exe'
add_name 'C1 \302\23331m separator \342\200\250'
add_name "$(printf '%0255d' 0 | tr 0 x)"
add_name "$(printf '%084d' 0 | sed 's/0/\\346\\227\\245/g')"
add_name 'cafe\314\201 Stra\303\237e \360\237\216\211'
add_name '-dash'
last=$((n - 1))

"$SHARE" -d "$db" add -r "$dir" >/dev/null
[ "$("$SHARE" -d "$db" list '*' | wc -l)" -eq $((last - 999)) ] ||
	fail "not every name is matched by a star"

# a question mark is one character, of this locale, also where that is unknown
while read -r locale pattern; do
	[ "$(LANG=$locale "$SHARE" -d "$db" list "$pattern" | wc -l)" -eq 1 ] ||
		fail "in $locale, $pattern does not match one name"
done <<-END
	C.UTF-8 caf?? Stra?e ?
	C caf??? Stra??e ????
	C.UTF-8 invalid ?? ?t? *
	C invalid ?? ?t? *
END

# same_name SIZE FILE: does FILE hold that name, to the byte?
same_name() {
	cmp "$tmp/names/$1" "$2" ||
		fail "$form: name $1 is $(hex "$2"), not $(hex "$tmp/names/$1")"
}

# field SEPARATOR NUMBER SIZE: of the line with that size in $tmp/out
field() {
	awk -F "$1" -v n="$2" -v size="$3" '{ for (i = 2; i < 5; i++)
		if ($i == size) { print $n; exit } }' "$tmp/out"
}

# Bytes that are not UTF-8 are lone surrogates, U+DC80 to U+DCFF, which SQLite
# writes as ED B2 80 to ED B3 BF.
from_json() {
	sqlite3 :memory: "SELECT hex(value ->> 'path') FROM
		(SELECT CAST(readfile('$tmp/line') AS TEXT) AS value)" |
		sed 's/../& /g; s/ED B2 \(..\)/\1/g; s/ED B3 8/C/g; s/ED B3 9/D/g
			s/ED B3 A/E/g; s/ED B3 B/F/g' | unhex
}

each_size() {
	for size in $(seq 1000 $last); do
		"$@" "$size"
	done
}

tabs_give_it_back() {
	env printf '%b' "$(field '	' 4 "$1")" >"$tmp/path"
	tail -c +$((${#dir} + 2)) "$tmp/path" >"$tmp/name"
	same_name "$1" "$tmp/name"
}

link_gives_it_back() {
	env printf '%b' "$(field '|' 3 "$1" | sed 's/%/\\x/g')" >"$tmp/name"
	same_name "$1" "$tmp/name"
}

json_gives_it_back() {
	grep "\"size\":$1," "$tmp/out" >"$tmp/line"
	sqlite3 :memory: "SELECT json_valid(CAST(readfile('$tmp/line') AS TEXT))" |
		grep -qx 1 || fail "$form: no JSON: $(cat "$tmp/line")"
	from_json >"$tmp/path"
	tail -c +$((${#dir} + 2)) "$tmp/path" >"$tmp/name"
	same_name "$1" "$tmp/name"
}

# harmless FILE: text without a control character or a change of direction
harmless() {
	[ -z "$(tr -d '\n' <"$1" | LC_ALL=C tr -dc '\001-\037\177')" ] ||
		fail "$form has control bytes"
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || fail "$form is not UTF-8"
	! LC_ALL=C grep -q "$(printf '\302[\200-\237]\|\342\200[\250-\256]')" "$1" ||
		fail "$form has controls beyond ASCII"
}

for LANG in C.UTF-8 C; do
	form="list in $LANG"
	"$SHARE" -d "$db" list >"$tmp/out"
	tr '\t' ' ' <"$tmp/out" >"$tmp/seen"
	harmless "$tmp/seen"
	each_size tabs_give_it_back
	form="list --json in $LANG"
	"$SHARE" -d "$db" list --json >"$tmp/out"
	harmless "$tmp/out"
	each_size json_gives_it_back
	for options in '' --full --collection '--source 192.0.2.7:4662 --crypt'; do
		form="link $options in $LANG"
		"$SHARE" -d "$db" link $options >"$tmp/out"
		harmless "$tmp/out"
		each_size link_gives_it_back
	done
done

# what the manual says of --json and Python
if command -v python3 >/dev/null; then
	"$SHARE" -d "$db" list --json >"$tmp/out"
	python3 -c '
import json, os, sys
for line in open(sys.argv[1], encoding="utf-8"):
    file = json.loads(line)
    name = open(sys.argv[2] + "/%d" % file["size"], "rb").read()
    assert os.fsencode(file["name"]) == name, (file["name"], name)
' "$tmp/out" "$tmp/names" || fail "Python reads other names"
fi

# On a terminal: as wide as it is, or as COLUMNS says. wc has another opinion on
# how many columns a text takes.
# table COLUMNS [NAME=VALUE]: what list prints on a terminal of that width
table() {
	form="table of $1 in $LANG $2"
	env $2 script -qec "stty cols $1 && '$SHARE' -d '$db' list" /dev/null |
		tr -d '\r' >"$tmp/out"
	[ "$(wc -l <"$tmp/out")" -eq $((last - 998)) ] ||
		fail "$form: not a line a file: $(cat "$tmp/out")"
	harmless "$tmp/out"
	widest=$(wc -L <"$tmp/out")
}

tables() {
	for LANG in C.UTF-8 C; do
		for columns in 40 41 60 79 80 81 109 110 132 200; do
			table $columns ''
			# characters of two columns may leave the last one free
			[ "$widest" -le $columns ] && [ "$widest" -ge $((columns - 1)) ] ||
				fail "$form: $widest columns: $(cat "$tmp/out")"
			table 80 COLUMNS=$columns
			[ "$widest" -le $columns ] || fail "$form: $widest columns"
		done
		table 80 COLUMNS=wide
		[ "$widest" -le 80 ] || fail "$form: $widest columns"
		table 0 '' # it does not know
		[ "$widest" -eq 79 ] || [ "$widest" -eq 80 ] || fail "$form: $widest columns"
		table 1000 ''
		[ "$widest" -gt 200 ] || fail "$form: $widest columns"
		table 10 ''
		# the name is what remains of a path that is too long
		table 60 ''
		grep -q '^ *1001 B ok  *0 B .*/plain-name\.iso$' "$tmp/out" ||
			fail "$form: $(cat "$tmp/out")"
	done
	LANG=C.UTF-8
	table 50 ''
	wide=$(printf '\346\227\245') # takes two columns
	grep -q " $wide$wide$wide$wide$wide…$wide$wide$wide$wide$wide\$" "$tmp/out" ||
		fail "$form: $(cat "$tmp/out")"
	grep -q ' x\{10\}…x\{10\}$' "$tmp/out" || fail "$form: $(cat "$tmp/out")"
	LANG=C
	table 50 ''
	! LC_ALL=C grep -q "$(printf '[\200-\377]')" "$tmp/out" ||
		fail "$form: more than ASCII"
	grep -q ' x\{9\}\.\.\.x\{9\}$' "$tmp/out" || fail "$form: $(cat "$tmp/out")"
}
if has_terminal; then
	tables
else
	skip_part "tables: no terminal can be made here"
fi
LANG=C.UTF-8

# The page. Its links are those of "link", but for the bars.
page=$top/src/cmd/link.html
cp "$dir/plain-name.iso" "$dir/same content"
"$SHARE" -d "$db" add "$dir/same content" >/dev/null
for options in '' '--full --source 192.0.2.7:4662 --crypt'; do
	form="link --html $options"
	"$SHARE" -d "$db" link $options >"$tmp/links"
	"$SHARE" -d "$db" link --html $options >"$tmp/page"
	sed -n 's/^<li><a href="\([^"]*\)">.*/\1/p' "$tmp/page" |
		sed 's/%7c/|/g' >"$tmp/out"
	cmp "$tmp/links" "$tmp/out" || fail "$form: other links"
	! grep -q 'href="[^"]*|' "$tmp/page" || fail "$form: a bar in a link"
done
tr -d '\t' <"$tmp/page" >"$tmp/seen"
harmless "$tmp/seen"
for row in 'plain-name\.iso</bdi></a><span title="1001 bytes">1001 B</span>' \
	'&#34;quoted&#34; &#38; &#39;&#60;script&#62;alert(1)&#60;\\script&#62;' \
	'new�line�tab�' 'invalid �� �t� �� ��� ��' 'override �txt\.exe'; do
	grep -q "<bdi>$row<" "$tmp/page" || fail "$form: no row $row"
done
grep -q "^<footer>Files: <output>$((last - 998))</output>, 1[56] KiB" \
	"$tmp/page" || fail "$form: $(grep '<footer>' "$tmp/page")"
# what is not a row is the template, which asks nobody for anything
for range in '1,/^<ul>/' '/^<script>/,$'; do
	sed -n "${range}p" "$page" >"$tmp/wanted"
	sed -n "${range}p" "$tmp/page" | cmp - "$tmp/wanted" ||
		fail "$form: not the template"
done
! grep -iE 'https?:|src=|url\(|@import|<link|<base' "$tmp/page" ||
	fail "$form: names something outside"
# the policy names the one style and the one script
for tag in style script; do
	sum=$(awk -v tag=$tag '$0 == "</" tag ">" { on = 0 } on
		$0 == "<" tag ">" { on = 1; printf "\n" }' "$tmp/page" |
		openssl dgst -sha256 -binary | base64)
	grep -qF "$tag-src 'sha256-$sum'" "$tmp/page" ||
		fail "link.html changed: say $tag-src 'sha256-$sum' in it"
	[ "$(grep -ic "<$tag" "$tmp/page")" -eq 1 ] || fail "two of <$tag>"
done
"$SHARE" -d "$db" link --html "$dir/plain-name.iso" "$dir/-dash" |
	grep -c '^<li>' | grep -qx 2 || fail "a page of two files"
expect 66 "$SHARE" -d "$db" link --html "$tmp/nowhere" >/dev/null
expect 64 "$SHARE" -d "$db" link --html --collection >"$tmp/out"
said '--html and --collection cannot be combined'
[ ! -s "$tmp/out" ] || fail "something was printed all the same"

# A collection has each content once, and aMule's tool takes every line of it.
collection=$tmp/some.emulecollection
"$SHARE" -d "$db" link --collection --full --source 192.0.2.7:4662 \
	>"$collection"
[ "$(wc -l <"$collection")" -eq $((last - 999)) ] || fail "a content twice"
"$SHARE" -d "$db" link --full --source 192.0.2.7:4662 | sort >"$tmp/links"
[ -z "$(sort "$collection" | comm -23 - "$tmp/links")" ] ||
	fail "another link in the collection"
if command -v ed2k >/dev/null; then
	mkdir -p "$tmp/home/.aMule"
	HOME=$tmp/home ed2k -l "$collection" >"$tmp/out"
	cmp "$collection" "$tmp/out" || fail "ed2k -l shows something else"
	HOME=$tmp/home ed2k -e "$collection" >"$tmp/out"
	cmp "$collection" "$tmp/home/.aMule/ED2KLinks" ||
		fail "ed2k -e queued something else"
	# the same by a link of the page, as a browser hands it on
	rm "$tmp/home/.aMule/ED2KLinks"
	HOME=$tmp/home ed2k "$("$SHARE" -d "$db" link --html --source \
		192.0.2.7:4662 "$dir/plain-name.iso" |
		sed -n 's/.* href="\([^"]*\)".*/\1/p')" >"$tmp/out"
	"$SHARE" -d "$db" link --source 192.0.2.7:4662 "$dir/plain-name.iso" |
		cmp - "$tmp/home/.aMule/ED2KLinks" || fail "$(cat "$tmp/out")"
fi

# amuled itself, in a network of its own, loads every file of it
if unshare -n true 2>/dev/null && command -v amuled >/dev/null &&
	command -v amulecmd >/dev/null; then
	mkdir -p "$tmp/home/.aMule"
	cat >"$tmp/home/.aMule/amule.conf" <<-END
		[eMule]
		Autoconnect=0
		ConnectToED2K=0
		ConnectToKad=0
		NewVersionCheck=0
		[ExternalConnect]
		AcceptExternalConnections=1
		ECPassword=$(printf test | md5sum | cut -d ' ' -f 1)
	END
	cp "$collection" "$tmp/home/.aMule/ED2KLinks"
	cut -d '|' -f 5 "$collection" | sort >"$tmp/wanted"
	cat >"$tmp/load" <<-'END'
		ip link set lo up
		amuled -o >amuled.log 2>&1 &
		for _ in $(seq 120); do
			sleep 0.5
			amulecmd -h 127.0.0.1 -P test -c 'show dl' >shown 2>&1
			grep -o '^ > [0-9A-F]\{32\} ' shown | tr -d '> ' |
				tr A-F a-f | sort >hashes
			cmp -s "$1" hashes && break
		done
		kill $!
		wait $!
		cmp "$1" hashes
	END
	(cd "$tmp/home" && HOME=$PWD unshare -n --kill-child --fork --pid \
		sh "$tmp/load" "$tmp/wanted") ||
		fail "amuled loads other files: $(tail -50 "$tmp/home/shown")"
else
	skip_part "amuled with a collection: no network namespace, or no amuled"
fi

# a page that cannot be written whole is an error
if [ -e /dev/full ]; then
	expect 74 "$SHARE" -d "$db" link --html >/dev/full
	said 'cannot write standard output'
fi
