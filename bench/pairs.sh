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

# median NUMBER...: sets MEDIAN, and MEDIAN_WORDS with how many there are and the extremes
median() {
	local sorted
	mapfile -t sorted < <(printf '%s\n' "$@" | sort -n)
	MEDIAN=${sorted[$((($# - 1) / 2))]}
	MEDIAN_WORDS="median $MEDIAN, of $# pairs from ${sorted[0]} to ${sorted[$#-1]}"
}

# demand A at-least|at-most B WHAT: of two numbers that may have a point
demand() {
	local op='>='
	[ "$2" = at-least ] || op='<='
	awk "BEGIN { exit !($1 $op $3) }" || fail "$4: $1, and that has to be ${2/-/ } $3"
}

# pairs OURS THEIRS: notes how many times as fast ours is, of $PAIRS pairs; sets MEDIAN
pairs() {
	local ratios=() ours theirs i
	for ((i = 0; i < PAIRS; i++)); do
		theirs=$(took "$2")
		ours=$(took "$1")
		ratios+=("$(awk "BEGIN { printf \"%.2f\", $theirs / $ours }")")
	done
	median "${ratios[@]}"
	note "$1: times as fast as ${2#by_}: $MEDIAN_WORDS"
}
