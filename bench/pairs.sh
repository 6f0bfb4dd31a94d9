# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Two ways to do the same, measured in turns. For benchmarks to source.

# took COMMAND...: microseconds
took() {
	local t=${EPOCHREALTIME/./}
	"$@" >/dev/null
	echo $((${EPOCHREALTIME/./} - t))
}

# median NUMBER...: in words, with how many there are and the extremes
median() {
	printf '%s\n' "$@" | sort -n |
		awk '{ v[NR] = $1 } END { print "median " v[int((NR + 1) / 2)] ", of " NR " pairs from " v[1] " to " v[NR] }'
}

# pairs OURS THEIRS: notes how many times as fast ours is, of $PAIRS pairs
pairs() {
	local ratios=() ours theirs i
	for ((i = 0; i < PAIRS; i++)); do
		theirs=$(took "$2")
		ours=$(took "$1")
		ratios+=("$(awk "BEGIN { printf \"%.2f\", $theirs / $ours }")")
	done
	note "$1: times as fast as ${2#by_}: $(median "${ratios[@]}")"
}
