# SPDX-License-Identifier: GPL-2.0-only
#
# Reads what KUnit says of one suite, and prints "PASSED FAILED PROBLEM...": how
# many cases did what, and what is wrong with the whole, if anything. A case that
# was announced and has no result is one that failed.

function level(text) { match(text, /^ */); return RLENGTH }

/^KTAP version 1$/ { begun = 1 }

# Of the suite itself: the only result that is not indented.
/^(not )?ok [0-9]+ / { verdict = $1; verdicts++ }

level($0) == 4 && $1 ~ /^1\.\.[0-9]+$/ { planned = substr($1, 4) + 0 }
level($0) == 4 && $1 == "ok" { if (/# SKIP/) skipped++; else passed++ }
level($0) == 4 && $1 == "not" && $2 == "ok" { failed++ }

END {
	lost = planned - passed - failed - skipped
	if (!begun || verdicts != 1)
		problem = "KUnit has not told of it"
	else if (!planned)
		problem = "no cases"
	else if (lost)
		problem = lost " cases have no result"
	else if (skipped)
		problem = skipped " cases were skipped"
	else if (failed || verdict != "ok")
		problem = failed " cases failed"
	printf "%d %d %s\n", passed, planned - passed, problem
}
