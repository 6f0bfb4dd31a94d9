# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: smp
# quick-on: 6.1
# timeout: 240
#
# The system goes to sleep (up to the freezing of all tasks) with jobs under way.
# They are no tasks; yet no command is sent while it sleeps, and they go on after.

[ -e /sys/power/pm_test ] || skip "this kernel cannot test its sleep"
. "$TOP/tests/vm/jobs.sh"
load
A=$(ns 1)
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 256 max_inflight 2')"
ONE=/dev/mapper/one
TRACE=/sys/kernel/tracing
mountpoint -q $TRACE || mount -t tracefs none $TRACE
echo freezer >/sys/power/pm_test
defer sh -c 'echo none >/sys/power/pm_test'
for event in power/suspend_resume copyoff/command_start; do
	echo 1 >$TRACE/events/$event/enable
	defer sh -c "echo 0 >$TRACE/events/$event/enable"
done
defer full_speed copyoff-n1

# sleep_through ARGS...: jobs begin, the system sleeps, all is right; the trace is
# in /run/trace
sleep_through() {
	begin_jobs "$@"
	slow_down copyoff-n1 16777216
	step_jobs submit
	echo >$TRACE/trace
	echo freeze >/sys/power/state
	cat $TRACE/trace >/run/trace
	before=$(commands)
	full_speed copyoff-n1
	step_jobs records
	end_jobs
	[ "$(commands)" -gt "$before" ] || fail "all was done before the sleep"
}

commands() { dmsetup status one | awk '{ print $8 }'; }

# asleep: the commands that were sent between the end of the freezing and the thaw
asleep() {
	awk '/suspend_resume: freeze_processes.*end/ { frozen = 1; any = 1 }
		/suspend_resume: thaw_processes.*begin/ { frozen = 0 }
		frozen && /command_start:/
		END { if (!any) print "it did not freeze" }' /run/trace
}

sleep_through steps $ONE $ONE 16 4M 1 0
same "$(asleep)" "" "commands sent in its sleep"
sleep_through -f "$NO_OFFLOAD" steps $ONE $ONE 16 4M 1 0
same "$(asleep)" "" "commands sent in its sleep"
idle one
