# Turn link.html into one C header: what stands before the line "<!-- file -->"
# becomes html_head[], what stands between it and "<!-- end -->" html_file[], and
# the rest html_end[].
# SPDX-License-Identifier: ISC
function begin(name) {
	if (NR > 1)
		print "\t;"
	printf "static const char html_%s[] =\n", name
}
NR == 1 { begin("head") }
/^<!-- file -->$/ { begin("file"); next }
/^<!-- end -->$/ { begin("end"); next }
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\?/, "?\" \"") # two in a row may begin a trigraph
	printf "\t\"%s\\n\"\n", $0
}
END { print "\t;" }
