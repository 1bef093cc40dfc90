# What both benchmarks use: . tests/bench/lib.sh behind tests/e2e/lib.sh

# seconds COMMAND...: how long it takes
seconds() {
	local begin=$EPOCHREALTIME
	"$@" || fail "$*"
	echo "$begin $EPOCHREALTIME" | awk '{ printf "%.4f\n", $2 - $1 }'
}

# median FILE: of its numbers
median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# bench_file PATH BYTES: bytes that do not repeat, the same each time
bench_file() {
	head -c "$2" /dev/zero | openssl enc -aes-128-ctr -nosalt -k bench \
		-pbkdf2 >"$1" 2>/dev/null
}
