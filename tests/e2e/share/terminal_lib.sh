# What the tests of progress on a terminal begin with, behind lib.sh.
need_command script bsdutils

# interrupt_shown COLUMNS PATTERN VERB...: run ed2k-share with $db on a terminal
# of so many columns, and press Ctrl-C when two lines were shown that match; what
# was shown is in $tmp/lines.
interrupt_shown() {
	columns=$1 pattern=$2
	shift 2
	echo "stty cols $columns; TERM=xterm exec '$SHARE' -d '$db' $*" \
		>"$tmp/typescript.sh"
	: >"$tmp/shown"
	[ -e "$tmp/keys" ] || mkfifo "$tmp/keys"
	# (what sh runs in the background begins with SIGINT ignored)
	env --default-signal=INT script -qefc "sh '$tmp/typescript.sh'" \
		"$tmp/screen" <"$tmp/keys" >"$tmp/shown" &
	pid=$!
	track $pid
	exec 9>"$tmp/keys"
	wait_for 60 is_shown
	printf '\003' >&9
	status=0
	wait $pid || status=$?
	exec 9>&-
	[ $status -eq 130 ] || fail "$1: ended with $status: $(cat -v "$tmp/shown")"
	is_shown
}
is_shown() {
	tr '\r' '\n' <"$tmp/shown" >"$tmp/lines"
	[ "$(grep -c "$pattern" "$tmp/lines")" -ge 2 ]
}
