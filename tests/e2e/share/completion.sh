#!/bin/bash
# The shells offer every verb and option that --help prints. In zsh, whose
# completion runs only at its prompt, compadd stands in for that.
. "$(dirname "$0")/../lib.sh"
completion=$top/src/completion
export ED2K_SHARE_DB=$tmp/share.db
mkdir "$tmp/bin"
ln -s "$SHARE" "$SERVE" "$tmp/bin"
PATH=$tmp/bin:$PATH

# options_of VERB: all in its usage that stands behind it
options_of() {
	ed2k-share "$1" --help | sed "/^\$/q; s/^usage:.* $1 / /" |
		grep -oE '[ [|]--?[a-z][a-z-]*' | tr -d ' [|'
}

# bash_offers WORD..., zsh_offers WORD...: what is offered for the last word
bash_offers() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	"_${1//-/_}" "$1" "${@: -1}" "${@: -2:1}" || true
	printf '%s\n' "${COMPREPLY[@]}"
}
zsh_offers() {
	zsh -f -c '
		compadd() {
			[[ $1 != -M ]] || shift 2
			shift
			said ${(M)@:#$PREFIX*}
		}
		_files() { said $PREFIX*(N) }
		said() { (($# == 0)) || print -rl -- "$@" }
		file=$1
		shift
		words=("$@") CURRENT=$# PREFIX=${@[-1]}
		complete_it() { . $file }
		complete_it' zsh "$completion/_ed2k" "$@"
}

# offered OFFER... -- WORD...: each, and in no other case
offered() {
	wanted=
	while [ "$1" != -- ]; do
		wanted="$wanted $1"
		shift
	done
	shift
	"${shell}_offers" "$@" >"$tmp/offers"
	for offer in $wanted; do
		grep -qxF -e "$offer" "$tmp/offers" ||
			fail "$shell: $offer is not offered for $*: $(cat "$tmp/offers")"
	done
}
# only OFFER... -- WORD...: these and no more
only() {
	offered "$@"
	diff <(printf '%s\n' $wanted | sed '/^$/d' | sort) \
		<(sed '/^$/d' "$tmp/offers" | sort -u) ||
		fail "$shell: more is offered for $*"
}

check() {
	verbs=$(ed2k-share --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
	[ "$(echo "$verbs" | wc -l)" -ge 10 ] || fail "few verbs: $verbs"
	only $verbs -- ed2k-share ''
	only $verbs -- ed2k-share -d "$tmp/share.db" ''
	for verb in $verbs; do
		only $(options_of "$verb") --help -- ed2k-share "$verb" -
	done
	options=$(ed2k-serve --help | grep -oE '^  (-.,|   ) --[a-z-]+' |
		cut -c 7-)
	[ "$(echo "$options" | wc -l)" -ge 20 ] || fail "few options: $options"
	only $options -- ed2k-serve -
	offered --slots -- ed2k-serve --s
	only -- ed2k-serve --slots ''
	offered "$tmp/share.db" -- ed2k-serve --db "$tmp/sh"
	offered "$tmp/share.db" -- ed2k-share -d "$tmp/sh"

	# the words that are given, where they are given
	only file peer day -- ed2k-share stats --by ''
	only prune -- ed2k-share stats ''
	offered low normal high -- ed2k-share priority "$tmp/one" ''
	offered yes no -- ed2k-share announce "$tmp/one" ''
	only -- ed2k-share comment -r ''
	only -- ed2k-share link --source ''

	# paths; hashes too, but not before one was begun
	only "$tmp/one" -- ed2k-share remove "$tmp/on"
	only "$hash" -- ed2k-share remove "${hash%??????}"
	only "$hash" -- ed2k-share -d "$tmp/share.db" remove "${hash%??????}"
	only -- ed2k-share nonsense ''
}

random_file "$tmp/one" 1000
link=$(ed2k-share add "$tmp/one")
hash=$(hash_of "$link")
cd "$tmp/bin"

. "$completion/ed2k.bash"
shell=bash
check
command -v zsh >/dev/null || {
	echo "zsh is not there: its completion was not tried"
	exit 0
}
zsh -n "$completion/_ed2k" || fail "zsh: syntax"
shell=zsh
check
