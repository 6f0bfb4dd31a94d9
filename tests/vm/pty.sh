# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A command on a terminal, for cases that look at what people see. To be sourced.

# on_pty COLUMNS COMMAND...: begin it; what the terminal gets is in /run/pty
on_pty() {
	{ local -; set +x; } 2>/dev/null
	local columns=$1
	shift
	rm -f /run/pty
	coproc PTY { TERM=xterm exec script -qefc "stty cols $columns; exec $(printf '%q ' "$@")" /run/pty >/dev/null; }
	PTY_IN=${PTY[1]}
}

# type_in TEXT: \003 is Ctrl-C
type_in() { printf %b "$1" >&"$PTY_IN"; }

# end_pty STATUS: wait for it. A terminal ends its lines with \r\n
end_pty() {
	local rc=0 pid=$PTY_PID
	wait "$pid" || rc=$?
	exec {PTY_IN}>&-
	cat -v /run/pty
	same "$rc" "$1" "exit status on the terminal"
}

# pty_lines: what was on the terminal, each state of a line that was written over on
# a line of its own
pty_lines() { tr -d '\n' </run/pty | sed 's/\x1b\[K//g; s/\^C\r/\r/g' | tr '\r' '\n'; }
