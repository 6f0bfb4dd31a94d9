# SPDX-License-Identifier: GPL-2.0-only
#
# Reads coverage.exclude and then what "gcov -b -c -t" prints of several objects,
# and tells which lines and branches of src/ none of them has reached. A header
# is in several objects: what one of them reaches is reached.

function complain(what) { print what; bad++ }

# "file:pattern # reason"
function exclusion(text,    colon, hash)
{
	colon = index(text, ":")
	hash = index(text, " # ")
	if (colon < 2 || hash < colon + 2 || substr(text, hash + 3) !~ /[^ ]/) {
		complain("coverage.exclude: not \"file:pattern # reason\": " text)
		return
	}
	nr_exclusions++
	ex_text[nr_exclusions] = text
	ex_file[nr_exclusions] = substr(text, 1, colon - 1)
	ex_pattern[nr_exclusions] = substr(text, colon + 1, hash - colon - 1)
}

# Lines are "count:number:source"; "-" is no code, "#####" and "=====" are never.
function source_line(text,    part)
{
	split(text, part, ":")
	line = file ":" (part[2] + 0)
	if (part[2] + 0 == 0 || part[1] ~ /-/)
		return
	if (!(line in source)) {
		source[line] = substr(text, length(part[1] part[2]) + 3)
		lines[++nr_lines] = line
	}
	if (part[1] !~ /[#=]/)
		reached[line] = 1
}

function source_branch(branch, taken)
{
	branch = line " branch " branch
	if (!(branch in of_line)) {
		of_line[branch] = line
		branches[++nr_branches] = branch
	}
	if (taken > 0)
		reached[branch] = 1
}

# Which exclusion speaks of that line? 0: none
function excluded(line,    i, name)
{
	name = substr(line, 1, index(line, ":") - 1)
	for (i = 1; i <= nr_exclusions; i++)
		if (name == ex_file[i] && source[line] ~ ex_pattern[i])
			return i
	return 0
}

function miss(what, line,    i)
{
	i = excluded(line)
	if (!i) {
		complain("src/" what " is not reached:" source[line])
		return
	}
	used[i] = 1
	excused[line] = 1
}

FILENAME == ARGV[1] {
	if ($0 !~ /^(#|$)/)
		exclusion($0)
	next
}

/^ *-: *0:Source:/ {
	file = substr($0, index($0, "Source:") + 7)
	ours = index(file, top "src/") == 1
	sub(/.*\//, "", file)
}

!ours { next }
/^ *[-#=0-9]+[*]?: *[0-9]+:/ { source_line($0) }
/^branch +[0-9]+ taken / { source_branch($2, $4) }
/^branch +[0-9]+ never executed/ { source_branch($2, 0) }

END {
	for (i = 1; i <= nr_lines; i++)
		if (!(lines[i] in reached))
			miss(lines[i], lines[i])
	for (i = 1; i <= nr_branches; i++)
		if (!(branches[i] in reached) && of_line[branches[i]] in reached)
			miss(branches[i], of_line[branches[i]])
	for (i = 1; i <= nr_exclusions; i++)
		if (!(i in used))
			complain("coverage.exclude: nothing to exclude: " ex_text[i])
	for (line in excused)
		nr_excused++
	if (nr_excused * 100 > nr_lines)
		complain("coverage.exclude: more than one line in a hundred")
	if (!nr_lines || !nr_branches)
		complain("nothing was measured")
	printf "%d lines, %d branches, %d lines excluded, %d complaints\n",
		nr_lines, nr_branches, nr_excused, bad
	exit bad ? 1 : 0
}
