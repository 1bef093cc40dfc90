#!/bin/sh
# Slots under fire: 200 processes that come, wait, take, give back and are
# killed at random. Never do more than the slots hold one, and those who died
# leave nothing behind. SECONDS_OF_STRESS makes it longer.
. "$(dirname "$0")/../lib.sh"

mkdir "$tmp/state"
"$TOOLS/stress" "${SECONDS_OF_STRESS:-10}" "$tmp/state" >"$tmp/said" 2>&1 ||
	fail "$(cat "$tmp/said")"
