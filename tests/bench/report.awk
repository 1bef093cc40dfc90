# The report of all figures, as figure.awk prints them. -v form=table or json;
# json takes the object that describes the machine in -v machine.
function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/[\001-\037]/, " ", s)
	return "\"" s "\""
}
function number(s) {
	return s == "" ? "null" : s + 0
}
BEGIN {
	FS = "\t"
	if (form == "json")
		printf "{\"machine\": %s,\n\"figures\": [", machine
	else
		printf "%-13s %-7s %8s %-19s %-9s %s\n", "figure", "", "value",
			"least .. most", "aim", "ours / baseline"
}
form == "json" {
	printf "%s\n{\"name\": %s, \"result\": %s, \"value\": %s, \"least\": %s, ",
		(NR > 1 ? "," : ""), quoted($1), quoted($2), number($3), number($4)
	printf "\"most\": %s, \"ours\": %s, \"baseline\": %s, \"unit\": %s, ",
		number($5), number($6), number($7), quoted($8)
	printf "\"rounds\": %s, \"aim\": %s, \"title\": %s, \"against\": %s, ",
		number($9), quoted($10), quoted($11), quoted($12)
	printf "\"why\": %s}", quoted($13)
	next
}
$2 != "met" && $2 != "missed" {
	printf "%-13s %-7s %s\n", $1, $2, $13
	next
}
{
	printf "%-13s %-7s %8s %-19s %-9s ", $1, $2, $3, $4 " .. " $5, $10
	if ($7 == "")
		printf "%s %s: %s\n", $6, $8, $11
	else
		printf "%s / %s %s: %s, against %s\n", $6, $7, $8, $11, $12
}
END {
	if (form == "json")
		print "\n]}"
}
