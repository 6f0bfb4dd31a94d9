# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the command says and ends with, for cases about it. To be sourced.

# tells STATUS PATTERN ARGUMENT...: copyoff ends with that status, and what it printed has
# the pattern: on standard output if all is well, else on standard error. Both are in
# /run/out and /run/err.
tells() {
	local want=$1 pattern=$2 rc=0 where=/run/err
	shift 2
	[ "$want" != 0 ] || where=/run/out
	"$COPYOFF" "$@" >/run/out 2>/run/err || rc=$?
	cat /run/out /run/err
	same "$rc" "$want" "exit status of copyoff $*:"
	grep -E -- "$pattern" "$where" || fail "copyoff $*: no word of $pattern"
}

# says STATUS PATTERN ARGUMENT...: the same, in one sentence and no more
says() {
	tells "$@"
	same "$(wc -l </run/err)" 1 "lines on standard error"
}
