#!/bin/sh
# The file for /etc/default has every option of the server, as --help tells it,
# and under the name that the server reads.
. "$(dirname "$0")/../lib.sh"
inetd=$top/inetd

"$SERVE" --help | awk -f "$inetd/default.awk" >"$tmp/default"
diff -u "$inetd/ed2k-serve.default" "$tmp/default" ||
	fail "inetd/ed2k-serve.default is not what --help says; see inetd/default.awk"

# each line, when it is no comment any more, is what the server would do anyway
sed -n 's/^#\(ED2K_.*=.*\)/\1/p' "$tmp/default" >"$tmp/variables"
# LeakSanitizer cannot work in the sandbox
[ -z "${ED2K_SANDBOX:-}" ] || sed -i '/^ED2K_SANDBOX=/d' "$tmp/variables"
[ "$(wc -l <"$tmp/variables")" -ge 20 ] || fail "few variables"
mkdir "$tmp/state"
"$SHARE" -d "$tmp/share.db" add "$SERVE" >/dev/null
expect 0 env $(cat "$tmp/variables") "$SERVE" -d "$tmp/share.db" \
	-s "$tmp/state" </dev/null >/dev/null

# and is read: a value that cannot be is told, a file that is not there missed
while IFS='=' read -r name _; do
	env REMOTE_ADDR=192.0.2.1 "$name=$tmp/nowhere" "$SERVE" \
		</dev/null >/dev/null 2>"$tmp/err" || true
	grep -qE "$name|$tmp/nowhere" "$tmp/err" ||
		fail "$name is not read: $(cat "$tmp/err")"
done <"$tmp/variables"
