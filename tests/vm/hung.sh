# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests/vm/run: what a guest is doing that has gone silent. A case's time limit is
# kept by the guest itself; one that says nothing long after has a kernel that stands
# still, or an emulator that does. Which of them, and where, only QEMU can tell.

# How long after a case's own limit it may take to end it, look through the kernel's
# log and remove the module.
GRACE=$((BOOT_LIMIT * 2 / 3))
# And how long it may take to ask about one, in seconds.
QUESTIONING=60

# watch_guest DIR PIPE SLOWNESS: until it is killed. If a case, or the boot, says
# nothing for too long, say so in DIR/hung.log, ask the monitor at PIPE what goes on,
# leave that in DIR/hung.full, and end the guest.
watch_guest() {
	local dir=$1 pipe=$2 slowness=$3 name last='' since=$SECONDS
	while sleep 5; do
		name=$(running_case "$dir/result")
		[ "$name" = "$last" ] || { last=$name since=$SECONDS; }
		[ -n "$name" ] || no_case_began "$dir" || continue
		[ $((SECONDS - since)) -ge $(($(silence_limit "$name") * slowness)) ] || continue
		name=${name:-boot}
		echo "$name: nothing was heard for $((SECONDS - since)) s" >"$dir/hung.log"
		question_guest "$pipe" >"$dir/hung.full"
		return
	done
}

# silence_limit [CASE]: for how long it, or the boot, may say nothing
silence_limit() {
	[ -n "$1" ] && echo $(($(case_limit "$1") + GRACE)) || echo "$BOOT_LIMIT"
}

no_case_began() { ! grep -qs '^BEGIN' "$1/result"; }

# sum_up_hang DIR: where the processors were, if it was asked
sum_up_hang() {
	[ -s "$1/hung.full" ] || return 0
	tr -d '\r' <"$1/hung.full" | grep -aE '^(VM status|CPU#|RIP=| PC=)' >>"$1/hung.log" || :
}

# running_case RESULT: the case that has begun and not ended
running_case() {
	[ -f "$1" ] || return 0
	awk '$1 == "BEGIN" { c = $2 }
		$1 == "ok" || $1 == "FAIL" || $1 == "skip" { c = "" }
		END { print c }' "$1"
}

# Twice where each processor is: standing still, or running in circles? An NMI has a
# kernel that still takes one panic, with a backtrace of each processor in the console
# (see init); without, QEMU is told to quit.
question_guest() {
	local words
	cat "$1.out" &
	for words in "info status" "info registers -a" "info registers -a" "info block" nmi; do
		echo "$words" >"$1.in"
		sleep 1
	done
	# To say what it has to say.
	sleep 9
	echo quit >"$1.in"
	sleep 1
	kill $! 2>/dev/null || :
}
