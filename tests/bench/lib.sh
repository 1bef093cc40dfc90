# What every figure begins with: . "$(dirname "$0")/lib.sh"
# A figure is measured in rounds, ours and what it is compared with in turn, and
# reported as the median of the rounds' ratios. tests/bench/run runs it.
. "$(dirname "$0")/../e2e/lib.sh"
export LC_ALL=C # a point in EPOCHREALTIME

TOOLS=$B/tests/bench
rounds=${ROUNDS:-5}

# each_round COMMAND...
each_round() {
	local round
	for round in $(seq "$rounds"); do
		"$@"
	done
}

# note NAME VALUE [BASELINE]: what a round gave, in numbers.
note() {
	local n
	for n in "${@:2}"; do
		[[ $n =~ ^[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?$ ]] || fail "no number: $*"
	done
	echo "${@:2}" >>"$tmp/$1.rounds"
}

# figure NAME UNIT AIM TITLE [AGAINST]: what all rounds gave, for the report.
# The value is that of the ratios or, without a baseline, of what was noted.
figure() {
	awk -v name="$1" -v unit="$2" -v aim="$3" -v title="$4" \
		-v against="${5:-}" -f tests/bench/figure.awk \
		"$tmp/$1.rounds" >>"$BENCH_DIR/figures"
}

# calc EXPRESSION: of awk
calc() {
	awk "BEGIN { printf \"%.6g\n\", $1 }"
}

# median: of the numbers on stdin
median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# seconds COMMAND...: how long it takes
seconds() {
	local begin=$EPOCHREALTIME
	"$@" >&2 || fail "$*"
	calc "$EPOCHREALTIME - $begin"
}

# at_once N COMMAND...: N of them at once
at_once() {
	local n=$1 jobs= job
	shift
	for _ in $(seq "$n"); do
		"$@" &
		jobs="$jobs $!"
	done
	for job in $jobs; do
		wait "$job" || fail "$*"
	done
}

# share BYTES: a file of so many bytes in the page cache, made once for all
# figures: $file, its database $db, $link, and the server's $user hash. Its
# bytes do not repeat and are the same each time.
share() {
	file=$BENCH_DIR/$1 db=$BENCH_DIR/$1.db
	if [ ! -e "$db" ]; then
		head -c "$1" /dev/zero | openssl enc -aes-128-ctr -nosalt \
			-k bench -pbkdf2 >"$file" 2>/dev/null
		"$SHARE" -d "$db" add "$file" >/dev/null
	fi
	cat "$file" >/dev/null
	link=$("$SHARE" -d "$db" link --source 127.0.0.1:4662 --crypt "$file")
	user=${link%|/}
	user=${user##*:}
}

# serve_with PROGRAM [ARG...]: `serve`, with that program in place of the server
serve_with() {
	SERVE=$1 serve "${@:2}"
}
