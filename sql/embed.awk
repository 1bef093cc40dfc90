# Turn sql/ROOM.sql into a C header. "-- name: ROOM_X" begins one statement: it
# becomes a constant of enum ROOM_statement and its text in ROOM_sql[].
# "-- script: NAME" begins several statements, which become NAME[]. Lines that
# are comments are dropped.
#
# With -v list=1 all files become one array of statements, for the test of them
# all: room, name, text, and the comment "(parameters) -> columns".
# SPDX-License-Identifier: ISC

function end_text(   entry) {
	if (name == "")
		return
	if (list)
		entry = "\t{\"" room "\", \"" name "\",\n\t\"" signature "\",\n" text "\t},\n"
	else
		entry = "\t[" name "] = (\n" text "\t),\n" # clang wants the brackets
	if (script && !list)
		printf "static const char %s[] __attribute__((unused)) =\n%s\t;\n\n",
			name, text
	else if (!script) {
		names = names "\t" name ",\n"
		entries = entries entry
	}
	name = text = signature = ""
	script = 0
}

FNR == 1 {
	end_text()
	room = FILENAME
	sub(/.*\//, "", room)
	sub(/\.sql$/, "", room)
	if (!list)
		printf "#ifndef SQL_%s_H\n#define SQL_%s_H\n\n", toupper(room),
			toupper(room)
}
/^-- (name|script): / {
	end_text()
	name = $3
	script = $2 == "script:"
	next
}
/^-- \(/ || (/^--/ && signature != "" && text == "") {
	sub(/^-- */, "")
	signature = signature (signature == "" ? "" : " ") $0
	next
}
/^--/ || /^$/ { next }
name == "" {
	print FILENAME ": " FNR ": SQL without a name" >"/dev/stderr"
	exit failed = 1
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	text = text "\t\"" $0 "\\n\"\n"
}
END {
	if (failed)
		exit 1
	end_text()
	if (list) {
		printf "static const struct {\n\tconst char *room, *name, *signature, *text;\n} sql_list[] = {\n%s};\n", entries
		exit
	}
	if (names != "")
		printf "enum %s_statement {\n%s\t%s_N_STATEMENTS\n};\n\n" \
			"static const char *const %s_sql[] __attribute__((unused)) = {\n%s};\n\n",
			room, names, toupper(room), room, entries
	print "#endif"
}
