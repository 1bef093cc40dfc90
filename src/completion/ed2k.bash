# Completion of ed2k-share and ed2k-serve for bash. Verbs, options and their
# values are read from --help each time, so that nothing has to be kept in step.
# SPDX-License-Identifier: ISC

# Offer those of the words $1 that begin with what is typed.
_ed2k_offer() {
	COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

_ed2k_files() {
	local IFS=$'\n'
	compopt -o filenames 2>/dev/null
	COMPREPLY+=($(compgen -f -- "$cur"))
}

# Offer the hashes of shared files once a hash was begun.
_ed2k_hashes() {
	[[ $cur =~ ^[0-9a-fA-F]+$ ]] || return
	COMPREPLY+=($(compgen -W "$("${share[@]}" link 2>/dev/null |
		cut -d '|' -f 5)" -- "${cur,,}"))
}

# Offer what a word of a synopsis stands for; a word in lower case is offered
# itself.
_ed2k_word() {
	case $1 in
	'' | [0-9]*) ;;
	*[A-Z]*)
		[[ $1 != *HASH* ]] || _ed2k_hashes
		[[ ! $1 =~ PATH|FILE|DIR|DB|SOURCE|OUT ]] || _ed2k_files
		;;
	*) _ed2k_offer "${1//|/ }" ;;
	esac
}

# Offer what may follow a verb. $1: its synopsis. A word after an option is the
# value of the option, unless it begins with a bracket, a bar or a dash.
_ed2k_verb() {
	local word bare option= options= words=
	for word in $1; do
		bare=${word//[][]/}
		bare=${bare%...}
		if [[ -n $option && $word != [-[\|]* ]]; then
			if [[ $option == "$prev" ]]; then
				_ed2k_word "$bare"
				return
			fi
			option=
		elif [[ $bare == -* ]]; then
			options+=" ${bare//|/ }"
			option=${bare##*|}
			[[ $word != *']' ]] || option=
		else
			option=
			[[ $word == '|' ]] || words+=" $bare"
		fi
	done
	if [[ $cur == -* ]]; then
		_ed2k_offer "$options --help"
		return
	fi
	for word in $words; do
		_ed2k_word "$word"
	done
}

_ed2k_share() {
	local cur=$2 prev=$3 i word help
	local share=("$1")
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-d | -s | --db | --state)
			((++i < COMP_CWORD)) || {
				_ed2k_files
				return
			}
			share+=("$word" "${COMP_WORDS[i]}")
			;;
		-*) ;;
		*)
			help=$("$1" "$word" --help 2>/dev/null)
			help=${help%%$'\n\n'*}
			_ed2k_verb "${help#*" $word "}"
			return
			;;
		esac
	done
	case $cur in
	-*) _ed2k_offer '-d -s --db --state --help --version' ;;
	*) _ed2k_offer "$("$1" --help 2>/dev/null |
		sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')" ;;
	esac
}

_ed2k_serve() {
	local cur=$2 prev=$3 help
	COMPREPLY=()
	help=$("$1" --help 2>/dev/null | sed -n 's/^  \(-., \|    \)--/--/p')
	_ed2k_word "$(sed -n "s/^$prev \([A-Z]\{1,\}\) .*/\1/p" <<<"$help")"
	[[ $cur != -* ]] || _ed2k_offer "$(sed "s/ .*//" <<<"$help")"
}

complete -F _ed2k_share ed2k-share
complete -F _ed2k_serve ed2k-serve
