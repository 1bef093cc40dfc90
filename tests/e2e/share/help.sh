#!/bin/sh
# --help: of every verb on one screen of 80 columns and 24 lines, without a
# database; of the server within 80 columns. All of it is in the man pages.
. "$(dirname "$0")/../lib.sh"

manual=$top/src

# fits LINES COMMAND...: its output in $tmp/out
fits() {
	lines=$1
	shift
	expect 0 env -u HOME -u XDG_DATA_HOME "$@" >"$tmp/out"
	[ ! -s "$tmp/err" ] || fail "$*: $(cat "$tmp/err")"
	[ "$(wc -l <"$tmp/out")" -le "$lines" ] ||
		fail "$*: more than $lines lines"
	awk 'length > 80 { print; exit 1 }' "$tmp/out" ||
		fail "$*: more than 80 columns"
}

# in_manual PAGE: the long options of the last output
in_manual() {
	grep -o -e '--[a-z-]*' "$tmp/out" | sort -u >"$tmp/options"
	while read -r option; do
		case $option in
		-- | --help) continue ;;
		esac
		grep -q -e "-${option#--}\( \|\$\)" "$manual/$1" ||
			fail "$option is not in $1"
	done <"$tmp/options"
}

fits 24 "$SHARE" --help
in_manual ed2k-share.1
verbs=$(sed -n 's/^  \([a-z]*\) .*/\1/p' "$tmp/out")
[ "$(echo "$verbs" | wc -w)" -ge 10 ] || fail "verbs: $verbs"
for verb in $verbs; do
	fits 24 "$SHARE" "$verb" --help
	grep -q "^usage: ed2k-share .*$verb" "$tmp/out" || fail "$verb: no usage"
	in_manual ed2k-share.1
	grep -q "^\.Ss $verb" "$manual/ed2k-share.1" || fail "$verb: no manual"
	sed -n '/^\.Sh USAGE EXAMPLES/,/^\.Sh DESC/p' "$manual/ed2k-share.1" |
		grep -q "ed2k-share $verb" || fail "$verb: no example"
	# what is wrong is named, and where to read on
	expect 64 "$SHARE" "$verb" --nonsense
	said 'bad option.*"--nonsense"; see --help$'
done
fits 40 "$SERVE" --help
in_manual ed2k-serve.8
expect 64 "$SHARE" nonsense
said 'there is no verb "nonsense"; see "ed2k-share --help"'
