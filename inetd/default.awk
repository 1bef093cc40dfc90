# /etc/default/ed2k-serve out of "ed2k-serve --help": each variable, commented,
# with its meaning and its default. A test compares it with the file in here.
#
#   build/ed2k-serve --help | awk -f inetd/default.awk >inetd/ed2k-serve.default
BEGIN {
	print "# Options of ed2k-serve, for the systemd unit ed2k-serve@.service. A line that"
	print "# is commented shows the default; see ed2k-serve(8). What is set here holds for"
	print "# connections made afterwards: nothing has to be restarted."
	value["db"] = "/var/lib/ed2k-share/share.db"
	value["state"] = "/var/lib/ed2k-serve"
	name["db"] = "SHARE_DB"
	name["state"] = "STATE_DIR"
}
match($0, /^  (-.,|   ) --/) {
	line = substr($0, RLENGTH + 1)
	option = line
	sub(/ .*/, "", option)
	if (option ~ /^(listen|user|messages|version|help)$/)
		next
	meaning = substr($0, 32)
	sub(/^ */, "", meaning)
	form = match(line, /^[^ ]+ [A-Z]+/) ? substr(line, 1, RLENGTH) : option
	if (option in value)
		default = value[option]
	else if (form == option || meaning ~ /\(no limit\)$/)
		default = 0
	else if (match(meaning, /\([^() ]+\)$/))
		default = substr(meaning, RSTART + 1, RLENGTH - 2)
	else
		default = ""
	if (!(option in name)) {
		name[option] = toupper(option)
		gsub(/-/, "_", name[option])
	}
	printf "\n# --%s: %s\n#ED2K_%s=%s\n", form, meaning, name[option], default
}
