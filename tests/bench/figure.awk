# One figure from its rounds: a line of each is "OURS [BASELINE]". Prints fields
# between tabs: name, result, value, least, most, ours, baseline, unit, rounds,
# aim, title, against, why there is none.
function median(v, n,   i, j, x) {
	for (i = 2; i <= n; i++) {
		x = v[i]
		for (j = i; j > 1 && v[j - 1] > x; j--)
			v[j] = v[j - 1]
		v[j] = x
	}
	return v[int((n + 1) / 2)]
}
function is_met(value, aim,   part) {
	split(aim, part, " ")
	if (part[1] == ">=")
		return value >= part[2]
	if (part[1] == "<=")
		return value <= part[2]
	return part[1] == ">" ? value > part[2] : value < part[2]
}
{
	ours[NR] = $1
	baseline[NR] = $2
	value[NR] = NF > 1 ? $1 / $2 : $1
	has_baseline = NF > 1
}
END {
	middle = median(value, NR)
	printf "%s\t%s\t%.4g\t%.4g\t%.4g\t", name,
		is_met(middle, aim) ? "met" : "missed",
		middle, value[1], value[NR]
	printf "%.5g\t%s\t%s\t%d\t%s\t%s\t%s\t\n", median(ours, NR),
		has_baseline ? sprintf("%.5g", median(baseline, NR)) : "",
		unit, NR, aim, title, against
}
