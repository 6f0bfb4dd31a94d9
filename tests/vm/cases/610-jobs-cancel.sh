# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# profile: smp
# quick-on: 6.1
# timeout: 300
#
# Jobs are cancelled at random moments, and their file is closed at random moments:
# what a record says is done is there; after close() nothing is written any more,
# and the devices, and the module, may go at once.

. "$TOP/tests/vm/jobs.sh"
load
A=$(ns 1)
B=$(ns 2)
mkdev one "$(copyoff_table "$A" 0 "$(sectors "$A")" '4 max_command_kib 64 max_inflight 2')"
mkdev two "$(copyoff_table "$B" 0 "$(sectors "$B")" '4 max_command_kib 64 max_inflight 2')"
ONE=/dev/mapper/one
TWO=/dev/mapper/two
SEED=${SEED:-$RANDOM}
echo "SEED=$SEED"

jobs -s "$SEED" cancel $ONE $ONE 3 8 8M
[ "$(of_jobs cancelled)" -ge 8 ] || fail "few were cancelled in the middle"
# The host may be quicker than eight words of ours.
slow_down copyoff-n1 134217728
jobs -s "$SEED" -f "$NO_OFFLOAD" cancel $ONE $TWO 3 8 4M
[ "$(of_jobs cancelled)" -ge 8 ] || fail "few were cancelled in the middle"

jobs -s "$SEED" close $ONE $ONE 6 8 2M
[ "$(of_jobs in_the_middle)" -ge 1 ] || fail "no close came in the middle"
jobs -s "$SEED" -f "$NO_OFFLOAD" close $ONE $TWO 6 8 8M
[ "$(of_jobs in_the_middle)" -ge 1 ] || fail "no close came in the middle"
idle one two
full_speed copyoff-n1

# --- who holds what ---
slow_down copyoff-n1 33554432
defer full_speed copyoff-n1
dmsetup message one 0 reset_stats
# Nobody reads the records; the process is killed in the middle.
"$JOBS" many $ONE $ONE 16 4M 1 >/run/out 2>&1 &
pid=$!
begun() { [ "$(dmsetup status one | awk '{ print $8 }')" -gt 20 ]; }
wait_for 60 begun
refuses rmmod dm_copyoff
refuses dmsetup remove one
kill -KILL "$pid"
wait "$pid" || :
idle one
full_speed copyoff-n1
# At once: nobody is left who holds them.
dmsetup remove one
dmsetup remove two
rmmod dm_copyoff

# An open file holds the module, even without jobs and targets.
load
exec 7<>/dev/copyoff-ctl
refuses rmmod dm_copyoff
exec 7>&-
rmmod dm_copyoff
load
