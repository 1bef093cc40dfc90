# Turn SQL files into one C header: share.sql -> sql_share[], query/NAME.sql
# -> sql_NAME[], upgrade/N.sql -> sql_upgrade_N[]. Whole-line comments are dropped. The test of
# all statements defines SQL_WANT_LIST and gets them as a list too.
# SPDX-License-Identifier: ISC
FNR == 1 {
	if (name != "")
		print "\t;"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.sql$/, "", name)
	if (FILENAME ~ /upgrade\//)
		name = "upgrade_" name
	if (FILENAME ~ /query\//)
		queries[++n] = name
	printf "static const char sql_%s[] __attribute__((unused)) =\n", name
}
/^--/ || /^$/ { next }
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "\t\"%s\\n\"\n", $0
}
END {
	print "\t;\n#ifdef SQL_WANT_LIST"
	print "static const struct {\n\tconst char *name, *text;\n} sql_queries[] = {"
	for (i = 1; i <= n; i++)
		printf "\t{\"%s\", sql_%s},\n", queries[i], queries[i]
	print "};\n#endif"
}
