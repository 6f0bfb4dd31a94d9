# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: std
# quick-on: 6.1
# timeout: 300
#
# 256 jobs at a suspended device, dirty pages of its own waiting with them: they
# hold no worker, no gate and nobody else up; they can be cancelled, closed, and run
# into their deadline there; after the resume, by another table, all is right.

. "$TOP/tests/vm/jobs.sh"
load
A=$(ns 1)
B=$(ns 2)
mkdev one "$(copyoff_table "$A")"
mkdev two "$(copyoff_table "$B")"
ONE=/dev/mapper/one
TWO=/dev/mapper/two

parked() {
	idle one
	same "$(workers)" "" "workers in the module"
	# The host's buffers are there for others, too.
	jobs -f "$NO_OFFLOAD" many $TWO $TWO 4 1M 2
}

begin_jobs steps $ONE $ONE 256 64k 2 0
dmsetup suspend one
step_jobs dirty submit parked
parked
dmsetup load one --table "$(copyoff_table "$A" 0 "$(sectors "$A")" '2 max_inflight 3')"
dmsetup resume one
step_jobs records
end_jobs

# Their time runs out, and the device is still suspended.
begin_jobs -t 10000 steps $ONE $ONE 16 64k 1 110
dmsetup suspend one
step_jobs submit parked records
end_jobs
same "$(dmsetup info -c --noheadings -o suspended one)" Suspended "state of one"
dmsetup resume one

# Their owner is killed, and gone, and so are they.
begin_jobs steps $ONE $ONE 256 64k 1 0
dmsetup suspend one
step_jobs submit parked
kill_jobs
same "$(dmsetup info -c --noheadings -o suspended,open one)" Suspended:0 "state of one"
dmsetup resume one

# To linear instead: the host goes on, in two halves, and says so.
begin_jobs steps $ONE $TWO 32 256k 1 0
dmsetup suspend one
step_jobs submit parked
dmsetup load one --table "0 $(sectors "$A") linear $A 0"
dmsetup resume one
step_jobs records
end_jobs
