# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# timeout: 240
#
# What jobs take is the memory of the cgroup that submits them: their lists of
# ranges, and what is allocated for their commands later, by nobody of that cgroup.

. "$TOP/tests/vm/jobs.sh"
load
A=$(ns 1)
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 4 max_inflight 64')"
ONE=/dev/mapper/one

GROUPS_AT=/run/cgroups
mkdir -p $GROUPS_AT
mountpoint -q $GROUPS_AT || mount -t cgroup2 none $GROUPS_AT
defer umount $GROUPS_AT
grep -qw memory $GROUPS_AT/cgroup.controllers || fail "no memory controller"
echo +memory >$GROUPS_AT/cgroup.subtree_control
mkdir $GROUPS_AT/jobs
defer rmdir $GROUPS_AT/jobs

# kib_taken: of memory, by the cgroup
kib_taken() { echo $(($(cat $GROUPS_AT/jobs/memory.current) / 1024)); }

# begin_in_group ARGS...: as begin_jobs, but its process is in there
begin_in_group() {
	echo $$ >$GROUPS_AT/jobs/cgroup.procs
	begin_jobs "$@"
	echo $$ >$GROUPS_AT/cgroup.procs
	BEFORE=$(kib_taken)
}
more() { [ $(($(kib_taken) - BEFORE)) -ge "$1" ]; }

# 64 lists of 8192 ranges: 192 KiB each, and the window.
begin_in_group steps $ONE $ONE 64 4M 8192 0
dmsetup suspend one
step_jobs submit parked
wait_for 20 more $((64 * 192)) || fail "only $(kib_taken) KiB after $BEFORE, with 64 lists"
kill_jobs
dmsetup resume one

# One job, whose commands are 64 at a time, 16 KiB each, made in its rounds.
defer full_speed copyoff-n1
begin_in_group steps $ONE $ONE 1 4M 1 0
slow_down copyoff-n1 65536
step_jobs submit
wait_for 20 more 800 || fail "only $(kib_taken) KiB after $BEFORE, with 64 commands"
full_speed copyoff-n1
step_jobs records
end_jobs
